import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/store/columns/chunk.ts';
import { encodeBlock, SealedChunk } from '../../../src/store/columns/column-codec.ts';
import { type ColumnCells, encoded, type PlainRows, plainRows, sealed } from '../../support/block-columns.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const whole = (value: number): number => Math.floor(value);

function randomRows(rows: number, random: () => number): PlainRows {
  let t = whole((random() - 0.5) * 2 ** 45);
  const list = <Cell>(cell: (index: number) => Cell): Cell[] => Array.from({ length: rows }, (_, index) => cell(index));
  const sometimes = (cell: () => number): number => (random() < 0.3 ? Number.NaN : cell());
  const tokens = list(() => sometimes(() => whole(random() * 10_000)));
  const answers = list(() => whole(random() ** 3 * 2_000));
  const models = list(() => whole(random() * 4));
  const columns: ColumnCells[] = [
    { numbers: list(() => whole(random() * 2 ** (random() * 50))) },
    { numbers: list(() => whole((random() - 0.5) * 2 ** (random() * 51))) },
    { numbers: list(() => sometimes(() => whole((random() - 0.5) * 10))) },
    { numbers: list(() => sometimes(() => 1_000 * whole(random() * 2 ** 20))) },
    { numbers: list((index) => 7 * index - 100) },
    { numbers: list(() => Number.NaN) },
    { numbers: list(() => 7) },
    { numbers: list(() => sometimes(() => -3)) },
    { numbers: list(() => sometimes(() => random() * 1e9)) },
    { numbers: list(() => whole(random() * Number.MAX_SAFE_INTEGER)) },
    { numbers: list(() => (random() < 0.5 ? 1e300 : -1 / 3)) },
    { numbers: list((index) => (index % 3 === 0 ? -0 : Number.MIN_SAFE_INTEGER)) },
    { numbers: tokens },
    { numbers: answers },
    { keys: models },
    {
      numbers: list((index) => {
        const rate = 1_500 * ((models[index] ?? 0) + 1);
        return rate * (tokens[index] || 0) + 5 * rate * (answers[index] ?? 0) + (random() < 0.05 ? 77 : 0);
      }),
    },
    { keys: list(() => whole(random() * 20)) },
    { keys: list(() => (random() < 0.2 ? null : whole(random() * 1_000) - 200)) },
    { keys: list(() => whole(random() * rows)) },
    { keys: list(() => (random() < 0.2 ? null : JSON.stringify([whole(random() * 30), whole(random() * 30)]))) },
    { keys: list(() => null) },
    { keys: list((index): Key => (index % 2 === 0 ? 'ä"' : 3)) },
    { keys: list(() => (random() < 0.5 ? 0.5 : Number.MAX_VALUE)) },
  ];
  return {
    times: list(() => (t += 1 + whole(random() ** 4 * 2 ** 30))),
    origins: list(() => 1 + models.length),
    columns,
  };
}

/** Decodes everything. */
const readAll = (rows: PlainRows, bytes: Uint8Array): PlainRows => plainRows(sealed(rows, bytes), rows);

/** What reading bytes that are not what was written throws; nothing when they happen to be a block. */
function thrownBy(rows: PlainRows, bytes: Uint8Array): unknown {
  try {
    readAll(rows, bytes);
    return undefined;
  } catch (cause) {
    return cause;
  }
}

