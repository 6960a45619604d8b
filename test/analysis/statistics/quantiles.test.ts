import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending, median, medianAbsoluteDeviation, quantile } from '../../../src/analysis/statistics/quantiles.ts';

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('quantile', () => {
  it('is type 7, as R and spreadsheets say it', () => {
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(quantile(ten, 0.25)).toBe(3.25);
    expect(quantile(ten, 0.9)).toBeCloseTo(9.1, 12);
    expect(quantile(ten, 0)).toBe(1);
    expect(quantile(ten, 1)).toBe(10);
  });

  it('has no answer without values', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(median([])).toBeUndefined();
    expect(medianAbsoluteDeviation([])).toBeUndefined();
  });

  it('stays within the sample and grows with the part', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, part) => {
        const sorted = ascending(sample);
        const at = quantile(sorted, part) ?? Number.NaN;
        expect(at).toBeGreaterThanOrEqual(sorted[0] ?? 0);
        expect(at).toBeLessThanOrEqual(sorted.at(-1) ?? 0);
        expect(quantile(sorted, Math.min(1, part + 0.1)) ?? 0).toBeGreaterThanOrEqual(at);
      }),
    );
  });

  it('sorts by number and leaves the sample as it is', () => {
    const sample = [10, 9, -1, 2];
    expect(ascending(sample)).toEqual([-1, 2, 9, 10]);
    expect(sample).toEqual([10, 9, -1, 2]);
  });
});

describe('medianAbsoluteDeviation', () => {
  it('compares with a standard deviation and does not see one wild value', () => {
    expect(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9])).toBeCloseTo(1.4826, 4);
    expect(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9e9])).toBeCloseTo(1.4826, 4);
  });

  it('is the same for a shifted sample and grows with a stretched one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (sample) => {
        const plain = medianAbsoluteDeviation(sample) ?? Number.NaN;
        expect(medianAbsoluteDeviation(sample.map((value) => value + 500))).toBeCloseTo(plain, 6);
        expect(medianAbsoluteDeviation(sample.map((value) => value * -3))).toBeCloseTo(plain * 3, 6);
      }),
    );
  });
});
