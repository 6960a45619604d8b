import type { MetricData } from '../../metrics/index.ts';
import type { SeededRandom } from '../../model/seeded-random.ts';
import type { Cast, CastNode } from './cast.ts';
import { type Calendar, SECONDS_PER_DAY, type SimulatedTask } from './demand.ts';
import { drawsFor, EvenShare } from './draws.ts';
import { mechanismsAt, type PlannedFault } from './fault-book.ts';
import { type Mechanisms, QUIET } from './mechanisms.ts';
import type { Process, Running, Schedule } from './schedule.ts';
import { TaskQueue } from './task-queue.ts';
import type { Teller } from './teller.ts';

type NodeStatus = NonNullable<MetricData<'node.status'>['status']>;

/** What everybody in the cluster shares: the queue, who is there, the lock, whether a person is asked. */
export class SimulatedCluster {
  readonly queue = new TaskQueue();
  readonly schedule: Schedule;
  readonly teller: Teller;
  readonly cast: Cast;
  readonly calendar: Calendar;
  readonly seed: number;
  /** Idle nodes that wait for something to do. */
  readonly idle = new Map<CastNode, Running>();
  /** Tasks that are claimed. */
  claimed = 0;
  readonly dropped: EvenShare;
  readonly silent: EvenShare;
  readonly loops: EvenShare;
  readonly outliers: EvenShare;
  readonly stateReadsPerTask: number;
  readonly #present = new Map<string, NodeStatus>();
  readonly #faults: readonly PlannedFault[];
  readonly #wakeLuck: SeededRandom;
  /** How many wait for a person, and since when without a pause. */
  #asking = 0;
  #askedSince = 0;
  #mechanisms = QUIET;
  #mechanismsUntil = 0;

  constructor(parts: {
    readonly seed: number;
    readonly cast: Cast;
    readonly calendar: Calendar;
    readonly schedule: Schedule;
    readonly teller: Teller;
    readonly faults: readonly PlannedFault[];
    readonly stateReadsPerTask: number;
  }) {
    this.seed = parts.seed;
    this.cast = parts.cast;
    this.calendar = parts.calendar;
    this.schedule = parts.schedule;
    this.teller = parts.teller;
    this.#faults = parts.faults;
    this.stateReadsPerTask = parts.stateReadsPerTask;
    this.#wakeLuck = drawsFor(this.seed, 31);
    const random = drawsFor(this.seed, 3);
    const share = (): EvenShare => new EvenShare(random.next());
    [this.dropped, this.silent, this.loops, this.outliers] = [share(), share(), share(), share()];
  }

  get now(): number {
    return this.schedule.now;
  }

  get nowMicros(): number {
    return this.teller.microsAt(this.now);
  }

