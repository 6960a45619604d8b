import type { TimeRange } from '../../model/range.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type CodeChurn, codeChurn } from './code-churn.ts';
import { readNewestIn } from './read-events.ts';
import { type Share, shareOf } from './share.ts';
import { countFate, readTaskOutcomes } from './task-outcomes.ts';
import { type TestQuality, testQuality } from './test-votes.ts';

/** Test runs, and changes of files, read at most. */
const MAX_EVENTS = 20_000;

export type QualityReport = TimeRange & {
  /** False where there were more events than are read: figures are then of the newest ones. */
  readonly complete: boolean;
  readonly tests: TestQuality;
  /** Tasks that ended in the span. */
  readonly completed: number;
  /** Of these, as far as they were read, the accepted ones. */
  readonly accepted: Share;
  /** Of these, the ones that were claimed again after an end: after a success, and after another outcome only. */
  readonly reworkAfterSuccess: Share;
  readonly reworkAfterOther: Share;
  readonly churn: CodeChurn;
};

/** How good what was done is, as far as tests, second turns and changes of files tell. */
export async function qualityReport(ask: EventAnswerer, range: TimeRange, nowMicros: number): Promise<QualityReport> {
  const runs = await readNewestIn(ask, 'tests.executed', range, MAX_EVENTS);
  const changes = await readNewestIn(ask, 'code.changed', range, MAX_EVENTS);
  const outcomes = await readTaskOutcomes(ask, range, nowMicros, runs.events);
  const { tasks, completed } = outcomes;
  const reworked = (after: 'after_success' | 'after_other'): Share =>
    shareOf(tasks.filter(({ rework }) => rework === after).length, tasks.length);
  return {
    ...range,
    complete: runs.complete && changes.complete && outcomes.complete,
    tests: testQuality(runs.events, changes.events),
    completed,
    accepted: shareOf(countFate(outcomes, 'accepted'), tasks.length),
    reworkAfterSuccess: reworked('after_success'),
    reworkAfterOther: reworked('after_other'),
    churn: codeChurn(changes.events),
  };
}
