import { type Answerer, newestEvents, numberField, textField } from './answerer.ts';
import { asNumber, toCount } from './distribution.ts';
import { type NodeNow, nodesNow, type SeenNode } from './nodes-now.ts';
import { countOutcomes, type OutcomeCounts } from './overview.ts';
import { stateLatency, type StateLatency } from './state-latency.ts';

/** The queue as the last snapshot counted it. */
export type QueueNow = {
  readonly atMicros: number;
  readonly pending: number | undefined;
  readonly inProgress: number | undefined;
  readonly oldestPendingSeconds: number | undefined;
  /** Amicus's own judgement. */
  readonly workload: string | undefined;
};

/** What happened to tasks in the window. */
type Throughput = {
  readonly created: number;
  readonly claimed: number;
  readonly completed: number;
  readonly released: number;
  readonly outcomes: OutcomeCounts;
  /** Completed attempts for each part of the window, oldest first. */
  readonly completedSeries: readonly (number | undefined)[];
  readonly seriesBucketSeconds: number;
};

/** A cluster now, and in the window just before now. */
export type ClusterStatus = {
  readonly atMicros: number;
  readonly windowSeconds: number;
  readonly nodes: readonly NodeNow[];
  /** Absent when there has been no snapshot. */
  readonly queue: QueueNow | undefined;
  readonly throughput: Throughput;
  readonly state: StateLatency;
};

/** The queue as it was counted last. */
export async function queueNow(ask: Answerer): Promise<QueueNow | undefined> {
  const [snapshot] = await newestEvents(ask, 'cluster.snapshot', {}, 1);
  if (snapshot === undefined) return undefined;
  return {
    atMicros: snapshot.atMicros,
    pending: numberField(snapshot, 'pending_tasks'),
    inProgress: numberField(snapshot, 'in_progress_tasks'),
    oldestPendingSeconds: numberField(snapshot, 'oldest_pending_seconds'),
    workload: textField(snapshot, 'workload_status'),
  };
}

export type StatusSettings = {
  readonly nowMicros: number;
  readonly windowSeconds: number;
  /** What the state file shows now; none where there is no such file. */
  readonly seen: readonly SeenNode[];
};

/** Nodes, queue, throughput and state latency as of `nowMicros`, the last two over the `windowSeconds` before. */
export async function clusterStatus(
  ask: Answerer,
  { nowMicros, windowSeconds, seen }: StatusSettings,
): Promise<ClusterStatus> {
  const until = nowMicros / 1e6;
  const span = { since: until - windowSeconds, until };
  const counted = async (metric: string): Promise<number> =>
    toCount((await ask.aggregate({ metric, ...span, aggregations: ['count'] })).rows[0]);
  const ended = await ask.aggregate({
    metric: 'task.completed',
    ...span,
    aggregations: ['count'],
    groupBy: ['outcome'],
  });
  const outcomes = countOutcomes(ended.rows);
  const { series, bucketSeconds } = await ask.series({ metric: 'task.completed', ...span, aggregation: 'count' });
  return {
    atMicros: nowMicros,
    windowSeconds,
    nodes: await nodesNow(ask, seen, nowMicros),
    queue: await queueNow(ask),
    throughput: {
      created: await counted('task.created'),
      claimed: await counted('task.claimed'),
      completed: Object.values(outcomes).reduce((a, b) => a + b, 0),
      released: await counted('task.released'),
      outcomes,
      completedSeries: series[0]?.points.map(({ value }) => asNumber(value)) ?? [],
      seriesBucketSeconds: bucketSeconds,
    },
    state: await stateLatency(ask, span),
  };
}
