import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { defineDetector, type ParameterValues, type Parameters } from './detector.ts';
import type { Finding } from './finding.ts';
import { readSingly } from './read-singly.ts';
import { changesByNode, countFlips, FLAKY, type Flips, isFlaky } from './suite-flips.ts';
import { groupRuns, readTestRuns } from './test-runs.ts';

type Evidence = {
  readonly fromMicros: number;
  readonly runs: readonly StoredEvent[];
  readonly changes: readonly StoredEvent[];
};

const PARAMETERS = {
  days: { value: 3, unit: 'days', doc: 'How far it looks back from the end of the window: flaky runs are rare.' },
  max_gap_minutes: {
    value: FLAKY.maxGapMinutes,
    unit: 'minutes',
    doc: 'Runs farther apart are not taken for runs of the same work.',
  },
  min_flips: { value: FLAKY.minFlips, unit: 'runs', doc: 'Results that changed although nothing else did, at least.' },
  min_tasks: {
    value: FLAKY.minTasks,
    unit: 'tasks',
    doc: 'In at least so many tasks, so that one troubled task is no flaky suite.',
  },
  flaky_share: { value: FLAKY.share, unit: 'share', doc: 'And so large a part of all runs of the suite.' },
} as const satisfies Parameters;

/** Suites that pass and fail on the same code. */
export const flakyTests = defineDetector({
  kind: 'flaky_tests',
  title: 'Flaky tests',
  doc:
    'Looks for suites that are run twice in a row in one task with different results, while the node told no change of ' +
    'files in between. Needs nodes that tell their changes as they make them (telemetry, hooks); where changes are only ' +
    'told at the end of a task, counts results that turn and turn back within three runs. Compares with fixed bounds, ' +
    'since a suite that was always flaky is flaky too.',
  parameters: PARAMETERS,
  async gather(ask, window, values): Promise<Evidence> {
    const fromMicros = window.toMicros - values.days * MICROS_PER_DAY;
    return {
      fromMicros,
      runs: await readTestRuns(ask, fromMicros, window.toMicros),
      changes: await readSingly(ask, 'code.changed', fromMicros, window.toMicros),
    };
  },
  judge({ fromMicros, runs, changes }, window, values) {
    const bySuite = countFlips(
      groupRuns(runs).values(),
      changesByNode(changes),
      values.max_gap_minutes * MICROS_PER_MINUTE,
    );
    if (bySuite.size === 0) return { state: 'no_data', reason: 'No run of tests was recorded.', findings: [] };
    const span = { fromMicros, toMicros: window.toMicros };
    const findings = [...bySuite].flatMap(([suite, flips]) => toFinding(suite, flips, span, values));
    if (findings.length > 0) {
      const reason = `${findings.length} suites pass and fail on the same code.`;
      return { state: 'findings', reason, findings };
    }
    const total = [...bySuite.values()].reduce((sum, flips) => sum + flips.total, 0);
    return { state: 'clear', reason: `Of ${total} runs hardly any changed its result by itself.`, findings };
  },
});

function toFinding(
  suite: string | undefined,
  flips: Flips,
  span: { readonly fromMicros: number; readonly toMicros: number },
  values: ParameterValues<typeof PARAMETERS>,
): Finding[] {
  const bounds = { minFlips: values.min_flips, minTasks: values.min_tasks, share: values.flaky_share };
  if (!isFlaky(flips, bounds)) return [];
  const { hits, total, units, extraSeconds } = flips;
  const share = { value: hits / total, unit: 'share', samples: total, ...wilsonInterval(hits, total) } as const;
  const days = (span.toMicros - span.fromMicros) / MICROS_PER_DAY;
  return [
    {
      kind: 'flaky_tests',
      subject: { kind: suite === undefined ? 'cluster' : 'suite', id: suite },
      severity: 'warning',
      summary:
        `${hits} of ${total} runs of ${suite === undefined ? 'the tests' : 'one suite'} ended otherwise than the run ` +
        `before although nothing had changed, in ${units.size} tasks.`,
      observed: share,
      effect: share,
      impact: { secondsPerDay: { value: extraSeconds / days, unit: 'seconds', samples: hits } },
      sinceMicros: span.fromMicros,
      evidence: [
        {
          shows: 'runs of these tests',
          metric: 'tests.executed',
          filters: suite === undefined ? undefined : { suite },
          ...span,
        },
        { shows: 'changes of files', metric: 'code.changed', ...span },
      ],
      facts: { flips: hits, runs: total, tasks: units.size, ...(suite === undefined ? {} : { suite }) },
    },
  ];
}
