import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, NumberReader, NumberWriter, unfolded } from '../../src/store/sqlite/number-bits.ts';

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
