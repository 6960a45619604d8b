import { describe, expect, it } from 'vitest';

import { flakyTests } from '../../../src/analysis/detectors/flaky-tests.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';

const run = (minutes: number, failed: number, task: string, suite?: string): IncomingEvent =>
  minutesBefore(minutes, 'tests.executed', { node_id: 'Node-A1B2', task_id: task, suite, passed: 20 - failed, failed });
const change = (minutes: number): IncomingEvent =>
  minutesBefore(minutes, 'code.changed', { node_id: 'Node-A1B2', files_modified: ['src/a.ts'] });

const tasks = Array.from({ length: 12 }, (_, index) => ({ task: `task-${index}`, minutes: 100 + index * 100 }));

describe('flaky tests', () => {
  it('are found where a suite fails and passes on the same code', async () => {
    const events = tasks.flatMap(({ task, minutes }, index) => [
      change(minutes),
      ...(index % 3 === 0 ? [run(minutes - 5, 1, task, 'browser')] : []),
      run(minutes - 8, 0, task, 'browser'),
      run(minutes - 9, 0, task, 'unit'),
    ]);
    const { state, findings } = await detect(flakyTests, events);
    expect(state).toBe('findings');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { kind: 'suite', id: 'browser' },
      facts: { flips: 4, runs: 16, tasks: 4 },
    });
  });

  it('are not found where every failure is mended before the next run', async () => {
    const events = tasks.flatMap(({ task, minutes }) => [
      run(minutes, 2, task, 'unit'),
      change(minutes - 3),
      run(minutes - 5, 0, task, 'unit'),
    ]);
    expect((await detect(flakyTests, events)).state).toBe('clear');
  });

  it('are not found in one troubled task alone', async () => {
    const events = [
      change(500),
      ...Array.from({ length: 9 }, (_, index) => run(400 - index, index % 2, 'task-x', 'unit')),
    ];
    expect((await detect(flakyTests, events)).state).toBe('clear');
  });

  it('are found by results that turn back, where nodes tell no changes', async () => {
    const events = tasks.flatMap(({ task, minutes }) =>
      [0, 1, 0].map((failed, index) => run(minutes - 2 * index, failed, task)),
    );
    const { findings } = await detect(flakyTests, events);
    expect(findings[0]).toMatchObject({ subject: { kind: 'cluster' }, facts: { flips: 12, runs: 36 } });
  });

  it('say that there is nothing where no test ran', async () => {
    expect((await detect(flakyTests, [change(10)])).state).toBe('no_data');
  });
});
