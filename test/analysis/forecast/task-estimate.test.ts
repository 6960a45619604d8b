import { describe, expect, it } from 'vitest';

import { type EndedTask, estimateTask, predictionBands } from '../../../src/analysis/forecast/task-estimate.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const task = (endMicros: number, more: Partial<EndedTask> = {}): EndedTask => ({
  endMicros,
  priority: 'high',
  role: 'developer',
  model: 'large',
  workSeconds: endMicros,
  costUsd: undefined,
  ...more,
});
const tasks = (count: number, more: Partial<EndedTask> = {}): EndedTask[] =>
  Array.from({ length: count }, (_, i) => task(i + 1, more));

describe('predictionBands', () => {
  it('are given from as many values on as their level needs', () => {
    const levels = (count: number): number[] =>
      predictionBands(Array.from({ length: count }, (_, i) => i)).map(({ level }) => level);
    expect(levels(2)).toEqual([]);
    expect(levels(3)).toEqual([0.5]);
    expect(levels(8)).toEqual([0.5]);
    expect(levels(9)).toEqual([0.5, 0.8]);
    expect(levels(38)).toEqual([0.5, 0.8]);
    expect(levels(39)).toEqual([0.5, 0.8, 0.95]);
  });

  it('hold the next value at least as often as they say, however long its tail', () => {
    const random = new SeededRandom(2);
    const draw = (): number => Math.exp(2 * random.normal());
    const held = [0, 0, 0];
    const runs = 2_000;
    for (let run = 0; run < runs; run++) {
      const sample = Array.from({ length: 45 }, draw).sort((a, b) => a - b);
      const came = draw();
      predictionBands(sample).forEach(({ low, high }, place) => {
        if (low <= came && came <= high) held[place] = (held[place] ?? 0) + 1;
      });
    }
    const parts = held.map((count) => count / runs);
    expect(parts[0]).toBeGreaterThan(0.47);
    expect(parts[1]).toBeGreaterThan(0.77);
    expect(parts[2]).toBeGreaterThan(0.935);
    expect(parts[0]).toBeLessThan(0.58);
  });
});

describe('estimateTask', () => {
  it('compares with tasks that are alike in all that was asked', () => {
    const ended = [...tasks(20), ...tasks(20, { model: 'small', workSeconds: 5 })];
    const estimate = estimateTask(ended, { priority: 'high', model: 'small' });
    expect(estimate).toMatchObject({
      alikeIn: ['priority', 'model'],
      tasks: 20,
      workSeconds: { middle: 5, samples: 20 },
    });
    expect(estimate.costUsd).toBeUndefined();
  });

  it('lets go of the model, then of the role, where too few are alike, and never of the priority', () => {
    const ended = [...tasks(20), ...tasks(3, { model: 'small' })];
    expect(estimateTask(ended, { priority: 'high', role: 'developer', model: 'small' }).alikeIn).toEqual([
      'priority',
      'role',
    ]);
    expect(estimateTask(ended, { priority: 'high', role: 'tester', model: 'small' }).alikeIn).toEqual(['priority']);
    const none = estimateTask(ended, { priority: 'low', role: 'developer' });
    expect(none).toMatchObject({ alikeIn: ['priority'], tasks: 0, needed: 8, workSeconds: undefined });
  });

  it('tells how often its bands held the tasks that came after', () => {
    const random = new SeededRandom(6);
    const ended = Array.from({ length: 120 }, (_, i) => task(i, { costUsd: Math.exp(random.normal()) }));
    const [, eighty] = estimateTask(ended, { priority: 'high' }).costUsd?.coverage ?? [];
    expect(eighty?.tried).toBe(111);
    expect((eighty?.held ?? 0) / 111).toBeGreaterThan(0.7);
  });
});
