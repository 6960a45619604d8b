import { MICROS_PER_DAY } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import { asNumber } from '../reports/distribution.ts';
import { differenceOfShares } from '../statistics/proportion.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { lastRunsOf, readTestRuns } from './test-runs.ts';

type Evidence = {
  readonly window: readonly StoredEvent[];
  readonly baseline: readonly StoredEvent[];
  /** Typical length of an attempt at a task: what a task that ends with failing tests cost. */
  readonly attemptSeconds: number | undefined;
};

/** Share of tasks whose last run of tests failed, now and before. */
export const failingTests = defineDetector({
  kind: 'failing_tests',
  title: 'Failing tests',
  doc:
    'Compares how many tasks ended with failing tests with how many did before. Only the last run of each task and suite ' +
    'counts, so that running a suite again and again has one vote. Where there is no history, or it was always so, speaks ' +
    'only when a large share fails.',
  parameters: {
    min_tasks: { value: 8, unit: 'tasks', doc: 'Tasks with tests that the window must have.' },
    min_history: { value: 20, unit: 'tasks', doc: 'Tasks with tests that the history must have to be compared with.' },
    min_increase: { value: 0.12, unit: 'share', doc: 'Smallest increase worth telling, as a part of all tasks.' },
    min_ratio: { value: 1.5, unit: 'times', doc: 'Smallest increase worth telling, against the share before.' },
    bad_share: { value: 0.4, unit: 'share', doc: 'From here on it is told whatever the history says.' },
  },
  async gather(ask, window): Promise<Evidence> {
    const { rows } = await ask.aggregate({
      metric: 'task.completed',
      since: window.baselineFromMicros / 1e6,
      until: window.toMicros / 1e6,
      aggregations: ['p50(duration_seconds)'],
    });
    return {
      window: await readTestRuns(ask, window.fromMicros, window.toMicros),
      baseline: await readTestRuns(ask, window.baselineFromMicros, window.fromMicros),
      attemptSeconds: asNumber(rows[0]?.values['p50(duration_seconds)']),
    };
  },
  judge({ window: runs, baseline, attemptSeconds }, window, values) {
    const now = countFailing(runs);
    const before = countFailing(baseline);
    if (now.total + before.total === 0) {
      return { state: 'no_data', reason: 'No run of tests was recorded.', findings: [] };
    }
    if (now.total < values.min_tasks) {
      const reason = `${now.total} tasks ran tests in the window; it takes ${values.min_tasks} to judge.`;
      return { state: 'learning', reason, findings: [] };
    }
    const share = now.hits / now.total;
    const interval = wilsonInterval(now.hits, now.total);
    const hasHistory = before.total >= values.min_history;
    const shareBefore = hasHistory ? before.hits / before.total : undefined;
    const difference = hasHistory ? differenceOfShares(now, before) : undefined;
    const rose =
      difference !== undefined &&
      shareBefore !== undefined &&
      difference.low > 0 &&
      difference.difference >= values.min_increase &&
      share >= values.min_ratio * shareBefore;
    const isBad = interval !== undefined && interval.low >= values.bad_share;
    if (!rose && !isBad) {
      const reason = `${now.hits} of ${now.total} tasks ended with failing tests, which is not more than usual.`;
      return { state: 'clear', reason, findings: [] };
    }
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const extra = Math.max(0, now.hits - (rose ? (shareBefore ?? 0) : 0) * now.total);
    const lost = attemptSeconds === undefined ? undefined : (extra * attemptSeconds) / days;
    const percent = (part: number): string => `${Math.round(part * 100)} %`;
    const compared = shareBefore === undefined ? '' : `; before it were ${percent(shareBefore)}`;
    const finding: Finding = {
      kind: 'failing_tests',
      subject: { kind: 'cluster', id: undefined },
      severity: isBad ? 'critical' : 'warning',
      summary: `${now.hits} of ${now.total} tasks (${percent(share)}) ended with failing tests${compared}.`,
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
      sinceMicros: window.fromMicros,
      evidence: [
        {
          shows: 'runs of tests in the window',
          metric: 'tests.executed',
          fromMicros: window.fromMicros,
          toMicros: window.toMicros,
        },
      ],
      facts: { failing_tasks: now.hits, tasks: now.total },
    };
    return { state: 'findings', reason: finding.summary, findings: [finding] };
  },
});

function countFailing(runs: readonly StoredEvent[]): { readonly hits: number; readonly total: number } {
  const last = lastRunsOf(runs);
  return { hits: last.filter(({ failed }) => failed).length, total: last.length };
}
