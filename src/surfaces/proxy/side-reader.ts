import type { MetricsCollector } from '../../metrics-collector.ts';
import { SystemClock } from '../../model/clock.ts';
import type { IncomingEvent } from '../../model/event.ts';
import type { AmicusCall } from '../../sources/mcp-proxy/amicus-call.ts';
import { amicusFacts } from '../../sources/mcp-proxy/amicus-facts.ts';
import { type ConnectionFacts, McpObserver } from '../../sources/mcp-proxy/mcp-observer.ts';
import { parseState } from '../../sources/amicus-state/parse-state.ts';
import { readStateFile } from '../../sources/amicus-state/state-file.ts';
import { clusterKeyOf } from '../../sources/cluster-key-of.ts';

/** Events that wait until the collector is there; more are lost, as if nobody listened. */
const MAX_WAITING = 1_000;
/** A state file above this is left to a watcher: reading it would hold up the pipe. */
const MAX_STATE_BYTES = 1024 * 1024;
/** Longest wait for the last events to become durable. They are in the spool already. */
const CLOSING_MILLIS = 80;

export type SideReaderOptions = {
  /** The context folder. */
  readonly directory: string;
  readonly facts: ConnectionFacts;
  /** Whether our own bus may be trusted to record its calls itself. */
  readonly trustsInstruments: boolean;
  readonly openCollector: () => Promise<MetricsCollector>;
};

/**
 * Where what a proxy overhears goes. Nothing here throws or makes the pipe wait: when the metrics cannot be had, the
 * proxy goes on without.
 */
export class SideReader {
  readonly #options: SideReaderOptions;
  readonly #clock = new SystemClock();
  #collector: MetricsCollector | undefined;
  #waiting: IncomingEvent[] = [];
  #isBroken = false;
  #opening: Promise<void> | undefined;

  constructor(options: SideReaderOptions) {
    this.#options = options;
  }

  /** An observer of one connection. */
  observer(facts: ConnectionFacts = this.#options.facts): McpObserver {
    return new McpObserver({
      clock: this.#clock,
      facts,
      trustsInstruments: this.#options.trustsInstruments,
      emit: (event) => this.#emit(event),
      onAmicusCall: (call) => this.#readState(call),
    });
  }

  /** Opens the collector. Until it is there, events wait. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Listening, so that a fault in it ends the listening and not the pipe. */
  listen(part: () => void): void {
    if (this.#isBroken) return;
    try {
      part();
    } catch {
      this.#giveUp();
    }
  }

  async close(): Promise<void> {
    const closed = (async (): Promise<void> => {
      await this.#opening;
      await this.#collector?.close();
    })().catch(() => undefined);
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MILLIS).unref());
    await Promise.race([closed, late]);
  }

  async #open(): Promise<void> {
    try {
      this.#collector = await this.#options.openCollector();
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const event of waiting) this.#emit(event);
    } catch {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#isBroken = true;
    this.#waiting = [];
  }

  #emit(event: IncomingEvent): void {
    if (this.#collector !== undefined) this.#collector.emit(event);
    else if (!this.#isBroken && this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
  }

  /** What the call left in the state file. Read after the answer has been passed on. */
  #readState(call: AmicusCall): void {
    setImmediate(() => {
      this.listen(() => {
        const { directory } = this.#options;
        const look = readStateFile(directory, undefined, MAX_STATE_BYTES);
        if (look.kind !== 'read') return;
        const state = parseState({ ...look, nowMicros: this.#clock.nowMicros() });
        if (!state.readable) return;
        const key = clusterKeyOf(directory, this.#collector?.directory ?? directory);
        for (const event of amicusFacts(call, state.model, { key })) this.#emit(event);
      });
    });
  }
}
