import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaQuantile,
  binomialCdf,
  gammaQuantile,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from '../../../src/analysis/statistics/distributions.ts';
import { incompleteBeta, incompleteGamma, logGamma } from '../../../src/analysis/statistics/special-functions.ts';

describe('distributions, against printed tables', () => {
  it.each([
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.9999, 3.719016485455709],
    [0.5, 0],
  ])('the normal quantile of %d', (part, z) => {
    expect(normalQuantile(part)).toBeCloseTo(z, 9);
    expect(normalCdf(z)).toBeCloseTo(part, 12);
    expect(normalCdf(-z)).toBeCloseTo(1 - part, 12);
  });

  it.each([
    [0.975, 1, 12.7062],
    [0.975, 5, 2.5706],
    [0.95, 10, 1.8125],
    [0.995, 30, 2.75],
    [0.975, 120, 1.9799],
  ])('the Student quantile of %d with %d degrees of freedom', (part, degrees, t) => {
    expect(studentQuantile(part, degrees)).toBeCloseTo(t, 4);
    expect(studentQuantile(1 - part, degrees)).toBeCloseTo(-t, 4);
  });

  it.each([
    [0.95, 1, 3.8415],
    [0.95, 10, 18.307],
    [0.05, 10, 3.9403],
    [0.99, 30, 50.8922],
  ])('chi-squared of %d with %d degrees of freedom, as twice a gamma quantile', (part, degrees, chi) => {
    expect(2 * gammaQuantile(part, degrees / 2)).toBeCloseTo(chi, 3);
  });

  it('binomial sums', () => {
    expect(binomialCdf(2, 10, 0.5)).toBeCloseTo(56 / 1024, 12);
    expect(binomialCdf(0, 6, 0.5)).toBeCloseTo(1 / 64, 12);
    expect(binomialCdf(6, 6, 0.5)).toBe(1);
    expect(binomialCdf(-1, 6, 0.5)).toBe(0);
  });

  it('factorials through the gamma function', () => {
    expect(Math.exp(logGamma(11))).toBeCloseTo(3_628_800, 3);
    expect(Math.exp(logGamma(0.5))).toBeCloseTo(Math.sqrt(Math.PI), 12);
  });
});

describe('distributions, for any parameters', () => {
  const part = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  const shape = fc.double({ min: 0.3, max: 500, noNaN: true });

  it('quantiles undo the functions they invert', () => {
    fc.assert(
      fc.property(part, shape, shape, (p, a, b) => {
        expect(incompleteBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6);
        expect(incompleteGamma(a, gammaQuantile(p, a))).toBeCloseTo(p, 6);
      }),
      { numRuns: 60 },
    );
  });

  it('the two sides of a beta distribution are one', () => {
    fc.assert(
      fc.property(part, shape, shape, (x, a, b) => {
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
      }),
    );
  });
});
