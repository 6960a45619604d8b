import type { ClusterStatus, QueueNow } from '../../analysis/reports/cluster-status.ts';
import type { NodeNow } from '../../analysis/reports/nodes-now.ts';
import type { StateLatency } from '../../analysis/reports/state-latency.ts';
import { outcomeText } from './overview-lines.ts';
import { sparkline, squeeze } from './terminal/sparkline.ts';
import { formatCount, formatMillis, formatRate, formatSeconds } from './terminal/units.ts';

const SPARK_WIDTH = 30;
const STATUS_ORDER = ['working', 'waiting', 'idle', 'other', 'silent', 'registered', 'terminated'];

/** `3 live: 2 working, 1 idle; 1 terminated`. */
export function nodesText(nodes: readonly NodeNow[]): string {
  if (nodes.length === 0) return 'none seen yet';
  const counts = new Map<string, number>();
  for (const { status = 'registered' } of nodes) counts.set(status, (counts.get(status) ?? 0) + 1);
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

/** `12 created, 10 claimed, 9 ended (8 success, 1 failure), 1 released, 9 /min`. */
export function throughputText({ throughput, windowSeconds }: ClusterStatus): string {
  const { created, claimed, completed, released, outcomes } = throughput;
  const how = completed === 0 ? '' : ` (${outcomeText(outcomes)}; ${formatRate(completed / windowSeconds)})`;
  return `${formatCount(created)} created, ${formatCount(claimed)} claimed, ${formatCount(completed)} ended${how}, ${formatCount(released)} released`;
}

/** Ended attempts over the window as blocks; empty when none ended. */
export function throughputSpark({ throughput }: ClusterStatus): string {
  if (throughput.completed === 0) return '';
  return sparkline(squeeze(throughput.completedSeries, SPARK_WIDTH, 'sum'));
}

const spread = (what: string, p50: number | undefined, p95: number | undefined): string =>
  p50 === undefined ? '' : `${what} p50 ${formatMillis(p50)}, p95 ${formatMillis(p95)}`;

/** `1,204 reads p50 1.2 ms, p95 4 ms · 220 writes p50 …, p95 … · lock wait p50 …, p95 …`. */
export function stateText({ read, write, lock }: StateLatency): string {
  if (read.count + write.count + lock.count === 0) return 'no operation seen';
  const operation = (name: string, count: number, p50: number | undefined, p95: number | undefined): string =>
    count === 0 ? '' : spread(`${formatCount(count)} ${name}`, p50, p95) || `${formatCount(count)} ${name}`;
  const wait = lock.wait.count > 0 ? lock.wait : write.lockWait;
  return [
    operation('reads', read.count, read.duration.p50, read.duration.p95),
    operation('writes', write.count, write.duration.p50, write.duration.p95),
    spread('lock wait', wait.p50, wait.p95),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
