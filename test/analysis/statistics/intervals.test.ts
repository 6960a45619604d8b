import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockBootstrap } from '../../../src/analysis/statistics/bootstrap.ts';
import {
  medianInterval,
  poissonRateInterval,
  ratioInterval,
  wilsonInterval,
} from '../../../src/analysis/statistics/intervals.ts';
import { differenceOfShares } from '../../../src/analysis/statistics/proportion.ts';
import { median } from '../../../src/analysis/statistics/quantiles.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const share = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, part]) => ({ total, hits: Math.round(total * part) }));

describe('intervals of shares', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d, as Newcombe (1998) prints it', (hits, total, low, high) => {
    const interval = wilsonInterval(hits, total);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
  ])('%d of %d against %d of %d, as Newcombe (1998) prints it', (hitsB, totalB, hitsA, totalA, low, high) => {
    const found = differenceOfShares({ hits: hitsA, total: totalA }, { hits: hitsB, total: totalB });
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  it('contain the share, stay in bounds, and are withheld of nothing', () => {
    expect(wilsonInterval(0, 0)).toBeUndefined();
    expect(differenceOfShares({ hits: 0, total: 0 }, { hits: 1, total: 2 })).toBeUndefined();
    fc.assert(
      fc.property(share, share, (a, b) => {
        const one = wilsonInterval(a.hits, a.total) ?? { low: 2, high: -2 };
        expect(one.low).toBeGreaterThanOrEqual(0);
        expect(one.low).toBeLessThanOrEqual(a.hits / a.total + 1e-12);
        expect(one.high).toBeGreaterThanOrEqual(a.hits / a.total - 1e-12);
        expect(one.high).toBeLessThanOrEqual(1);
        const there = differenceOfShares(a, b);
        const back = differenceOfShares(b, a);
        expect(there?.low).toBeCloseTo(-(back?.high ?? 9), 9);
        expect(there?.difference).toBeGreaterThanOrEqual(there?.low ?? 9);
        expect(there?.difference).toBeLessThanOrEqual(there?.high ?? -9);
      }),
    );
  });
});

describe('intervals of rates', () => {
  it.each([
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [5, 1.6235, 11.6683],
    [10, 4.7954, 18.3904],
    [100, 81.3639, 121.6268],
  ])('of %d events, as Garwood (1936) has it', (count, low, high) => {
    const interval = poissonRateInterval(count, 1);
    expect(interval?.low).toBeCloseTo(low, 3);
    expect(interval?.high).toBeCloseTo(high, 3);
    expect(poissonRateInterval(count, 2)?.high).toBeCloseTo(high / 2, 3);
  });

  it('of a ratio turn over when before and after do', () => {
    expect(ratioInterval({ count: 0, exposure: 1 }, { count: 0, exposure: 1 })).toBeUndefined();
    expect(ratioInterval({ count: 0, exposure: 1 }, { count: 4, exposure: 1 })?.high).toBe(Number.POSITIVE_INFINITY);
    const counted = fc.record({ count: fc.integer({ min: 1, max: 500 }), exposure: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(counted, counted, (before, after) => {
        const there = ratioInterval(before, after);
        const back = ratioInterval(after, before);
        expect((there?.low ?? 0) * (back?.high ?? 0)).toBeCloseTo(1, 6);
        const ratio = after.count / after.exposure / (before.count / before.exposure);
        expect(there?.low).toBeLessThan(ratio);
        expect(there?.high).toBeGreaterThan(ratio);
      }),
    );
  });
});

describe('the interval of a median', () => {
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

  it('lies between the ranks of printed tables', () => {
    expect(medianInterval(upTo(5))).toBeUndefined();
    expect(medianInterval(upTo(6))).toEqual({ low: 1, high: 6 });
    expect(medianInterval(upTo(10))).toEqual({ low: 2, high: 9 });
    expect(medianInterval(upTo(20))).toEqual({ low: 6, high: 15 });
    expect(medianInterval(upTo(100))).toEqual({ low: 40, high: 61 });
  });

  it('covers the median of a long-tailed distribution as often as it says', () => {
    const random = new SeededRandom(11);
    let covered = 0;
    for (let run = 0; run < 1_000; run++) {
      const interval = medianInterval(Array.from({ length: 25 }, () => Math.exp(2 * random.normal())));
      if (interval !== undefined && interval.low <= 1 && interval.high >= 1) covered++;
    }
    expect(covered).toBeGreaterThan(940);
  });
});

describe('the block bootstrap', () => {
  it('covers about as often as it says when values of a day hang together', () => {
    const random = new SeededRandom(5);
    let covered = 0;
    for (let run = 0; run < 200; run++) {
      const days = Array.from({ length: 20 }, () => {
        const level = random.normal();
        return Array.from({ length: 10 }, () => level + random.normal());
      });
      const interval = blockBootstrap(days, median, random, 200, 0.95);
      if (interval !== undefined && interval.low <= 0 && interval.high >= 0) covered++;
    }
    expect(covered).toBeGreaterThan(176);
  });

  it('is withheld of a handful of blocks and of a statistic without value', () => {
    const random = new SeededRandom(5);
    const days = Array.from({ length: 5 }, () => [1, 2]);
    expect(blockBootstrap(days, median, random)).toBeUndefined();
    expect(blockBootstrap([...days, ...days], () => undefined, random, 50)).toBeUndefined();
  });
});
