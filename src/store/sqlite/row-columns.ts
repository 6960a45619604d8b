import { isNumeric } from '../../model/field.ts';
import type { Chunk, CodedCells, Key } from '../columns/chunk.ts';
import type { BlockColumns } from '../columns/column-codec.ts';
import type { Cell } from './cells.ts';
import type { Row } from './decode-row.ts';
import type { EventTable } from './event-tables.ts';

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
  const codes = new Uint16Array(rows.length);
  if (place === undefined) return { codes, keys: [null] };
  const keys: Key[] = [];
  const codeOf = new Map<Key, number>();
  for (let i = 0; i < rows.length; i++) {
    const cell: Key = rows[i]?.[place] ?? null;
    let code = codeOf.get(cell);
    if (code === undefined) codeOf.set(cell, (code = keys.push(cell) - 1));
    codes[i] = code;
  }
  return { codes, keys };
}

/** One row of a chunk: stored time, origin, then the cells of the table's columns. */
export function rowOf(chunk: Chunk, table: EventTable, index: number): Row {
  const row: Cell[] = [chunk.times()[index] ?? 0, keyAt(chunk.origins(), index)];
  for (const column of table.columns) {
    if (isNumeric(column)) {
      const cell = chunk.numbers(column.name)[index] ?? Number.NaN;
      row.push(Number.isNaN(cell) ? null : cell);
    } else row.push(keyAt(chunk.coded(column.name), index));
  }
  return row;
}

const keyAt = ({ codes, keys }: CodedCells, index: number): Key => keys[codes[index] ?? 0] ?? null;

/** All rows of a chunk, in order of time. */
export function rowsOf(chunk: Chunk, table: EventTable): Row[] {
  return Array.from({ length: chunk.rows }, (_, index) => rowOf(chunk, table, index));
}
