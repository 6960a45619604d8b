import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { groupRuns, readTestRuns, type TestRun } from './test-runs.ts';

/** Runs of one suite that could have turned back, and those that did. */
type Reversals = { hits: number; total: number; units: Set<string>; extraSeconds: number };

/** Suites whose result turns back and forth within one task. */
export const flakyTests = defineDetector({
  kind: 'flaky_tests',
  title: 'Flaky tests',
  doc:
    'Looks for suites whose result turns and turns back (passed, failed, passed, or the other way round) in three runs in ' +
    'a row of one task. Work that breaks tests and mends them does that now and then; a flaky suite does it often, and in ' +
    'many tasks. Compares with a fixed share, since a suite that was always flaky is flaky too.',
  parameters: {
    max_gap_minutes: { value: 30, unit: 'minutes', doc: 'Runs farther apart are not taken for runs of the same work.' },
    min_reversals: { value: 5, unit: 'runs', doc: 'Results that turned back, at least.' },
    min_tasks: {
      value: 3,
      unit: 'tasks',
      doc: 'In at least so many tasks, so that one troubled task is no flaky suite.',
    },
    flaky_share: {
      value: 0.2,
      unit: 'share',
      doc: 'Of the runs that could turn back, so many must have, beyond chance.',
    },
  },
  gather: (ask, window) => readTestRuns(ask, window.fromMicros, window.toMicros),
  judge(events: readonly StoredEvent[], window, values) {
    const bySuite = countReversals(events, values.max_gap_minutes * MICROS_PER_MINUTE);
    if (bySuite.size === 0) return { state: 'no_data', reason: 'No run of tests was recorded.', findings: [] };
    const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
    const findings: Finding[] = [];
    for (const [suite, { hits, total, units, extraSeconds }] of bySuite) {
      const interval = wilsonInterval(hits, total);
      if (hits < values.min_reversals || units.size < values.min_tasks || interval === undefined) continue;
      if (interval.low < values.flaky_share) continue;
      const share = { value: hits / total, unit: 'share', samples: total, ...interval } as const;
      findings.push({
        kind: 'flaky_tests',
        subject: { kind: suite === undefined ? 'cluster' : 'suite', id: suite },
        severity: 'warning',
        summary:
          `The result of ${suite === undefined ? 'the tests' : 'a suite'} turned back in ${hits} of ${total} repeated runs, ` +
          `in ${units.size} tasks.`,
        observed: share,
        effect: share,
        impact: { secondsPerDay: { value: extraSeconds / days, unit: 'seconds', samples: hits } },
        sinceMicros: window.fromMicros,
        evidence: [
          {
            shows: 'runs of these tests in the window',
            metric: 'tests.executed',
            filters: suite === undefined ? undefined : { suite },
            fromMicros: window.fromMicros,
            toMicros: window.toMicros,
          },
        ],
        facts: { reversals: hits, repeated_runs: total, tasks: units.size, ...(suite === undefined ? {} : { suite }) },
      });
    }
    if (findings.length > 0) {
      return { state: 'findings', reason: `${findings.length} suites turn back too often.`, findings };
    }
    const repeated = [...bySuite.values()].reduce((sum, { total }) => sum + total, 0);
    return repeated < values.min_reversals
      ? { state: 'learning', reason: `Only ${repeated} runs were repeated within one task.`, findings: [] }
      : { state: 'clear', reason: `Of ${repeated} repeated runs few turned back.`, findings: [] };
  },
});

function countReversals(
  events: readonly StoredEvent[],
  maxGapMicros: number,
): ReadonlyMap<string | undefined, Reversals> {
  const bySuite = new Map<string | undefined, Reversals>();
  for (const runs of groupRuns(events).values()) {
    const [first] = runs;
    if (first === undefined) continue;
    const counted = bySuite.get(first.suite) ?? { hits: 0, total: 0, units: new Set<string>(), extraSeconds: 0 };
    bySuite.set(first.suite, counted);
    for (const [index, run] of runs.entries()) {
      const previous = runs[index - 1];
      const earlier = runs[index - 2];
      if (previous === undefined || earlier === undefined || !areClose([earlier, previous, run], maxGapMicros))
        continue;
      counted.total += 1;
      if (run.failed === previous.failed || run.failed !== earlier.failed) continue;
      counted.hits += 1;
      counted.units.add(run.unit);
      counted.extraSeconds += (run.atMicros - previous.atMicros) / 1e6;
    }
  }
  return bySuite;
}

function areClose(runs: readonly TestRun[], maxGapMicros: number): boolean {
  return runs.every((run, index) => index === 0 || run.atMicros - (runs[index - 1]?.atMicros ?? 0) <= maxGapMicros);
}
