import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { SeededRandom } from '../../src/model/seeded-random.ts';

const sketchOf = (values: readonly number[]): QuantileSketch => {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

/** What fields hold: from a microsecond in seconds to the longest measure, zeros, and negative ones. */
const value = fc.oneof(
  fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
  fc.double({ min: -1e15, max: -1e-6, noNaN: true }),
  fc.integer({ min: -20, max: 20 }),
  fc.constant(0),
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });
const part = fc.double({ min: 0, max: 1, noNaN: true });

describe('a quantile sketch', () => {
  it('answers within 1 % of the value at that rank', () => {
    fc.assert(
      fc.property(values, part, (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
        const told = sketchOf(all).quantile(q) ?? NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.abs(exact) * (QuantileSketch.relativeError + 1e-9));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    { tail: 'Pareto, index 1.1', draw: (random: SeededRandom) => (1 - random.next()) ** (-1 / 1.1) },
    { tail: 'log-normal, sigma 3', draw: (random: SeededRandom) => Math.exp(3 * random.normal()) },
  ])('answers within 1 % where the tail is heavy: $tail', ({ draw }) => {
    const random = new SeededRandom(7);
    const all = Array.from({ length: 50_000 }, () => draw(random));
    const sorted = all.toSorted((a, b) => a - b);
    const sketch = sketchOf(all);
    for (const q of [0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1]) {
      const exact = sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
      expect(Math.abs((sketch.quantile(q) ?? NaN) / exact - 1)).toBeLessThanOrEqual(QuantileSketch.relativeError);
    }
  });

  it('equals, merged, the sketch of all values together, in any order', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const merged = sketchOf(c);
        merged.merge(sketchOf(a));
        merged.merge(sketchOf(b));
        const whole = sketchOf([...a, ...b, ...c]);
        expect(merged.toNumbers()).toEqual(whole.toNumbers());
        expect(merged.count).toBe(whole.count);
      }),
    );
  });

  it('comes back from its numbers as it was', () => {
    fc.assert(
      fc.property(values, part, (all, q) => {
        const sketch = sketchOf(all);
        const back = QuantileSketch.fromNumbers(sketch.toNumbers());
        expect([back.count, back.quantile(q), back.toNumbers()]).toEqual([
          sketch.count,
          sketch.quantile(q),
          sketch.toNumbers(),
        ]);
      }),
    );
  });

  it('never answers less for a higher rank, and counts every value in one bucket', () => {
    fc.assert(
      fc.property(values, part, part, (all, p, q) => {
        const sketch = sketchOf(all);
        const [low, high] = [Math.min(p, q), Math.max(p, q)];
        expect(sketch.quantile(low) ?? NaN).toBeLessThanOrEqual(sketch.quantile(high) ?? NaN);
        expect(sketch.buckets().reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
      }),
    );
  });

  it('knows no quantile of nothing', () => {
    expect(new QuantileSketch().quantile(0.5)).toBeUndefined();
    expect(QuantileSketch.fromNumbers([]).count).toBe(0);
  });

  it('takes a value many times at once', () => {
    const sketch = new QuantileSketch();
    sketch.add(10, 99);
    sketch.add(1_000);
    expect(sketch.quantile(0.5)).toBeCloseTo(10, 0);
    expect(sketch.quantile(1) ?? 0).toBeGreaterThan(990);
    expect(sketch.count).toBe(100);
  });
});
