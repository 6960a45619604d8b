import type { SeededRandom } from '../../model/seeded-random.ts';
import { type CastNode, modelOf } from './cast.ts';
import type { SimulatedTask } from './demand.ts';
import { drawsFor } from './draws.ts';
import type { Process, Running } from './schedule.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { callTool } from './tool-calls.ts';
import { TaskSession } from './task-session.ts';

/** Working hours, in hours of the day; each node comes and goes a little earlier or later. */
const FIRST_HOUR = 7.2;
const LAST_HOUR = 20.2;
const SHIFT_JITTER_HOURS = 0.8;
/** How often somebody who is not there looks whether it is time. */
const ABSENT_SECONDS = 600;
/** A dropped claim is found and given back after so many hours. */
const DROPPED_HOURS = [2.5, 5] as const;
const SILENT_HOURS = [1.5, 4] as const;
const SILENT_AFTER_SECONDS = 90;
const LOST_AFTER_SECONDS = 600;

/** A worker: comes, looks for tasks, works at them, waits, goes. */
export class NodeLife {
  readonly #cluster: SimulatedCluster;
  readonly #node: CastNode;
  readonly #random: SeededRandom;
  #joinedMicros = 0;
  /** Set once the process of this life runs. */
  running: Running | undefined;

  constructor(cluster: SimulatedCluster, node: CastNode) {
    this.#cluster = cluster;
    this.#node = node;
    this.#random = drawsFor(cluster.seed, 7, node.index);
  }

  *live(): Process {
    for (;;) {
      while (!this.#isOnShift()) yield ABSENT_SECONDS * this.#random.between(0.5, 1.5);
      this.#join();
      yield* this.#stay();
    }
  }

  *#stay(): Process {
    const cluster = this.#cluster;
    let looks = 0;
    for (;;) {
      const task = cluster.queue.takeBest((one) => cluster.suits(this.#node, one));
      yield* this.#look(task);
      if (task !== undefined) {
        looks = 0;
        if (yield* this.#work(task)) return;
        continue;
      }
      if (!this.#isOnShift()) {
        cluster.leave(this.#node, 'graceful', this.#joinedMicros);
        return;
      }
      cluster.turn(this.#node, 'idle');
      if (this.running !== undefined) cluster.idle.set(this.#node, this.running);
      const { firstPollMinutes, longestPollMinutes } = cluster.mechanisms;
      yield Math.min(firstPollMinutes * 2 ** looks, longestPollMinutes) * 60 * this.#random.between(0.7, 1.3);
      cluster.idle.delete(this.#node);
      looks += 1;
    }
  }

  /** Asks for a task; what it gets was chosen before, so that no two get the same. */
  *#look(task: SimulatedTask | undefined): Process {
    const { now } = this.#cluster;
    yield* this.#cluster.access(this.#node, task === undefined ? 'read' : 'write', this.#random);
    callTool(this.#cluster, this.#node, {
      server: 'amicus',
      tool: 'claim_best_task',
      durationMillis: (this.#cluster.now - now) * 1e3 + 2,
      responseBytes: task === undefined ? 46 : 410,
    });
  }

  /** Returns true when the node is gone afterwards. */
  *#work(task: SimulatedTask): Generator<number, boolean, void> {
    const cluster = this.#cluster;
    const session = new TaskSession(cluster, this.#node, task);
    const end = yield* session.run();
    if (end === 'done') return false;
    if (end === 'dropped') {
      const hours = this.#random.between(...DROPPED_HOURS);
      cluster.schedule.start(session.giveBack('node_lost', hours * 3_600));
      if (this.#random.chance(0.6)) {
        cluster.leave(this.#node, 'process_exit', this.#joinedMicros);
        yield this.#random.between(300, 900);
        return true;
      }
      cluster.turn(this.#node, 'idle');
      yield hours * 3_600 + this.#random.between(60, 600);
      return false;
    }
    // Nobody hears of it any more; then its heartbeat is missed, and its task given to others.
    yield SILENT_AFTER_SECONDS;
    cluster.turn(this.#node, 'silent');
    yield LOST_AFTER_SECONDS - SILENT_AFTER_SECONDS;
    cluster.leave(this.#node, 'heartbeat_timeout', this.#joinedMicros);
    cluster.schedule.start(session.giveBack('node_lost', 1));
    yield this.#random.between(...SILENT_HOURS) * 3_600;
    return true;
  }

  #join(): void {
    const { cluster, node } = { cluster: this.#cluster, node: this.#node };
    this.#joinedMicros = cluster.nowMicros;
    cluster.join(node, modelOf(cluster.cast, node, cluster.mechanisms.dearShare).model);
  }

  #isOnShift(): boolean {
    const { cast, calendar, now, mechanisms, queue, seed } = this.#cluster;
    const { index, role } = this.#node;
    const present = Math.max(Math.round((cast.plannedWorkers - 1) * mechanisms.presentFactor), 1);
    // The first and all after the architect.
    const place = index === 0 ? 0 : index - 1;
    if (role !== 'architect' && place >= present) return false;
    if (index === 0) return true;
    // Outside working hours others come only when there is something to do for them.
    if (role !== 'architect' && queue.size > 1) return true;
    if (calendar.isWeekend(now)) return false;
    const jitter = drawsFor(seed, 13, index).between(-SHIFT_JITTER_HOURS, SHIFT_JITTER_HOURS);
    const hour = calendar.hour(now);
    return FIRST_HOUR + jitter <= hour && hour < LAST_HOUR + jitter;
  }
}
