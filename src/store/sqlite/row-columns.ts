import { isNumeric } from '../../model/field.ts';
import { cellAt } from '../columns/cell-at.ts';
import type { Chunk, CodedCells, Key } from '../columns/chunk.ts';
import type { BlockColumns } from '../columns/column-codec.ts';
import type { Row } from './decode-row.ts';
import type { Column, EventTable } from './event-tables.ts';

/** Rows of a table in ascending order of time, as columns. */
export function toBlockColumns(rows: readonly Row[], table: EventTable): BlockColumns {
  return {
    times: Float64Array.from(rows, (row) => Number(row[0])),
    origins: codedCells(rows, 1),
    columns: table.columns.map((column, index) =>
      isNumeric(column) ? { numbers: numberCells(rows, index + 2) } : codedCells(rows, index + 2),
    ),
  };
}

/** The cells at a place of rows; absent in all of them where there is no such place. */
export function numberCells(rows: readonly Row[], place: number | undefined): Float64Array {
  const cells = new Float64Array(rows.length).fill(Number.NaN);
  if (place === undefined) return cells;
  for (let i = 0; i < rows.length; i++) {
    const cell = rows[i]?.[place] ?? null;
    if (cell !== null) cells[i] = cell as number;
  }
  return cells;
}

export function codedCells(rows: readonly Row[], place: number | undefined): CodedCells {
  if (place === undefined) return { codes: new Uint16Array(rows.length), keys: [null] };
  return codedBy(rows.length, (index) => rows[index]?.[place] ?? null);
}

/** Cells of any kind as codes, told apart by value. */
export function codedBy(rows: number, keyOf: (row: number) => Key): CodedCells {
  const codes = new Uint16Array(rows);
  const keys: Key[] = [];
  const codeOf = new Map<Key, number>();
  for (let i = 0; i < rows; i++) {
    const key = keyOf(i);
    let code = codeOf.get(key);
    if (code === undefined) codeOf.set(key, (code = keys.push(key) - 1));
    codes[i] = code;
  }
  return { codes, keys };
}

/** The cells of a column of a chunk, whatever its kind. */
export const columnCells = (chunk: Chunk, column: Column): Float64Array | CodedCells =>
  isNumeric(column) ? chunk.numbers(column.name) : chunk.coded(column.name);

/** Reads rows of a chunk: stored time, origin, then the cells of the table's columns. */
function rowReader(chunk: Chunk, table: EventTable): (index: number) => Row {
  const times = chunk.times();
  const cells = [chunk.origins(), ...table.columns.map((column) => columnCells(chunk, column))];
  return (index) => [times[index] ?? 0, ...cells.map((column) => cellAt(column, index))];
}

/** One row of a chunk. */
export const rowOf = (chunk: Chunk, table: EventTable, index: number): Row => rowReader(chunk, table)(index);

/** All rows of a chunk, in order of time. */
export function rowsOf(chunk: Chunk, table: EventTable): Row[] {
  const rowAt = rowReader(chunk, table);
  return Array.from({ length: chunk.rows }, (_, index) => rowAt(index));
}
