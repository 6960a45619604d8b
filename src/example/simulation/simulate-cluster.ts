import type { IncomingEvent } from '../../model/event.ts';
import { openPriceBook, type Prices } from '../../pricing/index.ts';
import { castOf, type CastNode } from './cast.ts';
import { batchSize, Calendar, drawTask, secondsToArrival, SECONDS_PER_DAY } from './demand.ts';
import { drawsFor, hexOf } from './draws.ts';
import type { PlannedFault } from './fault-book.ts';
import { liveAsManager } from './live-as-manager.ts';
import { NodeLife } from './node-life.ts';
import { type Process, Schedule } from './schedule.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { Teller } from './teller.ts';
import { watchCluster } from './watch-cluster.ts';

/** What to simulate. Equal plans give equal events. */
export type SimulationPlan = {
  readonly seed: number;
  readonly fromMicros: number;
  /** How far the clocks of the cluster's people are ahead of UTC: nights and weekends are theirs. Default 0. */
  readonly offsetMicros?: number | undefined;
  /** How long it lasts. */
  readonly days: number;
  /** Nodes on a usual day, the manager among them. Default: 6 to 8, drawn. */
  readonly nodes?: number | undefined;
  /** Tasks on a working day, on average. Default: 8 for each developer. */
  readonly tasksPerDay?: number | undefined;
  readonly faults?: readonly PlannedFault[] | undefined;
  /** Reads of the shared state during a task. Default 3; more for loads like those of agents that look all the time. */
  readonly stateReadsPerTask?: number | undefined;
};

const TASKS_PER_DEVELOPER = 8;

/**
 * A cluster at work, as discrete events: tasks come, nodes claim them and work, all as real sources would tell it. In
 * order of time, no two at the same microsecond; nothing after the end, so that what is under way then stays open.
 *
 * @param prices What requests cost. Default: list prices.
 */
export function* simulateCluster(plan: SimulationPlan, prices: Prices = listPrices()): Generator<IncomingEvent> {
  const { seed, fromMicros, days, faults = [] } = plan;
  const cast = castOf(drawsFor(seed, 1), plan.nodes);
  const teller = new Teller(fromMicros, prices);
  const schedule = new Schedule();
  const calendar = new Calendar(fromMicros + (plan.offsetMicros ?? 0), seed);
  const { stateReadsPerTask = 3, tasksPerDay = Math.max(cast.plannedWorkers - 1, 1) * TASKS_PER_DEVELOPER } = plan;
  const cluster = new SimulatedCluster({ seed, cast, calendar, schedule, teller, faults, stateReadsPerTask });
  schedule.start(liveAsManager(cluster));
  for (const worker of cast.workers) {
    const life = new NodeLife(cluster, worker);
    life.running = schedule.start(life.live(), 5 + worker.index);
  }
  schedule.start(arrivals(cluster, cast.manager, tasksPerDay), 60);
  schedule.start(watchCluster(cluster), 30);
  while (schedule.step(days * SECONDS_PER_DAY)) yield* teller.take();
}

function* arrivals(cluster: SimulatedCluster, manager: CastNode, tasksPerDay: number): Process {
  const random = drawsFor(cluster.seed, 5);
  let number = 0;
  for (;;) {
    yield secondsToArrival(random, cluster.calendar, cluster.now, tasksPerDay);
    const count = batchSize(random);
    for (let nth = 0; nth < count; nth += 1) {
      const own = drawsFor(cluster.seed, 19, number);
      const { nowMicros: createdMicros, now: queuedSeconds } = cluster;
      const task = drawTask(own, number, `task-${hexOf(own, 2).slice(0, 12)}`, { createdMicros, queuedSeconds });
      number += 1;
      const { taskId, priority } = task;
      const data = { node_id: manager.nodeId, task_id: taskId, priority };
      cluster.teller.tellState(cluster.now, 'task.created', data, taskId, createdMicros);
      cluster.queue.add(task);
      if (nth < count - 1) yield random.between(0.5, 4);
    }
    cluster.wake();
  }
}

/** List prices alone; a user's own must not change what is generated. */
function listPrices(): Prices {
  return openPriceBook({ directory: '/' });
}
