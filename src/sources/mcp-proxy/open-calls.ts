/** A tool call that was sent and is not over. */
export type OpenCall = {
  readonly tool: string | undefined;
  /** Wall time of the request. */
  readonly atMicros: number;
  readonly startMillis: number;
  readonly requestBytes: number;
  /** The client's own id of the call: known to its telemetry, hooks and transcripts too. */
  readonly callId: string | undefined;
  readonly sessionId: string | undefined;
  /** What an argument of an Amicus tool said. Undefined for all other servers. */
  readonly amicus: AmicusArguments | undefined;
};

/** The arguments of Amicus's tools that name a node or tell figures. */
export type AmicusArguments = {
  readonly nodeId: string | undefined;
  readonly fromNodeId: string | undefined;
  readonly outcome: string | undefined;
  readonly filesModified: number | undefined;
  readonly testsPassed: number | undefined;
  readonly testsFailed: number | undefined;
};

/** What a client asked for, as far as its answer matters. */
export type Asked =
  | { readonly kind: 'call'; readonly call: OpenCall }
  | { readonly kind: 'start' | 'tools' | 'other' }
  /** About a task of the protocol (2025-11-25): a call that is answered later. Not a task of Amicus. */
  | { readonly kind: 'task' | 'task_result'; readonly taskId: string };

/** A client that never gets answers must not fill the memory; the oldest is given up. */
const MAX_OPEN = 4_096;

/** Things by key, the newest so many. */
export class OpenCalls<Value> {
  readonly #byKey = new Map<string, Value>();

  /** @returns What had to be given up for it. */
  add(key: string, value: Value): Value | undefined {
    let lost: Value | undefined;
    if (this.#byKey.size >= MAX_OPEN) {
      const [oldest] = this.#byKey.keys();
      if (oldest !== undefined) lost = this.take(oldest);
    }
    this.#byKey.set(key, value);
    return lost;
  }

  get(key: string): Value | undefined {
    return this.#byKey.get(key);
  }

  take(key: string): Value | undefined {
    const value = this.#byKey.get(key);
    this.#byKey.delete(key);
    return value;
  }

  takeAll(): readonly Value[] {
    const values = [...this.#byKey.values()];
    this.#byKey.clear();
    return values;
  }
}
