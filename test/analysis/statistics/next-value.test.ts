import { describe, expect, it } from 'vitest';

import { nextRatioRange, nextValueRange } from '../../../src/analysis/statistics/next-value.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

describe('where the next value lies', () => {
  it("follows Student's distribution", () => {
    // Mean 10, deviation √(8/3), and 3.182 for three degrees of freedom.
    const range = nextValueRange([8, 10, 10, 12]);
    expect(range?.middle).toBe(10);
    expect(range?.high).toBeCloseTo(10 + 3.18245 * Math.sqrt(8 / 3) * Math.sqrt(1.25), 4);
    expect(range?.low).toBeCloseTo(10 - 3.18245 * Math.sqrt(8 / 3) * Math.sqrt(1.25), 4);
  });

  it('is never narrower than the next value scatters by itself', () => {
    expect(nextValueRange([10, 10, 10, 10])).toEqual({ middle: 10, low: 10, high: 10 });
    expect(nextValueRange([10, 10, 10, 10], 1)?.high).toBeCloseTo(10 + 3.18245 * Math.sqrt(1.25), 4);
  });

  it('is not said from fewer than three values, nor as a factor where one is 0', () => {
    expect(nextValueRange([1, 2])).toBeUndefined();
    expect(nextRatioRange([1, 0, 2])).toBeUndefined();
    expect(nextRatioRange([1, 2, 4])?.middle).toBeCloseTo(2, 12);
  });

  it('holds 95 of 100 next values', () => {
    const random = new SeededRandom(3);
    let held = 0;
    for (let i = 0; i < 2_000; i++) {
      const range = nextValueRange([random.normal(), random.normal(), random.normal(), random.normal()]);
      const next = random.normal();
      if (range !== undefined && next >= range.low && next <= range.high) held += 1;
    }
    expect(held / 2_000).toBeGreaterThan(0.935);
    expect(held / 2_000).toBeLessThan(0.965);
  });
});
