import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../src/store/columns/byte-stream.ts';
import { readNumbers, writeNumbers } from '../../../src/store/columns/number-list.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** What is read of a list that was written, with another byte behind it. */
function readBack(values: readonly number[]): number[] {
  const writer = new ByteWriter();
  writeNumbers(writer, Float64Array.from(values), 'unlikely');
  writer.byte(0xff);
  const reader = new ByteReader(writer.finish());
  const read = [...readNumbers(reader, values.length)];
  expect(reader.left).toBe(1);
  return read;
}

describe('a list of numbers', () => {
  const random = seededRandom(21);
  const list = (length: number, number: (index: number) => number): number[] =>
    Array.from({ length }, (_, index) => number(index));
  const below = (bits: number) => Math.floor(random() * 2 ** bits);
  const absentAt = (numbers: number[], share: number) => numbers.map((n) => (random() < share ? Number.NaN : n));

  it.each([1, 8, 23, 24, 25, 26, 27, 30, 31, 32, 33, 34, 48, 49, 50])('has numbers of up to %i bits', (bits) => {
    const numbers = list(700, () => below(bits));
    expect(readBack(numbers)).toEqual(numbers);
    const uneven = list(700, () => below(bits * random()));
    expect(readBack(uneven)).toEqual(uneven);
    const negative = uneven.map((number) => 0 - number);
    expect(readBack(negative)).toEqual(negative);
    const gaps = absentAt(uneven, 0.3);
    expect(readBack(gaps)).toEqual(gaps);
  });

  it.each([-1, 0, 1])('has numbers about the ends of 32 bits, by %i', (by) => {
    const ends = [2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 24, 2 ** 25].map((end) => end + by);
    const numbers = list(900, (index) => (index % 3 === 0 ? (ends[index % ends.length] ?? 0) : below(12)));
    expect(readBack(numbers)).toEqual(numbers);
    const stepped = list(900, (index) => (2 ** 31 + by) * (index % 4));
    expect(readBack(stepped)).toEqual(stepped);
  });

  it.each([1, 7, 1_000, 2 ** 20, 2 ** 31, 2 ** 33])('has numbers that are %i apart', (step) => {
    const numbers = list(500, () => 5 + step * below(8));
    expect(readBack(numbers)).toEqual(numbers);
  });

  it.each([3, 20, 26, 33, 40])('has numbers that ascend by up to %i bits, fall, and are absent', (bits) => {
    let last = -(2 ** 49);
    const ascending = list(600, () => (last += 1 + below(bits * random())));
    expect(readBack(ascending)).toEqual(ascending);
    const walk = list(600, () => (last += below(bits) - 2 ** (bits - 1)));
    expect(readBack(walk)).toEqual(walk);
    for (const numbers of [ascending, walk]) {
      const gaps = absentAt(numbers, 0.5);
      expect(readBack(gaps)).toEqual(gaps);
      const late = [Number.NaN, Number.NaN, ...numbers];
      expect(readBack(late)).toEqual(late);
    }
  });
});
