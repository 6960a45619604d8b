import { isNumeric } from '../../../model/field.ts';
import type { Chunk, CodedCells } from '../../columns/chunk.ts';
import type { BlockColumns } from '../../columns/column-codec.ts';
import type { EventTable } from '../rows/event-tables.ts';

/** The rows of a chunk as columns that can be sealed. */
export const columnsOf = (chunk: Chunk, table: EventTable): BlockColumns => ({
  times: chunk.times(),
  origins: chunk.origins(),
  columns: table.columns.map((column) =>
    isNumeric(column) ? { numbers: chunk.numbers(column.name) } : chunk.coded(column.name),
  ),
});

/** Rows from one on, up to before another. Takes no memory of its own. */
export function sliced({ times, origins, columns }: BlockColumns, from: number, before = times.length): BlockColumns {
  const coded = ({ codes, keys }: CodedCells): CodedCells => ({ codes: codes.subarray(from, before), keys });
  return {
    times: times.subarray(from, before),
    origins: coded(origins),
    columns: columns.map((column) =>
      'numbers' in column ? { numbers: column.numbers.subarray(from, before) } : coded(column),
    ),
  };
}

/**
 * Rows of the same columns as one list, by time. Two never share one, unless a version from before there were blocks
 * wrote to the file, which does not look there: then the second is moved to the next free microsecond.
 */
export function merged(one: BlockColumns, other: BlockColumns): BlockColumns {
  const own = one.times.length;
  const rows = own + other.times.length;
  const times = new Float64Array(rows);
  /** Which row stands at a place: of the one list, or behind those of the other. */
  const rowAt = new Uint32Array(rows);
  let [i, j, previous] = [0, 0, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < rows; at++) {
    const a = one.times[i] ?? Number.POSITIVE_INFINITY;
    const b = other.times[j] ?? Number.POSITIVE_INFINITY;
    rowAt[at] = a <= b ? i++ : own + j++;
    times[at] = previous = Math.max(Math.min(a, b), previous + 1);
  }
  const coded = (a: CodedCells, b: CodedCells): CodedCells => {
    const [codes, codesOfA, codesOfB] = [new Uint16Array(rows), a.codes, b.codes];
    for (let at = 0; at < rows; at++) {
      const row = rowAt[at] as number;
      codes[at] = row < own ? (codesOfA[row] as number) : (codesOfB[row - own] as number) + a.keys.length;
    }
    return { codes, keys: [...a.keys, ...b.keys] };
  };
  const numbers = (a: Float64Array, b: Float64Array): Float64Array => {
    const all = new Float64Array(rows);
    for (let at = 0; at < rows; at++) {
      const row = rowAt[at] as number;
      all[at] = row < own ? (a[row] as number) : (b[row - own] as number);
    }
    return all;
  };
  return {
    times,
    origins: coded(one.origins, other.origins),
    columns: one.columns.map((a, index) => {
      const b = other.columns[index] ?? a;
      return 'numbers' in a || 'numbers' in b ? { numbers: numbers(numbersIn(a), numbersIn(b)) } : coded(a, b);
    }),
  };
}

const numbersIn = (column: BlockColumns['columns'][number]): Float64Array =>
  'numbers' in column ? column.numbers : new Float64Array();
