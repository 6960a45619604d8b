import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/store/columns/chunk.ts';
import { type ColumnCells, encoded, type PlainRows, plainRows, sealed } from '../../support/block-columns.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const FIXTURES = 'test/fixtures/blocks';
type Sample = {
  readonly times: number[];
  readonly origins: Key[];
  readonly columns: ({ readonly numbers: (number | null)[] } | { readonly keys: Key[] })[];
};

/** Rows out of JSON, in which an absent number is null. */
function readSample(name: string): PlainRows {
  const sample = JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')) as Sample;
  const columns = sample.columns.map((column) =>
    'numbers' in column ? { numbers: column.numbers.map((number) => number ?? Number.NaN) } : column,
  );
  return { ...sample, columns };
}

/** First bytes of the sections, of a block whose lengths are below 2^14. */
function formsOf(bytes: Uint8Array): number[] {
  let at = 1;
  const next = (): number => {
    const [low = 0, high = 0] = bytes.subarray(at, at + 2);
    at += low < 128 ? 1 : 2;
    return low < 128 ? low : low - 128 + 128 * high;
  };
  next();
  const lengths = Array.from({ length: next() }, next);
  return lengths.map((length) => bytes[(at += length) - length] ?? -1);
}

const random = seededRandom(7);
const whole = (below: number): number => Math.floor(random() * below);
/** Spread over e^8 as durations and sizes are, around `middle`. */
const spread = (middle: number): number => Math.floor(middle * Math.exp((random() + random() + random() - 1.5) * 4));
const column = <Cell>(rows: number, cell: (index: number) => Cell): Cell[] =>
  Array.from({ length: rows }, (_, index) => cell(index));

/** A day of requests to models, as a cluster of forty nodes makes them; some at twice the price. */
function requests(rows: number, shareAtTwice = 0): PlainRows {
  let t = 57_304_813_570_734;
  const times = column(rows, () => (t += 1 + Math.floor(-Math.log(1 - random()) * 6e6)));
  const models = column(rows, () => 8 + whole(4));
  const input = column(rows, () => spread(3_000));
  const output = column(rows, () => spread(250));
  const costs = column(rows, (index) => {
    const price = [3_000, 250, 15_000, 800][(models[index] ?? 0) % 4] ?? 0;
    const times = random() < shareAtTwice ? 2 : 1;
    return times * price * ((input[index] ?? 0) + 5 * (output[index] ?? 0));
  });
  const columns: ColumnCells[] = [
    { keys: column(rows, () => 100 + whole(40)) },
    { keys: column(rows, (index) => (random() < 0.2 ? null : 500 + Math.floor(index / 60) + whole(6))) },
    { keys: models },
    { numbers: input },
    { numbers: output },
    { numbers: costs },
  ];
  return { times, origins: column(rows, () => 1), columns };
}

describe('blocks written by version 1 of the format', () => {
  const rows = readSample('version-1.json');
  const bytes = new Uint8Array(readFileSync(join(FIXTURES, 'version-1.bin')));

  it('are read by this version', () => {
    expect(plainRows(sealed(rows, bytes), rows)).toEqual(rows);
  });

  it('have columns in every form', () => {
    const forms = formsOf(bytes);
    const formsWith = (key: string) => new Set(forms.slice(2).filter((_, index) => key in (rows.columns[index] ?? {})));
    expect(formsWith('numbers')).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(formsWith('keys')).toEqual(new Set([0, 2, 3]));
  });

  it('are as small as those that are written now, or larger', () => {
    expect(encoded(rows).length).toBeLessThanOrEqual(bytes.length);
  });
});

describe('the size of blocks', () => {
  const ROWS = 16_384;

  it('is an eighth of eight bytes a cell for requests to models', () => {
    const rows = requests(ROWS);
    const raw = 8 * ROWS * (2 + rows.columns.length);
    expect(encoded(rows).length / raw).toBeLessThan(0.13);
  });

  it('has hardly a byte a row for costs, which follow from tokens and model', () => {
    const rows = requests(ROWS);
    const without = encoded({ ...rows, columns: rows.columns.slice(0, -1) });
    expect((encoded(rows).length - without.length) / ROWS).toBeLessThan(0.1);
  });

  it('has less than a third for costs even where every seventh request was at twice the price', () => {
    const rows = requests(ROWS, 1 / 7);
    const without = encoded({ ...rows, columns: rows.columns.slice(0, -1) });
    const alone = encoded({ ...rows, columns: rows.columns.slice(-1) });
    const nothing = encoded({ ...rows, columns: [] });
    const asSum = encoded(rows).length - without.length;
    expect(asSum / (alone.length - nothing.length)).toBeLessThan(0.3);
  });

  it('is within a tenth of what noise of that width needs', () => {
    const rows: PlainRows = {
      times: column(ROWS, (index) => index),
      origins: column(ROWS, () => 1),
      columns: [{ numbers: column(ROWS, () => whole(2 ** 30)) }],
    };
    expect(encoded(rows).length / ROWS / (30 / 8)).toBeLessThan(1.1);
  });

  it('is a byte or two for a column that is empty, or the same in all rows', () => {
    const rows: PlainRows = { times: [1, 2, 3], origins: [1, 1, 1], columns: [] };
    const empty = { numbers: [Number.NaN, Number.NaN, Number.NaN] };
    // One byte more is the section's length.
    expect(encoded({ ...rows, columns: [empty] }).length - encoded(rows).length).toBe(2);
    expect(encoded({ ...rows, columns: [{ numbers: [5, 5, 5] }] }).length - encoded(rows).length).toBe(3);
    expect(encoded({ ...rows, columns: [{ keys: [null, null, null] }] }).length - encoded(rows).length).toBe(4);
  });
});
