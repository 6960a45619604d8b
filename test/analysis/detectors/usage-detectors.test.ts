import { describe, expect, it } from 'vitest';

import { costOutlierTask } from '../../../src/analysis/detectors/cost-outlier-task.ts';
import { costSpike } from '../../../src/analysis/detectors/cost-spike.ts';
import { lowCacheUse } from '../../../src/analysis/detectors/low-cache-use.ts';
import { oversizedContext } from '../../../src/analysis/detectors/oversized-context.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { dayOfWork, daysOfWork } from '../../support/usage-days.ts';

describe('a cost spike', () => {
  it('is found when the same tasks cost twice as much', async () => {
    const { findings } = await detect(costSpike, daysOfWork(10, { costUsd: 1 }));
    expect(findings[0]).toMatchObject({ kind: 'cost_spike', subject: { kind: 'cluster' } });
    expect(findings[0]?.facts['ratio']).toBeCloseTo(2, 0);
    expect(findings[0]?.impact.usdPerDay?.low).toBeGreaterThan(0);
  });

  it('stays found as long as it lasts, also on its sixth day', async () => {
    const days = Array.from({ length: 19 }, (_, index) => dayOfWork(24 - index)).flat();
    const dear = Array.from({ length: 6 }, (_, index) => dayOfWork(5 - index, { costUsd: 0.9 })).flat();
    const { findings } = await detect(costSpike, [...days, ...dear]);
    expect(findings[0]?.facts['ratio']).toBeCloseTo(1.8, 0);
  });

  it('is not found on a day with three times the tasks', async () => {
    expect((await detect(costSpike, daysOfWork(10, { tasks: 48 }))).state).toBe('clear');
  });

  it('is not found because of one dear task', async () => {
    const dear = dayOfWork(0, { tasks: 1, costUsd: 40, nodeId: 'Node-C3D4' });
    expect((await detect(costSpike, [...daysOfWork(10, {}), ...dear])).state).toBe('clear');
  });

  it('takes a history to judge', async () => {
    expect((await detect(costSpike, daysOfWork(1, { costUsd: 5 }))).state).toBe('learning');
    expect((await detect(costSpike, [])).state).toBe('no_data');
  });
});

describe('tasks that cost far too much', () => {
  it('are found among tasks of their length', async () => {
    const dear = dayOfWork(0, { tasks: 1, costUsd: 12, nodeId: 'Node-C3D4' });
    const { findings } = await detect(costOutlierTask, [...daysOfWork(6, {}), ...dear]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.subject).toEqual({ kind: 'task', id: 'task-Node-C3D4-0-0' });
  });

  it('are not found where all tasks of a day are dearer, or long ones are dear', async () => {
    expect((await detect(costOutlierTask, daysOfWork(6, { costUsd: 3 }))).state).toBe('clear');
    expect((await detect(costOutlierTask, daysOfWork(6, {}))).state).toBe('clear');
  });

  it('take a history to judge', async () => {
    expect((await detect(costOutlierTask, dayOfWork(0))).state).toBe('learning');
    expect((await detect(costOutlierTask, [])).state).toBe('no_data');
  });
});

describe('low use of caches', () => {
  it('is found when less comes from the cache than usual', async () => {
    const { findings } = await detect(lowCacheUse, daysOfWork(10, { cachedShare: 0.5, costUsd: 0.9 }));
    expect(findings[0]?.summary).toMatch(/^5\d % of all input was read from a cache; usually it is 8\d %\./);
    expect(findings[0]?.impact.usdPerDay?.value).toBeGreaterThan(1);
  });

  it('is found without a history where long requests never use it', async () => {
    const { findings } = await detect(lowCacheUse, dayOfWork(0, { cachedShare: 0.05 }));
    expect(findings[0]?.summary).not.toContain('usually');
  });

  it('is not found where it is as usual, or requests are short', async () => {
    expect((await detect(lowCacheUse, daysOfWork(10, {}))).state).toBe('clear');
    expect((await detect(lowCacheUse, dayOfWork(0, { cachedShare: 0.05, inputTokens: 900 }))).state).toBe('learning');
  });

  it('is no question where nothing was asked of a model', async () => {
    expect((await detect(lowCacheUse, [minutesBefore(10, 'task.created', { task_id: 'task-1' })])).state).toBe(
      'no_data',
    );
  });
});

describe('oversized contexts', () => {
  it('are found when requests carry twice as much as usual', async () => {
    const { findings } = await detect(oversizedContext, daysOfWork(10, { inputTokens: 62_000 }));
    expect(findings[0]).toMatchObject({ severity: 'warning', expected: { unit: 'tokens' } });
  });

  it('are found without a history when requests are huge', async () => {
    const { findings } = await detect(oversizedContext, dayOfWork(0, { inputTokens: 400_000 }));
    expect(findings[0]?.severity).toBe('critical');
  });

  it('are not found where requests are as they were, or small', async () => {
    expect((await detect(oversizedContext, daysOfWork(10, {}))).state).toBe('clear');
    expect((await detect(oversizedContext, daysOfWork(10, { inputTokens: 6_000 }, { inputTokens: 2_000 }))).state).toBe(
      'clear',
    );
  });
});
