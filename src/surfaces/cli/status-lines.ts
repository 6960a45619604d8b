import type { ClusterStatus, QueueNow } from '../../analysis/reports/cluster-status.ts';
import type { NodeNow } from '../../analysis/reports/nodes-now.ts';
import type { Distribution } from '../../analysis/reports/distribution.ts';
import type { StateLatency, StateOperation } from '../../analysis/reports/state-latency.ts';
import { NO_STATUS } from './node-columns.ts';
import { outcomeText } from './overview-lines.ts';
import type { Style } from './terminal/style.ts';
import { sparkline, squeeze } from './terminal/sparkline.ts';
import { formatCount, formatMillis, formatSeconds } from './terminal/units.ts';

const SPARK_WIDTH = 40;
const STATUS_ORDER = ['working', 'waiting', 'idle', 'other', 'silent', NO_STATUS, 'terminated'];

/** `3 live: 2 working, 1 idle; 1 terminated`. */
export function nodesText(nodes: readonly NodeNow[]): string {
  if (nodes.length === 0) return 'none seen yet';
  const counts = new Map<string, number>();
  for (const { status = NO_STATUS } of nodes) counts.set(status, (counts.get(status) ?? 0) + 1);
  const gone = counts.get('terminated') ?? 0;
  counts.delete('terminated');
  const live = nodes.length - gone;
  const each = [...counts]
    .sort(([a], [b]) => STATUS_ORDER.indexOf(a) - STATUS_ORDER.indexOf(b))
    .map(([status, count]) => `${count} ${status}`);
  const liveText = live === 0 ? 'none live' : `${live} live: ${each.join(', ')}`;
  return gone === 0 ? liveText : `${liveText}; ${gone} terminated`;
}

/** `4 pending (oldest 12 s), 2 in progress`. */
export function queueText(queue: QueueNow | undefined, nowMicros: number): string {
  if (queue === undefined) return 'no snapshot yet';
  const age = Math.max(0, (nowMicros - queue.atMicros) / 1e6);
  const oldest =
    queue.oldestPendingSeconds === undefined ? '' : ` (oldest ${formatSeconds(queue.oldestPendingSeconds)})`;
  const judged = queue.workload === undefined ? '' : `; Amicus says ${queue.workload}`;
  // A snapshot is taken when something changes: an old one is news only when nobody watches.
  const stale = age < 60 ? '' : `, ${formatSeconds(age)} ago`;
  return `${formatCount(queue.pending)} pending${oldest}, ${formatCount(queue.inProgress)} in progress${stale}${judged}`;
}

/** `12 created, 10 claimed, 9 ended (8 success, 1 failure), 1 released`. */
export function throughputText({ throughput }: ClusterStatus): string {
  const { created, claimed, completed, released, outcomes } = throughput;
  const back = released === 0 ? '' : `, ${formatCount(released)} released`;
  const how = completed === 0 ? '' : ` (${outcomeText(outcomes)})`;
  return `${formatCount(created)} created, ${formatCount(claimed)} claimed, ${formatCount(completed)} ended${how}${back}`;
}

/** Ended attempts over the window as blocks, with the length of a step; empty when none ended. */
export function throughputSpark({ throughput }: ClusterStatus, style: Style): string {
  const { completed, completedSeries, seriesBucketSeconds } = throughput;
  if (completed === 0) return '';
  const blocks = squeeze(completedSeries, SPARK_WIDTH, 'sum');
  const stepSeconds = seriesBucketSeconds * Math.ceil(completedSeries.length / Math.max(1, blocks.length));
  return `${style('accent', sparkline(blocks))}  ${style('quiet', `ended per ${formatSeconds(stepSeconds)}`)}`;
}

const spread = (what: string, { count, p50, p95 }: Distribution): string[] =>
  count === 0 ? [] : [`${what} p50 ${formatMillis(p50)}, p95 ${formatMillis(p95)}`];

const operation = (name: string, { count, duration }: StateOperation): string[] => {
  if (count === 0) return [];
  const counted = `${formatCount(count)} ${name}`;
  // Watching a file sees that it was replaced, and not how long that took.
  return duration.count === 0 ? [counted] : spread(counted, duration);
};

/** `1,204 reads p50 1.2 ms, p95 4 ms; 220 writes p50 2.9 ms, p95 8 ms`. */
export function stateText({ read, write }: StateLatency): string {
  return [...operation('reads', read), ...operation('writes', write)].join('; ') || 'no operation seen';
}

/** `waited p50 0.2 ms, p95 2 ms; held p50 1.5 ms, p95 7 ms`; empty when no lock was seen. */
export function lockText({ read, write, lock }: StateLatency): string {
  const wait = lock.wait.count > 0 ? lock.wait : write.lockWait.count > 0 ? write.lockWait : read.lockWait;
  return [...spread('waited', wait), ...spread('held', lock.hold)].join('; ');
}
