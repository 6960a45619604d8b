import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, NumberReader, NumberWriter, unfolded } from '../../src/store/sqlite/number-bits.ts';
import { percentilesOf } from '../../src/store/sqlite/percentile.ts';

const number = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 24 - 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
);

describe('numbers as bits', () => {
  it('come back as they went in, list by list', () => {
    fc.assert(
      fc.property(fc.array(fc.array(number, { maxLength: 50 }), { maxLength: 8 }), (lists) => {
        const writer = new NumberWriter();
        for (const list of lists) writer.write(list);
        const reader = new NumberReader(writer.finish(), 0);
        expect(lists.map(({ length }) => reader.read(length))).toEqual(lists);
      }),
    );
  });

  it('take about two bits more than the number has', () => {
    const writer = new NumberWriter();
    writer.write(Array.from({ length: 1_000 }, (_, i) => 10_000 + ((i * 7_919) % 20_000)));
    expect(writer.finish().length).toBeLessThan((1_000 * 17) / 8);
  });

  it('end with an error where the bytes end', () => {
    expect(() => new NumberReader(new Uint8Array(2), 0).read(5)).toThrow(RangeError);
  });

  it('fold negative numbers beside positive ones', () => {
    for (const value of [0, -1, 1, -2, 2, -(2 ** 51), 2 ** 51]) {
      expect(folded(value)).toBeGreaterThanOrEqual(0);
      expect(unfolded(folded(value))).toBe(value);
    }
  });
});

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
        const sorted = all.toSorted((a, b) => a - b);
        const expected = asked.map((percent) => {
          const rank = (percent / 100) * (sorted.length - 1);
          const low = sorted[Math.floor(rank)] ?? 0;
          return low + ((sorted[Math.ceil(rank)] ?? 0) - low) * (rank - Math.floor(rank));
        });
        const half = all.length >> 1;
        const lists = [all.slice(0, half), [Number.NaN], all.slice(half)].map((list) => Float64Array.from(list));
        expect(percentilesOf(lists, asked)).toEqual(expected);
      }),
    );
  });

  it('of nothing are absent', () => {
    expect(percentilesOf([new Float64Array(0), Float64Array.of(Number.NaN)], [50, 99])).toEqual([undefined, undefined]);
  });
});
