import { describe, expect, it } from 'vitest';

import { robustLine } from '../../../src/analysis/statistics/robust-line.ts';

const line = Array.from({ length: 30 }, (_, x) => ({ x, y: 3 + 2 * x }));

describe('a robust line', () => {
  it('goes through points that lie on one', () => {
    expect(robustLine(line)).toEqual({ slope: 2, intercept: 3 });
  });

  it('is not moved far by a fifth of wild points', () => {
    const wild = line.map(({ x, y }, index) => ({ x, y: index % 5 === 0 ? 1_000 : y }));
    const found = robustLine(wild);
    expect(found?.slope).toBeCloseTo(2, 1);
    expect(found?.intercept).toBeCloseTo(3, 0);
  });

  it('is none where all points have the same x', () => {
    expect(
      robustLine([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toBeUndefined();
    expect(robustLine([])).toBeUndefined();
  });

  it('thins many points instead of comparing all of them', () => {
    const many = Array.from({ length: 20_000 }, (_, x) => ({ x, y: 5 - x }));
    expect(robustLine(many)).toEqual({ slope: -1, intercept: 5 });
  });
});
