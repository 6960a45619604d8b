import type { MetricData } from '../../metrics/index.ts';
import type { SeededRandom } from '../../model/seeded-random.ts';
import type { CastNode } from './cast.ts';
import { ClientSession } from './client-session.ts';
import type { SimulatedTask } from './demand.ts';
import { drawsFor, logNormal } from './draws.ts';
import { HOT_FILE, filesOf } from './project-files.ts';
import type { Mechanisms } from './mechanisms.ts';
import type { Process } from './schedule.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { runSuite, type SuiteName, SUITES } from './test-suites.ts';
import { callTool } from './tool-calls.ts';

/** How a node's turn at a task ended: as it should, dropped without a word, or in silence. */
export type SessionEnd = 'done' | 'dropped' | 'silent';

const REQUESTS_PER_MINUTE = 0.5;
const TOOLS = ['Read', 'Edit', 'Bash', 'Grep', 'Edit', 'Read'] as const;
const TOOL_ERROR_SHARE = 0.03;
const GIVEN_BACK_SHARE = 0.02;
const ANSWER_SIGMA = 0.7;
const LOOP_CALLS = [16, 26] as const;

/** One node's turn at one task. */
export class TaskSession {
  readonly #cluster: SimulatedCluster;
  readonly #node: CastNode;
  readonly #task: SimulatedTask;
  readonly #random: SeededRandom;
  /** Apart, so that more looks at the state change nothing else. */
  readonly #accessLuck: SeededRandom;
  readonly #book: Mechanisms;
  readonly #client: ClientSession;
  readonly #files: readonly string[];
  #claimedMicros = 0;
  #filesChanged = new Set<string>();
  #hasChanged = false;
  #lastRun: { passed: number; failed: number } | undefined;

  constructor(cluster: SimulatedCluster, node: CastNode, task: SimulatedTask) {
    this.#cluster = cluster;
    this.#node = node;
    this.#task = task;
    this.#random = drawsFor(cluster.seed, 17, task.number, task.tries);
    this.#accessLuck = drawsFor(cluster.seed, 29, task.number, task.tries);
    this.#book = cluster.mechanisms;
    this.#client = new ClientSession(cluster, node, task, this.#random);
    this.#files = filesOf(this.#random);
  }