describe('a sealed block', () => {
  const random = seededRandom(11);

  it.each([1, 2, 3, 7, 8, 9, 100, 127, 128, 255, 256, 257, 1_000, 16_384, 32_767])(
    'gives back its %i rows',
    (count) => {
      const rows = randomRows(count, random);
      expect(readAll(rows, encoded(rows))).toEqual(rows);
    },
  );

  it('takes its bytes from any place in memory, and does not change them', () => {
    const rows = randomRows(300, random);
    const bytes = encoded(rows);
    const moved = new Uint8Array(bytes.length + 8).subarray(3, 3 + bytes.length);
    moved.set(bytes);
    expect(readAll(rows, moved)).toEqual(rows);
    expect(Buffer.from(moved).equals(bytes)).toBe(true);
  });

  it('keeps what rows hold, whatever codes and unused keys they came with', () => {
    const columns = [{ codes: Uint16Array.of(3, 1, 3, 0), keys: [5, null, 9, 5] }];
    const times = Float64Array.of(1, 2, 3, 4);
    const origins = { codes: new Uint16Array(4), keys: [1] };
    const rows: PlainRows = { times: [...times], origins: [1, 1, 1, 1], columns: [{ keys: [5, null, 5, 5] }] };
    const bytes = encodeBlock({ times, origins, columns });
    expect(readAll(rows, bytes)).toEqual(rows);
    expect(sealed(rows, bytes).coded('c0').keys).toEqual([null, 5]);
  });

  it('has nothing in columns that were added to the table after it was made', () => {
    const rows = randomRows(5, random);
    const bounds = { rows: 5, first: rows.times[0] ?? 0, last: rows.times[4] ?? 0 };
    const names = [...rows.columns.map((_, index) => `c${index}`), 'new'];
    const chunk = new SealedChunk(
      encoded(rows),
      bounds,
      names.map((name) => ({ name })),
    );
    expect(chunk.numbers('new')).toEqual(new Float64Array(5).fill(Number.NaN));
    expect(chunk.coded('new')).toEqual({ codes: new Uint16Array(5), keys: [null] });
    expect(plainRows(chunk, rows)).toEqual(rows);
  });

  it('gives a column out without decoding the others', () => {
    const rows = randomRows(300, random);
    const bytes = encoded(rows);
    const spoiled = Uint8Array.from(bytes).fill(0xff, bytes.length - 40);
    expect(sealed(rows, spoiled).times()).toEqual(Float64Array.from(rows.times));
    expect(() => readAll(rows, spoiled)).toThrow(RangeError);
  });
});

describe('bytes that are no sealed block', () => {
  const rows = randomRows(140, seededRandom(5));
  const bytes = encoded(rows);

  it('are refused when they are cut off or longer, at any place', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(thrownBy(rows, bytes.subarray(0, length)), `${length} bytes`).toBeInstanceOf(RangeError);
    }
    expect(thrownBy(rows, Buffer.concat([bytes, Uint8Array.of(0)]))).toBeInstanceOf(RangeError);
  });

  it('throw a RangeError or give other cells when any bit is flipped, and nothing else', () => {
    const wrong: number[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit += bit < 800 ? 1 : 13) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const thrown = thrownBy(rows, flipped);
      if (thrown !== undefined && !(thrown instanceof RangeError)) wrong.push(bit);
    }
    expect(wrong).toEqual([]);
  });

  it('are refused when they are noise', () => {
    const random = seededRandom(3);
    for (let trial = 0; trial < 300; trial++) {
      const noise = Uint8Array.from({ length: whole(random() * 300) }, (_, index) =>
        index === 0 ? 1 : whole(random() * 256),
      );
      expect(thrownBy(rows, noise)).toBeInstanceOf(RangeError);
    }
  });

  it('are refused when they say they are of a version that is not known', () => {
    const later = Uint8Array.from(bytes);
    later[0] = 2;
    expect(() => sealed(rows, later)).toThrow('unknown version 2');
  });

  it('are refused when they hold other rows than the table says', () => {
    const moved = { ...rows, times: rows.times.map((time) => time + 1) };
    expect(() => sealed(moved, bytes).times()).toThrow(RangeError);
    expect(() => sealed({ ...rows, times: rows.times.slice(1) }, bytes)).toThrow(RangeError);
    expect(() => sealed({ ...rows, columns: rows.columns.slice(1) }, bytes)).toThrow(RangeError);
  });
});
