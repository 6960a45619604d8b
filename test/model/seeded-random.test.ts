import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/model/seeded-random.ts';

describe('SeededRandom', () => {
  it('is even enough: each tenth of the range gets its share', () => {
    const random = new SeededRandom(42);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 20_000; draw += 1) {
      const slot = Math.floor(random.next() * 10);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('keeps to its bounds', () => {
    const random = new SeededRandom(42);
    const drawn = new Set(Array.from({ length: 200 }, () => random.whole(1, 3)));
    expect(drawn).toEqual(new Set([1, 2, 3]));
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it('draws from the standard normal and the exponential distribution', () => {
    const random = new SeededRandom(7);
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
    const variance = normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    const waits = Array.from({ length: 20_000 }, () => random.exponential(3));
    expect(waits.reduce((sum, value) => sum + value, 0) / waits.length).toBeCloseTo(3, 0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  });
});
