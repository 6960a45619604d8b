import { describe, expect, it } from 'vitest';

import { testQuality } from '../../../src/analysis/reports/test-votes.ts';
import { eventsOf, type Told } from '../../support/clock-events.ts';

const run = (at: number, taskId: string | undefined, suite: string, failed: number): Told => [
  at,
  'tests.executed',
  'Node-A',
  { task_id: taskId, suite, failed },
];

describe('votes of tests', () => {
  it('count a suite once for each task, however often it ran', () => {
    const retries = Array.from({ length: 9 }, (_, place) => run(10 + place, 't-1', 'unit', place < 8 ? 1 : 0));
    const { firstRun, lastRun, runs } = testQuality(
      eventsOf([...retries, run(100, 't-2', 'unit', 0), run(110, 't-2', 'browser', 0)]),
      [],
    );
    expect(firstRun).toMatchObject({ hits: 2, total: 3 });
    expect(lastRun).toMatchObject({ hits: 3, total: 3, high: 1 });
    expect(runs).toBe(11);
  });

  it('leave out runs that name no task, and count them', () => {
    expect(testQuality(eventsOf([run(0, undefined, 'unit', 1), run(1, 't-1', 'unit', 0)]), [])).toMatchObject({
      firstRun: { hits: 1, total: 1 },
      runsWithoutTask: 1,
    });
  });

  it('call a suite flaky by the same bounds as the detector', () => {
    const flips = ['t-1', 't-2', 't-3'].flatMap((task, place) => [
      run(place * 1_000, task, 'browser', 1),
      run(place * 1_000 + 60, task, 'browser', 0),
      run(place * 1_000 + 70, task, 'unit', 0),
    ]);
    const changes = eventsOf([[5_000, 'code.changed', 'Node-A', { task_id: 't-3' }]]);
    const { suites } = testQuality(eventsOf(flips), changes);
    expect(suites.map(({ suite, flaky, flips: count, flipTasks }) => [suite, flaky, count, flipTasks])).toEqual([
      ['browser', true, 3, 3],
      ['unit', false, 0, 0],
    ]);
  });
});
