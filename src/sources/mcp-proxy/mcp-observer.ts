import { clientName } from '../../model/client-name.ts';
import type { Clock } from '../../model/clock.ts';
import type { EventData, IncomingEvent } from '../../model/event.ts';
import { sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import { type AmicusCall, amicusArguments, isAmicus, measuresItself, speakerOf } from './amicus-call.ts';
import type { Envelope } from './envelope.ts';
import { type Asked, type OpenCall, OpenCalls } from './open-calls.ts';

/** What is known of a connection before its first message: by option, by environment, or from an earlier one. */
export type ConnectionFacts = {
  readonly server?: string | undefined;
  readonly client?: string | undefined;
  readonly clientVersion?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly taskId?: string | undefined;
  /** The server is an Amicus. */
  readonly isAmicus?: boolean | undefined;
  /** The server records its calls itself. */
  readonly isInstrumented?: boolean | undefined;
};

export type ObserverOptions = {
  readonly clock: Clock;
  readonly facts: ConnectionFacts;
  /** Whether a server that can measure itself does so: false when its metrics are switched off. */
  readonly trustsInstruments: boolean;
  readonly emit: (event: IncomingEvent) => void;
  /** A tool of an Amicus that does not measure itself was called and did its work. */
  readonly onAmicusCall: (call: AmicusCall) => void;
};

type Outcome = 'success' | 'error' | 'cancelled' | 'unknown';
type ErrorKind = 'tool' | 'protocol';
type End = { readonly outcome: Outcome; readonly errorKind?: ErrorKind | undefined; readonly responseBytes?: number };

/** The states in which a task of the protocol stays. */
const TERMINAL: ReadonlyMap<string, End> = new Map<string, End>([
  ['completed', { outcome: 'success' }],
  ['failed', { outcome: 'error', errorKind: 'tool' }],
  ['cancelled', { outcome: 'cancelled' }],
]);

/**
 * Listens to one MCP connection and tells its tool calls as they end. Pairs requests and answers by id, follows calls
 * that are answered with a task of the protocol to the end of that task, and learns which session and node speak.
 *
 * Not told: probes, lists, subscriptions; a leg of a call that asks the user back (`input_required`), since the client
 * sends that call anew.
 */
export class McpObserver {
  readonly #options: ObserverOptions;
  readonly #asked = new OpenCalls<Asked>();
  /** Calls whose answer was a task, by the task's id. */
  readonly #tasks = new OpenCalls<OpenCall>();
  readonly #startedMicros: number;
  #facts: ConnectionFacts;
  #toldNode: string | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#facts = options.facts;
    this.#startedMicros = options.clock.nowMicros();
  }

  /** What is known of the connection by now. */
  get facts(): ConnectionFacts {
    return this.#facts;
  }

  fromClient(message: Envelope, sizeBytes: number): void {
    if (!message.isMessage) return;
    this.#learn(message);
    const { id, method } = message;
    if (method === 'notifications/cancelled') this.#cancelled(message.text('requestId'));
    if (id === undefined || method === undefined) return;
    const lost = this.#asked.add(id, this.#askedOf(method, message, sizeBytes));
    if (lost?.kind === 'call') this.#tell(lost.call, { outcome: 'unknown' });
  }

  fromServer(message: Envelope, sizeBytes: number): void {
    if (!message.isMessage) return;
    this.#learn(message);
    if (message.method !== undefined) {
      // `notifications/tasks/status`, or `notifications/tasks` since 2026-07-28.
      if (message.method.startsWith('notifications/tasks')) this.#taskMoved(message.text('taskId'), message, undefined);
      return;
    }
    const asked = message.id === undefined ? undefined : this.#asked.take(message.id);
    if (asked?.kind === 'call') this.#answered(asked.call, message, sizeBytes);
    else if (asked?.kind === 'task' && message.has('result')) this.#taskMoved(asked.taskId, message, sizeBytes);
    else if (asked?.kind === 'task_result') this.#taskAnswered(asked.taskId, message, sizeBytes);
    else if (asked?.kind === 'tools') this.#facts = { ...this.#facts, isAmicus: this.#isAmicusBy(message.tools) };
  }

  /** The connection is over. Calls without an answer are told as such. */
  end(outcome: 'unknown' | 'cancelled' = 'unknown'): void {
    for (const asked of this.#asked.takeAll()) if (asked.kind === 'call') this.#tell(asked.call, { outcome });
    for (const call of this.#tasks.takeAll()) this.#tell(call, { outcome });
  }

  /** A list may come in pages; the marks of an Amicus lie close together, so one page has both or none. */
  #isAmicusBy(tools: readonly string[]): boolean {
    return this.#facts.isAmicus === true || isAmicus(tools);
  }

  #learn(message: Envelope): void {
    const client = message.text('clientName');
    const version = message.text('clientVersion');
    const server = message.text('serverName');
    if (client !== undefined && this.#facts.client !== clientName(client)) {
      this.#facts = { ...this.#facts, client: clientName(client), clientVersion: version };
    }
    if (server === undefined) return;
    const isInstrumented = measuresItself(server) && this.#options.trustsInstruments;
    if (this.#facts.server === undefined || this.#facts.isInstrumented !== isInstrumented) {
      this.#facts = { ...this.#facts, server: this.#facts.server ?? server, isInstrumented };
    }
  }

  #askedOf(method: string, message: Envelope, requestBytes: number): Asked {
    const taskId = message.text('taskId');
    if (method === 'tools/call') return { kind: 'call', call: this.#callOf(message, requestBytes) };
    if (method === 'tools/list') return { kind: 'tools' };
    if (method === 'initialize' || method === 'server/discover') return { kind: 'start' };
    if (taskId === undefined) return { kind: 'other' };
    if (method === 'tasks/result') return { kind: 'task_result', taskId };
    return method.startsWith('tasks/') ? { kind: 'task', taskId } : { kind: 'other' };
  }

  #callOf(message: Envelope, requestBytes: number): OpenCall {
    const { clock } = this.#options;
    return {
      tool: message.text('tool'),
      atMicros: clock.nowMicros(),
      startMillis: clock.monotonicMillis(),
      requestBytes,
      callId: message.text('toolUseId') ?? message.text('callId'),
      sessionId: message.text('threadId') ?? message.text('sessionId'),
      amicus: this.#facts.isAmicus === true ? amicusArguments(message) : undefined,
    };
  }

  #cancelled(id: string | undefined): void {
    const asked = id === undefined ? undefined : this.#asked.take(id);
    if (asked?.kind === 'call') this.#tell(asked.call, { outcome: 'cancelled' });
  }

  #answered(call: OpenCall, message: Envelope, responseBytes: number): void {
    if (message.text('resultType') === 'input_required') return;
    const taskId = message.text('taskId');
    const isTask = taskId !== undefined && !message.has('error') && !TERMINAL.has(message.text('status') ?? '');
    if (!isTask) return this.#tell(call, { ...endOf(message), responseBytes });
    const lost = this.#tasks.add(taskId, call);
    if (lost !== undefined) this.#tell(lost, { outcome: 'unknown' });
  }

  #taskMoved(taskId: string | undefined, message: Envelope, responseBytes: number | undefined): void {
    const end = TERMINAL.get(message.text('status') ?? '');
    const call = taskId === undefined || end === undefined ? undefined : this.#tasks.take(taskId);
    if (call !== undefined && end !== undefined) {
      this.#tell(call, responseBytes === undefined ? end : { ...end, responseBytes });
    }
  }

  #taskAnswered(taskId: string, message: Envelope, responseBytes: number): void {
    const call = this.#tasks.take(taskId);
    if (call !== undefined) this.#tell(call, { ...endOf(message), responseBytes });
  }

  #tell(call: OpenCall, end: End): void {
    const { clock } = this.#options;
    const durationMillis = clock.monotonicMillis() - call.startMillis;
    if (call.sessionId !== undefined && call.sessionId !== this.#facts.sessionId) {
      this.#facts = { ...this.#facts, sessionId: call.sessionId };
    }
    if (call.amicus !== undefined && end.outcome === 'success') this.#amicusDid(call, durationMillis);
    this.#tellSession();
    if (this.#facts.isInstrumented === true) return;
    const { client, nodeId, taskId, server, sessionId } = this.#facts;
    this.#emit(
      'tool.called',
      clock.nowMicros(),
      {
        node_id: nodeId,
        task_id: taskId,
        client,
        session_id: sessionId,
        server,
        tool: call.tool,
        duration_ms: durationMillis,
        outcome: end.outcome,
        error_kind: end.errorKind,
        request_bytes: call.requestBytes,
        response_bytes: end.responseBytes,
      },
      client === undefined || call.callId === undefined ? undefined : toolIdentity(client, call.callId),
    );
  }

  #amicusDid(call: OpenCall, durationMillis: number): void {
    const { tool, amicus } = call;
    if (tool === undefined || amicus === undefined) return;
    const nodeId = speakerOf(call, this.#facts.nodeId);
    if (nodeId !== this.#facts.nodeId) this.#facts = { ...this.#facts, nodeId };
    if (this.#facts.isInstrumented === true) return;
    const { clock, onAmicusCall } = this.#options;
    if (tool === 'read_state') {
      // The whole call: a little more than the read itself.
      const data = { node_id: nodeId, duration_ms: durationMillis };
      this.#emit('state.read', clock.nowMicros(), data, undefined, true);
    }
    const startMicros = call.atMicros;
    const endMicros = Math.max(startMicros, clock.nowMicros());
    onAmicusCall({ ...amicus, nodeId: amicus.nodeId ?? nodeId, tool, startMicros, endMicros, durationMillis });
  }

  /** Which session is which node: what joins a client's telemetry to the cluster. Told once, under the session's identity. */
  #tellSession(): void {
    const { client, sessionId, nodeId, taskId, clientVersion } = this.#facts;
    if (client === undefined || sessionId === undefined || nodeId === undefined) return;
    const key = JSON.stringify([client, sessionId, nodeId]);
    if (key === this.#toldNode) return;
    this.#toldNode = key;
    const data = { node_id: nodeId, task_id: taskId, client, session_id: sessionId, client_version: clientVersion };
    const identity = sessionIdentity('session.started', client, sessionId);
    this.#emit('session.started', this.#startedMicros, data, identity, true);
  }

  #emit(metric: string, atMicros: number, data: EventData, identity: string | undefined, inferred = false): void {
    this.#options.emit({ metric, atMicros, data, source: 'mcp-proxy', inferred, identity });
  }
}

function endOf(message: Envelope): End {
  if (message.has('error')) return { outcome: 'error', errorKind: 'protocol' };
  return message.isTrue('isError') ? { outcome: 'error', errorKind: 'tool' } : { outcome: 'success' };
}