  /** How the cluster works now. */
  get mechanisms(): Mechanisms {
    if (this.now < this.#mechanismsUntil) return this.#mechanisms;
    const day = this.now / SECONDS_PER_DAY;
    const changes = this.#faults.flatMap(({ fromDay, toDay }) => [fromDay, toDay]).filter((change) => change > day);
    this.#mechanismsUntil = Math.min(...changes) * SECONDS_PER_DAY;
    this.#mechanisms = mechanismsAt(this.#faults, day);
    return this.#mechanisms;
  }

  countOf(status?: NodeStatus): number {
    if (status === undefined) return this.#present.size;
    return [...this.#present.values()].filter((one) => one === status).length;
  }

  join(node: CastNode, model: string): void {
    this.#present.set(node.nodeId, 'idle');
    const data = { node_id: node.nodeId, role: node.role, model };
    this.teller.tellState(this.now, 'node.registered', data, node.nodeId, this.nowMicros);
  }

  leave(node: CastNode, reason: MetricData<'node.terminated'>['reason'], joinedMicros: number): void {
    const inferred = reason === 'heartbeat_timeout';
    this.#present.delete(node.nodeId);
    const data = { node_id: node.nodeId, reason, uptime_seconds: (this.nowMicros - joinedMicros) / 1e6 };
    this.teller.tellState(this.now, 'node.terminated', data, node.nodeId, joinedMicros, inferred);
  }

  turn(node: CastNode, status: NodeStatus, taskId?: string): void {
    const previous = this.#present.get(node.nodeId);
    if (previous === status) return;
    if (status !== 'terminated') this.#present.set(node.nodeId, status);
    const data = { node_id: node.nodeId, status, previous, task_id: taskId };
    this.teller.tellState(this.now, 'node.status', data, node.nodeId, this.nowMicros, status === 'silent');
  }

  /** Reads or writes the shared state: waits for the lock, holds it, and tells both. */
  *access(node: CastNode, operation: 'read' | 'write', random: SeededRandom): Process {
    const { lockedShare, lockedMillis } = this.mechanisms;
    const others = [this.cast.manager, ...this.cast.workers.slice(0, this.cast.plannedWorkers)];
    const isManager = node === this.cast.manager;
    const isHeld = lockedMillis > 1_000;
    const anybody = random.pick(others);
    const holder = isHeld ? this.cast.manager : anybody;
    const isLocked = random.chance(lockedShare) && holder !== node;
    const waitMillis = isLocked ? random.next() * lockedMillis : 0.05 + random.exponential(0.1);
    const holdMillis = isHeld && isManager ? lockedMillis * random.between(0.8, 1.2) : 1.5 + random.exponential(2);
    const durationMillis = waitMillis + holdMillis + random.exponential(0.5);
    yield durationMillis / 1e3;
    const figures = { duration_ms: durationMillis, file_size_bytes: this.#stateBytes(), lock_wait_ms: waitMillis };
    const data = { node_id: node.nodeId, ...figures };
    if (operation === 'read') this.teller.tell(this.now, 'state.read', data);
    else this.teller.tellState(this.now, 'state.write', data, '', this.nowMicros);
    this.teller.tell(this.now, 'state.lock', {
      node_id: node.nodeId,
      operation,
      wait_ms: waitMillis,
      hold_ms: holdMillis,
      ...(isLocked ? { waited_for_node_id: holder.nodeId } : {}),
      stale: false,
    });
  }

  /** One flag for all, as Amicus has it: told when the first asks, and when the last has its answer. */
  ask(node: CastNode): void {
    this.#asking += 1;
    if (this.#asking > 1) return;
    this.#askedSince = this.now;
    this.teller.tellState(this.now, 'human.asked', { node_id: node.nodeId, waiting: true }, '', this.nowMicros);
  }

  answered(node: CastNode): void {
    this.#asking -= 1;
    if (this.#asking > 0) return;
    const data = { node_id: node.nodeId, waiting: false, waited_seconds: this.now - this.#askedSince };
    this.teller.tellState(this.now, 'human.asked', data, '', this.nowMicros);
  }

  snapshot(): void {
    const { oldestMicros, size } = this.queue;
    this.teller.tell(
      this.now,
      'cluster.snapshot',
      {
        active_nodes: this.countOf() - this.countOf('silent'),
        idle_nodes: this.countOf('idle'),
        pending_tasks: size,
        in_progress_tasks: this.claimed,
        oldest_pending_seconds: oldestMicros === undefined ? undefined : (this.nowMicros - oldestMicros) / 1e6,
        max_nodes: this.cast.workers.length + 1,
      },
      { source: 'amicus-state' },
    );
  }

  /** Lets idle nodes know that there is something to do: as many as it takes, and only those for whom it is. */
  wake(): void {
    const tasks = [...this.queue.tasks];
    for (const [node, running] of this.idle) {
      const suiting = tasks.findIndex((task) => this.suits(node, task));
      if (suiting < 0) continue;
      tasks.splice(suiting, 1);
      // Drawn in any case, so that all else is as lucky as before.
      const [luck, seconds] = [this.#wakeLuck.next(), this.#wakeLuck.between(4, 50)];
      if (luck < this.mechanisms.wakeShare) this.schedule.hasten(running, seconds);
    }
  }

  /** Design is the architect's, unless that one is busy or away; what is urgent is, when no developer is free. */
  suits({ role }: CastNode, { kind }: SimulatedTask): boolean {
    if (role !== 'architect') return kind !== 'design' || !this.#isIdle('architect');
    return kind === 'design' || (kind === 'urgent' && !this.#isIdle('developer'));
  }

  #isIdle(role: CastNode['role']): boolean {
    return this.idle.keys().some((node) => node.role === role);
  }

  #stateBytes(): number {
    return 24_000 + 900 * (this.queue.size + this.claimed) + 400 * this.#present.size;
  }
}
