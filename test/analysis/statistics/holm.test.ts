import { describe, expect, it } from 'vitest';

import { holmAdjusted } from '../../../src/analysis/statistics/holm.ts';
import { rankSumChance } from '../../../src/analysis/statistics/rank-sum-test.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

describe('several comparisons at once', () => {
  it('raise each chance by how many are left to compare, never out of order, never above 1', () => {
    // The worked example of Holm's method: 0.005, 0.01, 0.03, 0.04.
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
    for (const [place, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[place]).toBeCloseTo(expected, 12);
    expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });
});

describe('the chance of a difference of ranks', () => {
  it('is that of the normal approximation', () => {
    // 1..10 against 6..15: 12.5 of 100 pairs are won, 2.83 deviations from the middle.
    const ten = Array.from({ length: 10 }, (_, place) => place + 1);
    const later = ten.map((value) => value + 5);
    expect(rankSumChance(ten, later)).toBeCloseTo(0.00459, 4);
    expect(rankSumChance(later, ten)).toBeCloseTo(0.00459, 4);
    expect(rankSumChance(ten, ten)).toBe(1);
  });

  it('falls below 5 % in about 5 of 100 samples of one distribution', () => {
    const random = new SeededRandom(7);
    const draw = (): number[] => Array.from({ length: 15 }, () => random.next() ** 3);
    const below = Array.from({ length: 600 }, () => rankSumChance(draw(), draw()) ?? 1).filter(
      (chance) => chance < 0.05,
    );
    expect(below.length / 600).toBeGreaterThan(0.02);
    expect(below.length / 600).toBeLessThan(0.08);
  });

  it('is not told of fewer than eight values', () => {
    expect(rankSumChance([1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11])).toBeUndefined();
  });
});
