import { describe, expect, it } from 'vitest';
import { filesFor, nextIdea, plannedNode } from '../../src/example/cluster-plan.ts';
import { parseClaim } from '../../src/example/live-as-worker.ts';
import { SeededRandom } from '../../src/model/seeded-random.ts';

describe('the plan of the example', () => {
  it('is the same for the same seed and another for another', () => {
    const cast = (seed: number): string[] => [0, 1, 2, 3, 4].map((index) => plannedNode(seed, index).nodeId);
    const ideas = (seed: number): string[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => nextIdea(random).text);
    };
    expect(cast(3)).toEqual(cast(3));
    expect(cast(3)).not.toEqual(cast(4));
    expect(ideas(3)).toEqual(ideas(3));
    expect(ideas(3)).not.toEqual(ideas(4));
  });

  it('has a manager first, then an architect, then developers, all with names of their own', () => {
    const cast = Array.from({ length: 12 }, (_, index) => plannedNode(1, index));
    expect(cast.slice(0, 3).map((node) => node.role)).toEqual(['bootstrap_manager', 'architect', 'developer']);
    expect(new Set(cast.map((node) => node.nodeId)).size).toBe(12);
    for (const node of cast) expect(node.nodeId).toMatch(/^Node-(BM-)?[A-Z2-9]{4}$/);
  });

  it('names files that fit the task', () => {
    expect(filesFor(new SeededRandom(1), 'Fix the search index')[0]).toBe('src/search-index.ts');
  });
});

describe('parseClaim', () => {
  it('takes the task from the answer of a claim, and nothing from a refusal', () => {
    expect(parseClaim('Claimed task-7 [high]: Fix [all] of it')).toEqual({ taskId: 'task-7', text: 'Fix [all] of it' });
    expect(parseClaim('Already yours: task-7 [low]: Fix')).toEqual({ taskId: 'task-7', text: 'Fix' });
    expect(parseClaim('No task is pending.')).toBeUndefined();
  });
});
