import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentilesOf } from '../../src/store/sqlite/fold/percentile.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** By sorting. */
function expectedOf(values: readonly number[], percents: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return percents.map((percent) => {
    const rank = (percent / 100) * (sorted.length - 1);
    const low = sorted[Math.floor(rank)] ?? 0;
    return low + ((sorted[Math.ceil(rank)] ?? 0) - low) * (rank - Math.floor(rank));
  });
}

describe('percentiles', () => {
  it('are those of the sorted values, between ranks in a straight line', () => {
    const values = fc.oneof(
      fc.array(fc.integer(), { minLength: 1, maxLength: 4_000 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4_000 }),
      fc.nat({ max: 20_000 }).map((length) => Array.from({ length: length + 1 }, (_, i) => (i * 7_919) % 10_007)),
      // Nearly all in a thousandth of their span.
      fc.nat({ max: 9_000 }).map((length) => Array.from({ length: 8_000 + length }, (_, i) => ((i * 7_919) % 97) ** 9)),
      fc.constant(Array.from({ length: 10_000 }, () => 7)),
    );
    const percents = fc.array(
      fc.oneof(fc.constantFrom(0, 50, 95, 99, 100), fc.double({ min: 0, max: 100, noNaN: true })),
    );
    fc.assert(
      fc.property(values, percents, (all, asked) => {
        const half = all.length >> 1;
        const lists = [all.slice(0, half), [Number.NaN], all.slice(half)].map((list) => Float64Array.from(list));
        expect(percentilesOf(lists, asked)).toEqual(expectedOf(all, asked));
      }),
    );
  });

  it('of nothing are absent', () => {
    expect(percentilesOf([new Float64Array(0), Float64Array.of(Number.NaN)], [50, 99])).toEqual([undefined, undefined]);
  });

  describe('of very many values', () => {
    const random = seededRandom(8);
    const many = 300_000;
    const normal = () => random() + random() + random() - 1.5;
    const kinds: Record<string, (index: number) => number> = {
      'that are durations': () => Math.round(Math.exp(9 + 3 * normal())),
      'of both signs': () => Math.round(1_000 * normal()),
      'all below zero': () => -Math.round(Math.exp(5 + 9 * random())),
      'that are zero, or minus zero, or nearly so': (index) => [0, -0, 1e-300, -1e-300][index % 4] ?? 0,
      'that are all the same': () => 42,
      'near each other and far from zero': () => 1.7e15 + Math.floor(random() * 5_000),
      'of which two are far from all others': (index) =>
        index < 2 ? (index - 0.5) * 1e300 : Math.floor(random() * 90),
      'half of them infinite': (index) =>
        index % 2 === 0 ? (index % 4 === 0 ? -1 : 1) * Number.POSITIVE_INFINITY : random(),
      'of every size': () => normal() * 10 ** (600 * random() - 300),
    };

    it.each(Object.keys(kinds))('are exact: %s', (kind) => {
      const values = Array.from({ length: many }, (_, index) => kinds[kind]?.(index) ?? 0);
      // Some absent, in lists of which one begins within memory of others.
      const all = Float64Array.from(
        values.flatMap((value, index) => (index % 7 === 0 ? [Number.NaN, value] : [value])),
      );
      const lists = [all.subarray(0, 5), all.subarray(5, 100_001), all.subarray(100_001), new Float64Array(0)];
      const copy = all.slice();
      // Between two infinite numbers of different signs there is no percentile.
      const percents = kind.includes('infinite') ? [0, 30, 51, 100] : [100, 50, 95, 99, 0, 99.9, 50, 12.345];
      expect(percentilesOf(lists, percents).map((p) => (p ?? Number.NaN) + 0)).toEqual(
        expectedOf(values, percents).map((p) => p + 0),
      );
      expect(all).toEqual(copy);
    });

    it('are absent where all are', () => {
      expect(percentilesOf([new Float64Array(many).fill(Number.NaN)], [50])).toEqual([undefined]);
    });
  });
});
