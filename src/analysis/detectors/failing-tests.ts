import { MICROS_PER_DAY } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { asNumber } from '../reports/distribution.ts';
import { differenceOfShares } from '../statistics/proportion.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { daysOf, severityOf } from './loss.ts';
import { settledUntil } from './settled-history.ts';
import { firstRunsOf, readTestRuns } from './test-runs.ts';

/**
 * Whoever looks every day for a month looks thirty times at two spans: at 95 % there would be a false finding each month.
 * The shorter span, which has news a day earlier, has to be clearer and have more runs: those of one task fail together.
 */
const SURE = 0.997;
const SURER = 0.9995;

type Evidence = {
  readonly fromMicros: number;
  readonly recent: readonly StoredEvent[];
  readonly baseline: readonly StoredEvent[];
  /** Typical length of an attempt at a task: what is lost is counted in these. */
  readonly attemptSeconds: number | undefined;
  readonly clock: ClusterClock;
};

/** Share of first runs of tests that fail, now and before. */
export const failingTests = defineDetector({
  kind: 'failing_tests',
  title: 'Failing tests',
  doc:
    'Compares how often the first run of a suite fails in a task with how often it did before: one vote for each suite and ' +
    'task, however often it is run again; beyond chance even for somebody who looks each day. The last week does not count as before, if there is another before it. Where ' +
    'there is no history, or it was always so, speaks only when a large share fails.',
  parameters: {
    days: {
      value: 2,
      unit: 'days',
      doc: 'How far it looks back from the end of the window, and at the second half of that: a day has few runs.',
    },
    min_runs: { value: 8, unit: 'runs', doc: 'First runs in that time that it takes to judge.' },
    min_history: { value: 20, unit: 'runs', doc: 'First runs that the history must have to be compared with.' },
    min_increase: { value: 0.1, unit: 'share', doc: 'Smallest increase worth telling, as a part of all first runs.' },
    min_ratio: { value: 1.5, unit: 'times', doc: 'Smallest increase worth telling, against the share before.' },
    bad_share: { value: 0.4, unit: 'share', doc: 'From here on it is told whatever the history says.' },
  },
  async gather(ask, window, values): Promise<Evidence> {
    const fromMicros = window.toMicros - values.days * MICROS_PER_DAY;
    const { rows } = await ask.aggregate({
      metric: 'task.completed',
      since: window.baselineFromMicros / 1e6,
      until: window.toMicros / 1e6,
      aggregations: ['p50(duration_seconds)'],
    });
    return {
      fromMicros,
      recent: await readTestRuns(ask, fromMicros, window.toMicros),
      baseline: await readTestRuns(ask, window.baselineFromMicros, fromMicros),
      attemptSeconds: asNumber(rows[0]?.values['p50(duration_seconds)']),
      clock: await ask.clock(window.fromMicros, window.toMicros),
    };
  },
  judge({ fromMicros, recent, baseline, attemptSeconds, clock }, window, values) {
    const settled = settledUntil(baseline[0]?.atMicros ?? fromMicros, fromMicros);
    const before = countFailing(baseline.filter(({ atMicros }) => atMicros < settled));
    const whole = { ...countFailing(recent), fromMicros, level: SURE, least: values.min_runs };
    if (whole.total + before.total === 0) {
      return { state: 'no_data', reason: 'No run of tests was recorded.', findings: [] };
    }
    if (whole.total < values.min_runs) {
      const reason = `${whole.total} suites were run, counted once for each task; it takes ${values.min_runs} to judge.`;
      return { state: 'learning', reason, findings: [] };
    }
    const middle = (fromMicros + window.toMicros) / 2;
    const half = {
      ...countFailing(recent.filter(({ atMicros }) => atMicros >= middle)),
      fromMicros: middle,
      level: SURER,
      least: 2 * values.min_runs,
    };
    const hasHistory = before.total >= values.min_history;
    const shareBefore = hasHistory ? before.hits / before.total : undefined;
    const risen = [whole, half].find(({ hits, total, level, least }) => {
      if (shareBefore === undefined || total < least) return false;
      const difference = differenceOfShares(before, { hits, total }, level);
      if (difference === undefined || difference.low <= 0) return false;
      return difference.difference >= values.min_increase && hits / total >= values.min_ratio * shareBefore;
    });
    const now = risen ?? whole;
    const share = now.hits / now.total;
    const interval = wilsonInterval(now.hits, now.total);
    const isBad = interval !== undefined && interval.low >= values.bad_share;
    if (risen === undefined && !isBad) {
      const reason = `${now.hits} of ${now.total} first runs of tests failed, which is not more than usual.`;
      return { state: 'clear', reason, findings: [] };
    }
    const difference = hasHistory ? differenceOfShares(before, now) : undefined;
    const span = { fromMicros: now.fromMicros, toMicros: window.toMicros };
    const extra = Math.max(0, now.hits - (risen === undefined ? 0 : (shareBefore ?? 0)) * now.total);
    const lost = attemptSeconds === undefined ? undefined : (extra * attemptSeconds) / daysOf(span);
    const percent = (part: number): string => `${Math.round(part * 100)} %`;
    const compared = shareBefore === undefined ? '' : `; usually it is ${percent(shareBefore)}`;
    const finding: Finding = {
      kind: 'failing_tests',
      subject: { kind: 'cluster', id: undefined },
      severity: isBad ? 'critical' : lost === undefined ? 'warning' : severityOf(lost * daysOf(window), clock),
      summary: `${now.hits} of ${now.total} first runs of tests (${percent(share)}) failed${compared}.`,
      observed: { value: share, unit: 'share', samples: now.total, ...interval },
      expected: shareBefore === undefined ? undefined : { value: shareBefore, unit: 'share', samples: before.total },
      effect: {
        value: difference?.difference ?? share,
        unit: 'share',
        samples: now.total,
        low: difference?.low ?? interval?.low,
        high: difference?.high ?? interval?.high,
      },
      impact: lost === undefined ? {} : { secondsPerDay: { value: lost, unit: 'seconds', samples: now.total } },
      sinceMicros: span.fromMicros,
      evidence: [{ shows: 'runs of tests', metric: 'tests.executed', ...span }],
      facts: { failing_runs: now.hits, runs: now.total },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

function countFailing(runs: readonly StoredEvent[]): { readonly hits: number; readonly total: number } {
  const first = firstRunsOf(runs);
  return { hits: first.filter(({ failed }) => failed).length, total: first.length };
}
