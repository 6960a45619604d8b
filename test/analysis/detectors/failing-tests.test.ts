import { describe, expect, it } from 'vitest';

import { failingTests } from '../../../src/analysis/detectors/failing-tests.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';

const DAY = 1_440;

/** A run of tests for a task of its own. */
const run = (minutes: number, failed: number, task = `task-${minutes}`): IncomingEvent =>
  minutesBefore(minutes, 'tests.executed', {
    node_id: 'Node-A1B2',
    task_id: task,
    total_tests: 40,
    passed: 40 - failed,
    failed,
  });

/** Twenty days with five tasks each, of which every tenth fails its first run. */
const history = Array.from({ length: 100 }, (_, index) => run(2.5 * DAY + index * 288, index % 10 === 0 ? 3 : 0));

describe('failing tests', () => {
  it('are found when far more first runs fail than usual', async () => {
    const recent = Array.from({ length: 20 }, (_, index) => run(30 + index * 120, index % 2));
    const { state, findings } = await detect(failingTests, [...history, ...recent]);
    expect(state).toBe('findings');
    expect(findings[0]?.summary).toBe('10 of 20 first runs of tests (50 %) failed; usually it is 9 %.');
    expect(findings[0]?.effect.low).toBeGreaterThan(0);
  });

  it('are not found when as many fail as usual', async () => {
    const recent = Array.from({ length: 20 }, (_, index) => run(30 + index * 120, index % 10 === 0 ? 1 : 0));
    expect((await detect(failingTests, [...history, ...recent])).state).toBe('clear');
  });

  it('are not found when so many fail as will by chance on some day of a month', async () => {
    const recent = Array.from({ length: 20 }, (_, index) => run(30 + index * 120, index % 4 === 0 ? 1 : 0));
    expect((await detect(failingTests, [...history, ...recent])).state).toBe('clear');
  });

  it('are found a day after they began, though the day before it was a good one', async () => {
    const good = Array.from({ length: 30 }, (_, index) => run(DAY + 20 + index * 40, 0));
    const bad = Array.from({ length: 20 }, (_, index) => run(30 + index * 65, index % 2));
    const { findings } = await detect(failingTests, [...history, ...good, ...bad]);
    expect(findings[0]?.summary).toBe('10 of 20 first runs of tests (50 %) failed; usually it is 9 %.');
  });

  it('are not found when one suite of one task is run again and again', async () => {
    const recent = Array.from({ length: 20 }, (_, index) => run(30 + index * 120, 0));
    const stubborn = Array.from({ length: 60 }, (_, index) => run(700 - index, 5, 'task-stubborn'));
    expect((await detect(failingTests, [...history, ...recent, ...stubborn])).state).toBe('clear');
  });

  it('are found without a history when most runs fail', async () => {
    const recent = Array.from({ length: 20 }, (_, index) => run(30 + index * 120, index % 5 === 0 ? 0 : 2));
    const { findings } = await detect(failingTests, recent);
    expect(findings[0]).toMatchObject({ severity: 'critical', summary: '16 of 20 first runs of tests (80 %) failed.' });
  });

  it('say that they learn, or that there is nothing', async () => {
    expect((await detect(failingTests, [run(30, 1), run(60, 1)])).state).toBe('learning');
    expect((await detect(failingTests, [])).state).toBe('no_data');
  });
});
