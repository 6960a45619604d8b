import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AggregateRow } from '../../query/question.ts';
import type { NodeLife } from '../clock/cluster-clock.ts';
import { asNumber } from '../reports/distribution.ts';
import { median } from '../statistics/quantiles.ts';
import { shiftBetween } from '../statistics/shift.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';

type Evidence = {
  /** Waits for the lock by the hour, of window and history. */
  readonly hours: readonly AggregateRow[];
  /** Of the window, by who held it meanwhile. */
  readonly holders: readonly AggregateRow[];
  readonly nodes: readonly NodeLife[];
};

/** Nodes that wait for the lock of the state file longer than they did, or for a good part of their work. */
export const lockContention = defineDetector({
  kind: 'lock_contention',
  title: 'Lock contention',
  doc:
    'Compares the wait for the lock of the state file, hour by hour, with the hours before (the shift between the two, with ' +
    'its interval), and looks at which part of the working time goes into it. Names the holder that is waited for most.',
  parameters: {
    min_hours: { value: 3, unit: 'hours', doc: 'Hours with waits that the window must have.' },
    min_history: { value: 24, unit: 'hours', doc: 'Hours with waits that the history must have to be compared with.' },
    ratio: { value: 2, unit: 'times', doc: 'The typical wait must be so many times the one before.' },
    min_wait_ms: { value: 25, unit: 'ms', doc: 'And by so much longer, each time.' },
    min_minutes: { value: 1, unit: 'minutes', doc: 'All waits of a day together, at least.' },
    working_share: {
      value: 0.05,
      unit: 'share',
      doc: 'From this part of all working time on, whatever the history says.',
    },
  },
  async gather(ask, window): Promise<Evidence> {
    const aggregations = ['count(wait_ms)', 'avg(wait_ms)', 'sum(wait_ms)'];
    const [from, to] = [window.fromMicros / 1e6, window.toMicros / 1e6];
    const hourly = { metric: 'state.lock', since: window.baselineFromMicros / 1e6, until: to, aggregations };
    const hours = await ask.aggregate({ ...hourly, bucket: '1h' });
    const holders = await ask.aggregate({
      metric: 'state.lock',
      since: from,
      until: to,
      aggregations: ['sum(wait_ms)', 'count(wait_ms)'],
      groupBy: ['waited_for_node_id'],
    });
    const { nodes } = await ask.clock(window.fromMicros, window.toMicros);
    return { hours: hours.rows, holders: holders.rows, nodes };
  },
  judge({ hours, holders, nodes }, window, values) {
    const waited = hours.filter(({ values: row }) => (asNumber(row['count(wait_ms)']) ?? 0) > 0);
    if (waited.length === 0) return { state: 'no_data', reason: 'No wait for the lock was recorded.', findings: [] };
    const isNow = ({ bucketStart = 0 }: AggregateRow): boolean => bucketStart * 1e6 >= window.fromMicros;
    const now = waited.filter(isNow);
    const before = waited.filter((row) => !isNow(row));
    if (now.length < values.min_hours) {
      const reason = `Waits in ${now.length} hours of the window; it takes ${values.min_hours} to judge.`;
      return { state: 'learning', reason, findings: [] };
    }
    const waits = now.map(meanWait);
    const usual = before.length >= values.min_history ? before.map(meanWait) : [];
    const typical = median(waits) ?? 0;
    const expected = median(usual);
    const shift = shiftBetween(usual, waits);
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const seconds = now.reduce((sum, { values: row }) => sum + (asNumber(row['sum(wait_ms)']) ?? 0), 0) / 1e3;
    const share = seconds / Math.max(1, workingSeconds(nodes));
    const isLonger =
      expected !== undefined &&
      shift !== undefined &&
      shift.low > 0 &&
      shift.shift >= values.min_wait_ms &&
      typical >= values.ratio * expected &&
      seconds / days >= values.min_minutes * 60;
    const isMuch = share >= values.working_share && seconds / days >= values.min_minutes * 60;
    if (!isLonger && !isMuch) {
      return { state: 'clear', reason: 'The lock of the state file is waited for no longer than usual.', findings: [] };
    }
    const samples = now.reduce((sum, { values: row }) => sum + (asNumber(row['count(wait_ms)']) ?? 0), 0);
    const holder = mostWaitedFor(holders);
    const longer = expected === undefined ? '' : `; usually it is ${lengthOf(expected)}`;
    const finding: Finding = {
      kind: 'lock_contention',
      subject: { kind: 'cluster', id: undefined },
      severity: share >= 2 * values.working_share ? 'critical' : 'warning',
      summary: `A node waits ${lengthOf(typical)} for the lock of the state file, typically${longer}. All waits together take ${Math.max(1, Math.round(seconds / days / 60))} minutes a day.`,
      observed: { value: typical, unit: 'ms', samples },
      expected: expected === undefined ? undefined : { value: expected, unit: 'ms', samples: usual.length },
      effect: { value: shift?.shift ?? typical, unit: 'ms', low: shift?.low, high: shift?.high, samples },
      impact: { secondsPerDay: { value: seconds / days, unit: 'seconds', samples } },
      sinceMicros: window.fromMicros,
      evidence: [
        {
          shows: 'waits for the lock in the window',
          metric: 'state.lock',
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: { waits: samples, working_share: share, ...holder },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

const lengthOf = (millis: number): string =>
  millis < 1 ? 'under 1 ms' : millis < 1_000 ? `${Math.round(millis)} ms` : `${(millis / 1_000).toFixed(1)} s`;

const meanWait = ({ values }: AggregateRow): number => asNumber(values['avg(wait_ms)']) ?? 0;

function workingSeconds(nodes: readonly NodeLife[]): number {
  return nodes
    .flatMap(({ intervals }) => intervals)
    .reduce(
      (sum, { state, fromMicros, toMicros }) => sum + (state === 'working' ? (toMicros - fromMicros) / 1e6 : 0),
      0,
    );
}

/** Who holds the lock while others wait, and which part of all waits that is. */
function mostWaitedFor(holders: readonly AggregateRow[]): Readonly<Record<string, number | string>> {
  const waits = holders.map(({ group, values }) => ({
    node: group['waited_for_node_id'],
    millis: asNumber(values['sum(wait_ms)']) ?? 0,
  }));
  const all = waits.reduce((sum, { millis }) => sum + millis, 0);
  const [first] = waits.filter(({ node }) => node !== undefined).sort((a, b) => b.millis - a.millis);
  return first === undefined || all === 0 ? {} : { node_id: String(first.node), holder_share: first.millis / all };
}