  *run(): Generator<number, SessionEnd, void> {
    this.#begin();
    const { requests, gapSeconds, spread } = this.#plan();
    const events = this.#eventsBetween(requests);
    for (let request = 0; request < requests; request += 1) {
      const seconds = gapSeconds * this.#random.between(0.5, 1.5);
      yield seconds;
      this.#client.request(seconds, spread);
      for (const event of events.get(request) ?? []) {
        if (event === 'dropped' || event === 'silent') return event;
        yield* this.#happen(event);
      }
      if (this.#random.chance(0.75 / spread)) yield* this.#useTool();
    }
    yield* this.#end();
    return 'done';
  }

  /** Somebody finds that the holder does nothing any more, and puts the task back. */
  *giveBack(reason: MetricData<'task.released'>['reason'], afterSeconds: number): Process {
    yield afterSeconds;
    this.#release(reason, true);
  }

  #plan(): { requests: number; gapSeconds: number; spread: number } {
    const { requestFactor, outlierShare, outlierFactor, workFactor } = this.#book;
    const outlier = this.#cluster.outliers.isNext(outlierShare) ? outlierFactor : 1;
    const { workMinutes } = this.#task;
    const usual = workMinutes * REQUESTS_PER_MINUTE * logNormal(this.#random, 1, 0.15);
    const spread = requestFactor * outlier;
    const requests = Math.max(Math.round(Math.max(usual, 2) * spread), 2);
    return { requests, spread, gapSeconds: (workMinutes * 60 * workFactor) / requests };
  }

  /** What happens after which request. */
  #eventsBetween(requests: number): ReadonlyMap<number, readonly Happening[]> {
    const book = this.#book;
    const events = new Map<number, Happening[]>();
    const add = (part: number, happening: Happening): void => {
      const at = Math.min(Math.floor(part * requests), requests - 1);
      events.set(at, [...(events.get(at) ?? []), happening]);
    };
    const random = this.#random;
    for (let read = 0; read < this.#cluster.stateReadsPerTask; read += 1) add(this.#accessLuck.next(), 'read');
    const suites = random.chance(0.55) ? 2 : 1;
    for (let run = 0; run < suites; run += 1) add(random.between(0.6, 1), random.pick(SUITES));
    for (const part of [0.35, 0.7, 0.95].slice(0, random.whole(1, 3))) add(part, 'change');
    if (random.chance(book.askedShare)) add(random.between(0.1, 0.9), 'ask');
    if (this.#cluster.loops.isNext(book.loopShare)) add(random.between(0.2, 0.8), 'loop');
    if (this.#cluster.dropped.isNext(book.droppedShare)) add(random.between(0.2, 0.6), 'dropped');
    if (this.#cluster.silent.isNext(book.silentShare)) add(random.between(0.2, 0.6), 'silent');
    return events;
  }

  *#happen(event: Exclude<Happening, SessionEnd>): Process {
    if (event === 'read') yield* this.#cluster.access(this.#node, 'read', this.#accessLuck);
    else if (event === 'change') this.#changeCode();
    else if (event === 'ask') yield* this.#askPerson();
    else if (event === 'loop') yield* this.#loop();
    else yield* this.#test(event);
  }

  #begin(): void {
    const { cluster, node, task } = { cluster: this.#cluster, node: this.#node, task: this.#task };
    this.#claimedMicros = cluster.nowMicros;
    cluster.claimed += 1;
    const { taskId, priority } = task;
    const claim = { node_id: node.nodeId, task_id: taskId, priority, queue_seconds: cluster.now - task.queuedSeconds };
    cluster.teller.tellState(cluster.now, 'task.claimed', claim, taskId, this.#claimedMicros);
    cluster.turn(node, 'working', taskId);
    this.#client.begin();
  }

  *#end(): Process {
    const { cluster, node, task } = { cluster: this.#cluster, node: this.#node, task: this.#task };
    yield* cluster.access(node, 'write', this.#accessLuck);
    if (this.#random.chance(GIVEN_BACK_SHARE)) {
      this.#release('released', false);
      return;
    }
    callTool(cluster, node, { server: 'amicus', tool: 'complete_task', durationMillis: 6, responseBytes: 120 });
    cluster.claimed -= 1;
    const { taskId } = task;
    const data = {
      node_id: node.nodeId,
      task_id: taskId,
      duration_seconds: (cluster.nowMicros - this.#claimedMicros) / 1e6,
      outcome: this.#outcome(),
      files_modified: this.#filesChanged.size,
      tests_passed: this.#lastRun?.passed,
      tests_failed: this.#lastRun?.failed,
    };
    cluster.teller.tellState(cluster.now, 'task.completed', data, taskId, this.#claimedMicros);
  }

  #release(reason: MetricData<'task.released'>['reason'], inferred: boolean): void {
    const cluster = this.#cluster;
    const { taskId } = this.#task;
    cluster.claimed -= 1;
    const held = (cluster.nowMicros - this.#claimedMicros) / 1e6;
    const data = { node_id: this.#node.nodeId, task_id: taskId, reason, held_seconds: held };
    cluster.teller.tellState(cluster.now, 'task.released', data, taskId, this.#claimedMicros, inferred);
    cluster.queue.add({ ...this.#task, queuedSeconds: cluster.now, tries: this.#task.tries + 1 });
    cluster.wake();
  }

  /** Developers do less well what is the architect's, and what is urgent. */
  #outcome(): MetricData<'task.completed'>['outcome'] {
    const { kind } = this.#task;
    const isArchitect = this.#node.role === 'architect';
    const good = isArchitect ? 0.96 : kind === 'design' ? 0.7 : kind === 'urgent' ? 0.82 : 0.92;
    if (this.#random.chance(good)) return 'success';
    return this.#random.chance(0.6) ? 'failure' : this.#random.chance(0.7) ? 'partial' : 'abandoned';
  }

  *#useTool(tool: string = this.#random.pick(TOOLS), isError = this.#random.chance(TOOL_ERROR_SHARE)): Process {
    const durationMillis = logNormal(this.#random, tool === 'Bash' ? 2_500 : 60, 0.8);
    yield durationMillis / 1e3;
    this.#client.toolCalled(tool, durationMillis, isError ? 'error' : 'success');
  }

  /** The same call again and again, each thought over by the model. */
  *#loop(): Process {
    const calls = this.#random.whole(...LOOP_CALLS);
    for (let call = 0; call < calls; call += 1) {
      yield this.#random.between(8, 25);
      this.#client.requestAgain();
      yield* this.#useTool('Bash', true);
    }
  }

  *#askPerson(): Process {
    const { cluster, node, task } = { cluster: this.#cluster, node: this.#node, task: this.#task };
    cluster.ask(node);
    cluster.turn(node, 'waiting', task.taskId);
    this.#tellStatus('human_wait', 'in_progress');
    yield logNormal(this.#random, this.#book.answerMinutes * 60, ANSWER_SIGMA);
    cluster.answered(node);
    cluster.turn(node, 'working', task.taskId);
    this.#tellStatus('in_progress', 'human_wait');
  }

  #tellStatus(status: 'human_wait' | 'in_progress', previous: 'human_wait' | 'in_progress'): void {
    const { taskId } = this.#task;
    const data = { node_id: this.#node.nodeId, task_id: taskId, status, previous };
    const { teller, now, nowMicros } = this.#cluster;
    teller.tellState(now, 'task.status', data, taskId, nowMicros);
  }

  #changeCode(): void {
    this.#hasChanged = true;
    const isHot = this.#random.chance(this.#book.hotFileShare);
    const files = isHot ? [HOT_FILE, ...this.#files.slice(1)] : this.#files;
    for (const file of files) this.#filesChanged.add(file);
    this.#client.codeChanged(files);
  }

  /** Runs a suite; mends what is broken and runs it again; what failed without a reason passes the next time. */
  *#test(suite: SuiteName): Process {
    const { failedRunShare, flakyRunShare } = this.#book;
    // Nobody runs tests again before something has changed.
    if (this.#lastRun !== undefined && !this.#hasChanged) this.#changeCode();
    for (let run = 0; run < 3; run += 1) {
      const isBroken = this.#random.chance(failedRunShare);
      const isFlaky = !isBroken && suite === 'browser' && this.#random.chance(flakyRunShare);
      this.#lastRun = yield* runSuite(this.#cluster, this.#node, this.#task.taskId, suite, {
        failed: isBroken ? this.#random.whole(1, 5) : isFlaky ? 1 : 0,
        random: this.#random,
      });
      this.#hasChanged = false;
      if (this.#lastRun.failed === 0) return;
      yield this.#random.between(20, 90);
      if (isBroken) this.#changeCode();
    }
  }
}

type Happening = 'read' | 'change' | 'ask' | 'loop' | 'dropped' | 'silent' | SuiteName;
