import type { DatabaseSync } from 'node:sqlite';
import { isNumeric } from '../../../model/field.ts';
import type { Filter } from '../../../model/filter.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { isCoded, type Place, placeOf } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { inSteps, matchingIds, type Positive, split, whereOf } from '../rows/where.ts';

/** Which rows of a chunk pass: 1 where one does. */
export type Selection = Uint8Array | 'all' | 'none';

/** Decides for the rows of chunks what `whereOf` decides in SQL. One for each question. */
export class ChunkFilter {
  /** What the chunks must be able to tell. */
  readonly fields: readonly string[];
  readonly #tests: readonly ((chunk: Chunk) => Selection)[];

  constructor(db: DatabaseSync, filters: readonly Filter[], table: EventTable, dictionary: Dictionary) {
    this.fields = filters.map(({ field }) => field);
    this.#tests = filters.map((filter) => testOf(db, filter, table, dictionary));
  }

  selection(chunk: Chunk): Selection {
    let all: Uint8Array | 'all' = 'all';
    for (const test of this.#tests) {
      const one = test(chunk);
      if (one === 'none') return 'none';
      if (one === 'all') continue;
      all = all === 'all' ? one : both(all, one);
    }
    return all;
  }
}

function testOf(
  db: DatabaseSync,
  filter: Filter,
  table: EventTable,
  dictionary: Dictionary,
): (chunk: Chunk) => Selection {
  const { positive, negated } = split(filter);
  const place = placeOf(table, filter.field);
  if (place === undefined) return () => (negated ? 'all' : 'none');
  if ('part' in place) {
    // Origins are few: SQL says which of them pass.
    const { sql, parameters } = whereOf([filter], table, dictionary);
    const passing = db.prepare(`SELECT id FROM (SELECT id, id AS o FROM origin) WHERE ${sql}`).all(...parameters);
    const ids = new Set<Key>(passing.map(({ id }) => Number(id)));
    return (chunk) => byKey(chunk.origins(), (key) => ids.has(key));
  }
  const { name } = place.column;
  if (isNumeric(place.column)) {
    const passes = numberTest(positive, place.column.scale);
    return (chunk) => byNumber(chunk.numbers(name), passes, negated);
  }
  const passes = keyTest(place, positive, dictionary);
  return (chunk) => byKey(chunk.coded(name), (key) => passes(key) !== negated);
}

/** Into the first. */
function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) & (b[i] as number);
  return a;
}

function byKey(cells: CodedCells, passes: (key: Key) => boolean): Selection {
  const table = Uint8Array.from(cells.keys, (key) => Number(passes(key)));
  if (!table.includes(0)) return 'all';
  if (!table.includes(1)) return 'none';
  const { codes } = cells;
  const selection = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) selection[i] = table[codes[i] as number] as number;
  return selection;
}

/** NaN, which stands for absent, passes no positive test. */
function byNumber(numbers: Float64Array, passes: (value: number) => boolean, negated: boolean): Selection {
  const selection = new Uint8Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) selection[i] = Number(passes(numbers[i] as number) !== negated);
  return selection;
}

function numberTest(positive: Positive, scale: number): (value: number) => boolean {
  switch (positive.op) {
    case 'present':
      return (value) => !Number.isNaN(value);
    case 'prefix':
      return () => false;
    case 'in': {
      const numbers = positive.values.filter((value) => typeof value === 'number' && !Number.isNaN(value));
      const wanted = new Set(numbers.map((value) => inSteps(Number(value), scale)));
      return (value) => wanted.has(value) && !Number.isNaN(value);
    }
    default:
      return comparison(positive.op, inSteps(positive.value, scale));
  }
}

function comparison(op: 'lt' | 'lte' | 'gt' | 'gte', bound: number): (value: number) => boolean {
  switch (op) {
    case 'lt':
      return (value) => value < bound;
    case 'lte':
      return (value) => value <= bound;
    case 'gt':
      return (value) => value > bound;
    case 'gte':
      return (value) => value >= bound;
  }
}

function keyTest(
  place: Extract<Place, { column: unknown }>,
  positive: Positive,
  dictionary: Dictionary,
): (key: Key) => boolean {
  if (positive.op === 'present') return (key) => key !== null;
  if (place.column.kind === 'flag') {
    const values = positive.op === 'in' ? positive.values : [];
    return (key) => key !== null && values.includes(key !== 0);
  }
  const ids = new Set<Key>(matchingIds(positive, dictionary));
  if (isCoded(place.column)) return (key) => ids.has(key);
  // A list meets a condition when one of its names does.
  return (key) => typeof key === 'string' && (JSON.parse(key) as number[]).some((id) => ids.has(id));
}
