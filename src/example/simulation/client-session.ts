import type { SeededRandom } from '../../model/seeded-random.ts';
import { codeIdentity, sessionIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { type CastNode, modelOf, UNPRICED_MODEL } from './cast.ts';
import type { SimulatedTask } from './demand.ts';
import { hexOf, logNormal } from './draws.ts';
import type { Mechanisms } from './mechanisms.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { callTool } from './tool-calls.ts';

const FIRST_CONTEXT_TOKENS = 22_000;
/** Clients summarise what was said before the context grows beyond this. */
const LARGEST_CONTEXT_TOKENS = 110_000;
const COMPACTED_TOKENS = 35_000;

/** The session of a client that works at a task: what it asks of models, calls and changes, as it tells it. */
export class ClientSession {
  readonly #cluster: SimulatedCluster;
  readonly #node: CastNode;
  readonly #taskId: string;
  readonly #book: Mechanisms;
  readonly #random: SeededRandom;
  readonly #client: string;
  readonly #model: string;
  readonly #sessionId: string;
  readonly #isUnattributed: boolean;
  #calls = 0;
  #contextTokens: number;

  constructor(cluster: SimulatedCluster, node: CastNode, task: SimulatedTask, random: SeededRandom) {
    this.#cluster = cluster;
    this.#node = node;
    this.#taskId = task.taskId;
    this.#random = random;
    this.#book = cluster.mechanisms;
    this.#sessionId = hexOf(random, 3);
    const { client, model } = modelOf(cluster.cast, node, this.#book.dearShare);
    this.#client = client;
    this.#model = random.chance(this.#book.unpricedShare) ? UNPRICED_MODEL : model;
    this.#isUnattributed = random.chance(this.#book.unattributedShare);
    this.#contextTokens = FIRST_CONTEXT_TOKENS * random.between(0.7, 1.4);
  }

  begin(): void {
    if (this.#isUnattributed) return;
    const identity = sessionIdentity('session.started', this.#client, this.#sessionId);
    const data = { ...this.#names(), model: this.#model, start: 'fresh' } as const;
    this.#cluster.teller.tell(this.#cluster.now, 'session.started', data, { source: 'otlp', identity });
  }

  /**
   * A request about everything so far, answered after so many seconds.
   *
   * @param spread Requests for what usually takes one: each then adds less to what is said.
   */
  request(seconds: number, spread: number): void {
    this.#contextTokens += logNormal(this.#random, 1_200, 0.6) / spread;
    if (this.#contextTokens > LARGEST_CONTEXT_TOKENS) this.#contextTokens = COMPACTED_TOKENS;
    this.#spend(logNormal(this.#random, 650, 0.6), Math.min(seconds, 45));
  }

  /** A request that adds hardly anything: what to do about an error. */
  requestAgain(): void {
    this.#spend(120, 8);
  }

  toolCalled(tool: string, durationMillis: number, outcome: 'success' | 'error'): void {
    callTool(this.#cluster, this.#node, {
      server: this.#client,
      tool,
      durationMillis,
      responseBytes: logNormal(this.#random, 1_800, 1),
      outcome,
      taskId: this.#taskId,
      told: { client: this.#client, sessionId: this.#sessionId, callId: this.#nextCall('call') },
    });
  }

  codeChanged(files: readonly string[]): void {
    const data = {
      ...this.#names(),
      files_modified: files,
      lines_added: Math.round(logNormal(this.#random, 24, 1)),
      lines_deleted: Math.round(logNormal(this.#random, 8, 1)),
    };
    const identity = codeIdentity(this.#client, this.#nextCall('call'));
    this.#cluster.teller.tell(this.#cluster.now, 'code.changed', data, { source: 'otlp', identity });
  }

  #spend(outputTokens: number, seconds: number): void {
    const context = this.#contextTokens * this.#book.contextFactor;
    const cached = context * Math.min(this.#book.cachedShare * this.#random.between(0.92, 1.08), 0.98);
    const rest = context - cached;
    const writes = this.#client === 'claude-code' ? rest * 0.7 : 0;
    const data = {
      ...(this.#isUnattributed ? { client: this.#client, session_id: `cli-${this.#sessionId}` } : this.#names()),
      model: this.#model,
      feed: 'events',
      input_tokens: Math.round(rest - writes),
      output_tokens: Math.round(outputTokens),
      cached_tokens: Math.round(cached),
      ...(writes > 0 ? { cache_write_5m_tokens: Math.round(writes) } : {}),
      requests: 1,
      duration_ms: Math.round(seconds * 1e3 * this.#random.between(0.3, 0.9)),
    } as const;
    const identity = usageIdentity(this.#client, this.#nextCall('req'));
    this.#cluster.teller.tell(this.#cluster.now, 'tokens.consumed', data, { source: 'otlp', identity });
  }

  #names(): { node_id: string; task_id: string; client: string; session_id: string } {
    return { node_id: this.#node.nodeId, task_id: this.#taskId, client: this.#client, session_id: this.#sessionId };
  }

  #nextCall(kind: string): string {
    this.#calls += 1;
    return `${kind}_${this.#sessionId}_${this.#calls}`;
  }
}
