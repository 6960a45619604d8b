import { type SimulationPlan, simulateCluster } from '../../src/example/simulation/simulate-cluster.ts';
import type { EventData, IncomingEvent } from '../../src/model/event.ts';

/** A Monday at midnight, UTC. */
const MONDAY_MICROS = Date.UTC(2026, 9, 5) * 1_000;

/** A task that costs so many times what others of its model cost is an outlier. */
const OUTLIER_RATIO = 10;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : sumOf(values) / values.length);
const middleOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const numberAt = (data: EventData, field: string): number => {
  const value = data[field];
  return typeof value === 'number' ? value : 0;
};
const textAt = (data: EventData, field: string): string => String(data[field] ?? '');

/** Figures of a simulated cluster, straight from its events. */
export function simulatedFigures(plan: Omit<SimulationPlan, 'fromMicros'>): Readonly<Record<string, number>> {
  const events = [...simulateCluster({ ...plan, fromMicros: MONDAY_MICROS })];
  const dataOf = (metric: string): readonly EventData[] =>
    events.filter((event) => event.metric === metric).map(({ data }) => data);
  const shareOf = (list: readonly EventData[], has: (data: EventData) => boolean): number =>
    meanOf(list.map((data) => (has(data) ? 1 : 0)));
  const [claims, ends, usage] = [dataOf('task.claimed'), dataOf('task.completed'), dataOf('tokens.consumed')];
  const [runs, calls, releases] = [dataOf('tests.executed'), dataOf('tool.called'), dataOf('task.released')];
  const input = (data: EventData): number =>
    numberAt(data, 'input_tokens') + numberAt(data, 'cached_tokens') + numberAt(data, 'cache_write_5m_tokens');
  const ofTasks = usage.filter((data) => data['task_id'] !== undefined);
  const costs = [...Map.groupBy(ofTasks, (data) => textAt(data, 'task_id')).values()].map((own) => ({
    model: textAt(own[0] ?? {}, 'model'),
    usd: sumOf(own.map((data) => numberAt(data, 'estimated_cost_usd'))),
  }));
  const outliers = [...Map.groupBy(costs, ({ model }) => model).values()].flatMap((like) => {
    const usual = middleOf(like.map(({ usd }) => usd));
    return like.filter(({ usd }) => usd > OUTLIER_RATIO * usual);
  });
  const files = Map.groupBy(
    dataOf('code.changed').flatMap((data) =>
      (data['files_modified'] as readonly string[]).map((file) => ({ file, task: data['task_id'] })),
    ),
    ({ file }) => file,
  );
  const lost = releases.filter((data) => data['reason'] === 'node_lost');
  return {
    tasks: dataOf('task.created').length,
    medianTaskMinutes: middleOf(ends.map((data) => numberAt(data, 'duration_seconds'))) / 60,
    queueHours: sumOf(claims.map((data) => numberAt(data, 'queue_seconds'))) / 3_600,
    nodes: meanOf(dataOf('cluster.snapshot').map((data) => numberAt(data, 'active_nodes'))),
    heldInVainHours: sumOf(lost.map((data) => numberAt(data, 'held_seconds'))) / 3_600,
    silences: dataOf('node.status').filter((data) => data['status'] === 'silent').length,
    askedHours: sumOf(dataOf('human.asked').map((data) => numberAt(data, 'waited_seconds'))) / 3_600,
    failedRunShare: shareOf(runs, (data) => numberAt(data, 'failed') > 0),
    passedAgainShare: passedAgainShare(events),
    failedCallShare: shareOf(calls, (data) => data['outcome'] === 'error'),
    lockWaitHours: sumOf(dataOf('state.lock').map((data) => numberAt(data, 'wait_ms'))) / 3.6e6,
    tasksOnOneFile: Math.max(...[...files.values()].map((own) => new Set(own.map(({ task }) => task)).size)),
    requestsPerTask: ofTasks.length / claims.length,
    outlierShare: outliers.length / costs.length,
    uncachedShare: 1 - sumOf(usage.map((data) => numberAt(data, 'cached_tokens'))) / sumOf(usage.map(input)),
    medianRequestTokens: middleOf(usage.map(input)),
    dearShare: shareOf(usage, (data) => textAt(data, 'model').includes('opus')),
    unpricedShare: shareOf(usage, (data) => data['estimated_cost_usd'] === undefined),
    unattributedShare: shareOf(usage, (data) => data['node_id'] === undefined),
  };
}

/** Of the runs of the browser suite, those that failed and passed next time without a change between. */
function passedAgainShare(events: readonly IncomingEvent[]): number {
  const failedIn = new Set<string>();
  let runs = 0;
  let passedAgain = 0;
  for (const { metric, data } of events) {
    const task = textAt(data, 'task_id');
    if (metric === 'code.changed') failedIn.delete(task);
    if (metric !== 'tests.executed' || data['suite'] !== 'browser') continue;
    runs += 1;
    const isFailed = numberAt(data, 'failed') > 0;
    if (!isFailed && failedIn.delete(task)) passedAgain += 1;
    if (isFailed) failedIn.add(task);
  }
  return runs === 0 ? 0 : passedAgain / runs;
}
