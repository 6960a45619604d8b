import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceAt } from '../../../src/analysis/statistics/pairwise-differences.ts';
import { ascending } from '../../../src/analysis/statistics/quantiles.ts';
import { exactLowerRank } from '../../../src/analysis/statistics/rank-sum.ts';
import { probabilityGreater, ratioBetween, shiftBetween } from '../../../src/analysis/statistics/shift.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

// Permeability of membranes, Hollander and Wolfe (1973), p. 69.
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('the exact distribution of ranks', () => {
  it.each([
    [3, 3, 0],
    [4, 4, 1],
    [5, 5, 3],
    [8, 8, 14],
    [10, 10, 24],
    [5, 10, 9],
    [20, 20, 128],
  ])('%d against %d values: one more than the printed critical value at 95 %%', (a, b, rank) => {
    expect(exactLowerRank(a, b, 0.025)).toBe(rank);
    expect(exactLowerRank(b, a, 0.025)).toBe(rank);
  });
});

describe('shiftBetween', () => {
  it('gives the figures of a textbook', () => {
    expect(shiftBetween(EARLY, AT_TERM)?.shift).toBeCloseTo(0.305, 9);
    expect(probabilityGreater(AT_TERM, EARLY)).toBeCloseTo(35 / 50, 12);
  });

  it('is withheld of too few values', () => {
    expect(shiftBetween([1, 2, 3], [4, 5, 6])).toBeUndefined();
    expect(shiftBetween([], [4, 5, 6])).toBeUndefined();
    expect(probabilityGreater([], [1])).toBeUndefined();
  });

  const sample = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 4, maxLength: 30 });

  it('turns its sign with the order, moves with the sample, and contains its own shift', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: -50, max: 50 }), (before, after, by) => {
        const there = shiftBetween(before, after);
        const back = shiftBetween(after, before);
        if (there === undefined || back === undefined) throw new Error('Four of each are enough.');
        expect(there.shift).toBeCloseTo(-back.shift, 9);
        expect(there.low).toBeCloseTo(-back.high, 9);
        expect(there.low).toBeLessThanOrEqual(there.shift);
        expect(there.high).toBeGreaterThanOrEqual(there.shift);
        expect(
          shiftBetween(
            before,
            after.map((value) => value + by),
          )?.shift,
        ).toBeCloseTo(there.shift + by, 9);
      }),
    );
  });

  it('finds each difference as if all were written down', () => {
    fc.assert(
      fc.property(sample, sample, fc.nat(), (from, to, seed) => {
        const all = ascending(from.flatMap((a) => to.map((b) => b - a)));
        const place = (seed % all.length) + 1;
        expect(differenceAt(ascending(from), ascending(to), place)).toBe(all[place - 1]);
      }),
    );
  });

  it.each([8, 60])('covers no shift between %d values with heavy tails as often as it says', (size) => {
    const random = new SeededRandom(3);
    const draw = (): number[] => Array.from({ length: size }, () => Math.exp(1.5 * random.normal()));
    let covered = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const found = ratioBetween(draw(), draw());
      if (found !== undefined && found.low <= 1 && found.high >= 1) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.985);
  });

  it('compares ten thousand values with ten thousand', () => {
    const random = new SeededRandom(9);
    const draw = (by: number): number[] => Array.from({ length: 10_000 }, () => by * Math.exp(random.normal()));
    const found = ratioBetween(draw(1), draw(1.5));
    expect(found?.low).toBeLessThan(1.5);
    expect(found?.high).toBeGreaterThan(1.5);
    expect((found?.high ?? 9) - (found?.low ?? 0)).toBeLessThan(0.1);
  });

  it('leaves out of a ratio what has none', () => {
    expect(ratioBetween([0, 1, 1, 1, 1], [2, 2, 2, 2, -5])?.ratio).toBeCloseTo(2, 12);
  });

  it('counts half of the ties', () => {
    expect(probabilityGreater([1, 1], [1, 1])).toBe(0.5);
    expect(probabilityGreater([2, 1], [1])).toBe(0.75);
  });
});
