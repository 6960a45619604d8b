import { describe, expect, it } from 'vitest';

import { qualityReport } from '../../../src/analysis/reports/quality-report.ts';
import { readTaskOutcomes } from '../../../src/analysis/reports/task-outcomes.ts';
import { eventsOf, second, type Told } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const claim = (at: number, id: string): Told => [at, 'task.claimed', 'Node-A', { task_id: id }];
const end = (at: number, id: string, outcome: string, more = {}): Told => [
  at,
  'task.completed',
  'Node-A',
  { task_id: id, outcome, ...more },
];
const tests = (at: number, id: string, failed: number, suite = 'unit'): Told => [
  at,
  'tests.executed',
  'Node-A',
  { task_id: id, suite, failed, passed: 5, total_tests: 5 + failed },
];

const TOLD: readonly Told[] = [
  claim(0, 'good'),
  tests(10, 'good', 2),
  tests(20, 'good', 0),
  end(30, 'good', 'success'),
  claim(40, 'untested'),
  end(50, 'untested', 'success'),
  claim(60, 'failing'),
  tests(65, 'failing', 0, 'browser'),
  tests(66, 'failing', 1),
  end(70, 'failing', 'success'),
  claim(80, 'told-failing'),
  end(90, 'told-failing', 'success', { tests_failed: 1 }),
  claim(100, 'failed'),
  end(110, 'failed', 'failure'),
  // Tried again, and well in the end: accepted, and rework.
  claim(120, 'second-try'),
  end(130, 'second-try', 'failure'),
  claim(140, 'second-try'),
  end(150, 'second-try', 'success'),
  claim(160, 'reopened'),
  end(170, 'reopened', 'success'),
  claim(180, 'reopened'),
  claim(190, 'still-open'),
];

describe('what became of tasks', () => {
  it('is accepted only with a success, passing tests and nobody at it again', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const runs = eventsOf(TOLD.filter(([, metric]) => metric === 'tests.executed'));
    const range = { fromMicros: second(0), toMicros: second(1_000) };
    const outcomes = await readTaskOutcomes(metrics, range, second(1_000), runs);
    expect(outcomes).toMatchObject({ completed: 7, complete: true });
    expect(
      Object.fromEntries(outcomes.tasks.map(({ taskId, fate, rework, tested }) => [taskId, [fate, rework, tested]])),
    ).toEqual({
      good: ['accepted', undefined, true],
      untested: ['accepted', undefined, false],
      failing: ['tests_failed', undefined, true],
      'told-failing': ['tests_failed', undefined, true],
      failed: ['not_success', undefined, false],
      'second-try': ['accepted', 'after_other', false],
      reopened: ['taken_up_again', 'after_success', false],
    });
  });

  it('counts claims after the span, up to now', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const range = { fromMicros: second(0), toMicros: second(175) };
    const outcomes = await readTaskOutcomes(metrics, range, second(1_000), []);
    expect(outcomes.tasks.find(({ taskId }) => taskId === 'reopened')?.fate).toBe('taken_up_again');
    const before = await readTaskOutcomes(metrics, range, second(179), []);
    expect(before.tasks.find(({ taskId }) => taskId === 'reopened')?.fate).toBe('accepted');
  });

  it('is told in the quality report, of the tasks that ended', async () => {
    const { metrics } = await storeOf(TOLD, 1_000);
    const report = await qualityReport(metrics, { fromMicros: second(0), toMicros: second(1_000) }, second(1_000));
    expect(report).toMatchObject({
      complete: true,
      completed: 7,
      accepted: { hits: 3, total: 7 },
      reworkAfterSuccess: { hits: 1, total: 7 },
      reworkAfterOther: { hits: 1, total: 7 },
      tests: { firstRun: { hits: 1, total: 3 }, lastRun: { hits: 2, total: 3 }, runs: 4 },
    });
  });
});
