import { isNumeric } from '../../../model/field.ts';
import { cellAt } from '../../columns/cell-at.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import type { BlockColumns } from '../../columns/column-codec.ts';
import type { Column } from '../../columns/column.ts';
import type { Cell } from './cells.ts';
import type { Row } from './decode-row.ts';
import type { EventTable } from './event-tables.ts';

/** Rows of a table as columns, taken in a few at a time: columns are small beside the rows they are made of. */
export class RowColumns {
  readonly #times: Float64Array;
  readonly #origins: CodeBook;
  readonly #columns: readonly (Float64Array | CodeBook)[];
  #rows = 0;

  /** @param most Rows it will get at most. */
  constructor(table: EventTable, most: number) {
    this.#times = new Float64Array(most);
    this.#origins = new CodeBook(most);
    this.#columns = table.columns.map((column) =>
      isNumeric(column) ? new Float64Array(most).fill(Number.NaN) : new CodeBook(most),
    );
  }

  /** @param rows In ascending order of time, after all others. */
  add(rows: readonly Row[]): void {
    const from = this.#rows;
    putNumbers(this.#times, from, rows, 0);
    this.#origins.put(from, rows, 1);
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index];
      if (column instanceof Float64Array) putNumbers(column, from, rows, index + 2);
      else column?.put(from, rows, index + 2);
    }
    this.#rows = from + rows.length;
  }

  /** All that were added. */
  columns(): BlockColumns {
    return {
      times: this.#times.subarray(0, this.#rows),
      origins: this.#origins.cells(this.#rows),
      columns: this.#columns.map((column) =>
        column instanceof Float64Array ? { numbers: column.subarray(0, this.#rows) } : column.cells(this.#rows),
      ),
    };
  }
}

/** Where the cells of rows are present, put them into a column from `at` on. */
function putNumbers(column: Float64Array, at: number, rows: readonly Row[], place: number): void {
  for (let i = 0; i < rows.length; i++) {
    const cell = (rows[i] as Row)[place];
    if (typeof cell === 'number') column[at + i] = cell;
  }
}

/** The cells at a place of rows; absent in all of them where there is no such place. */
export function numberCells(rows: readonly Row[], place: number | undefined): Float64Array {
  const cells = new Float64Array(rows.length).fill(Number.NaN);
  if (place !== undefined) putNumbers(cells, 0, rows, place);
  return cells;
}

export function codedCells(rows: readonly Row[], place: number | undefined): CodedCells {
  if (place === undefined) return { codes: new Uint16Array(rows.length), keys: [null] };
  const book = new CodeBook(rows.length);
  book.put(0, rows, place);
  return book.cells(rows.length);
}

/** Cells of any kind as codes, told apart by value. */
export function codedBy(rows: number, keyOf: (row: number) => Key): CodedCells {
  const book = new CodeBook(rows);
  for (let i = 0; i < rows; i++) book.codes[i] = book.codeOf(keyOf(i));
  return book.cells(rows);
}

/** Gives each key a code in the order in which they are met. */
class CodeBook {
  readonly codes: Uint16Array;
  readonly #keys: Key[] = [];
  readonly #codeOf = new Map<Key, number>();

  constructor(rows: number) {
    this.codes = new Uint16Array(rows);
  }

  put(at: number, rows: readonly Row[], place: number): void {
    // The row before often has the same key: then it need not be looked up.
    let previous: Key | undefined;
    let code = 0;
    for (let i = 0; i < rows.length; i++) {
      const key = (rows[i] as Row)[place] ?? null;
      if (key !== previous) code = this.codeOf((previous = key));
      this.codes[at + i] = code;
    }
  }

  codeOf(key: Key): number {
    let code = this.#codeOf.get(key);
    if (code === undefined) this.#codeOf.set(key, (code = this.#keys.push(key) - 1));
    return code;
  }

  cells(rows: number): CodedCells {
    return { codes: this.codes.subarray(0, rows), keys: this.#keys };
  }
}

/** The cells of a column of a chunk, whatever its kind. */
export const columnCells = (chunk: Chunk, column: Column): Float64Array | CodedCells =>
  isNumeric(column) ? chunk.numbers(column.name) : chunk.coded(column.name);

/**
 * Reads rows of a chunk: stored time, origin, then the cells of the table's columns. For one after another: it finds the
 * columns once.
 */
export function rowReader(chunk: Chunk, table: EventTable): (index: number) => Row {
  const times = chunk.times();
  const cells = [chunk.origins(), ...table.columns.map((column) => columnCells(chunk, column))];
  return (index) => {
    const row: Cell[] = [times[index] ?? 0];
    for (const column of cells) row.push(cellAt(column, index));
    return row;
  };
}

/** One row of a chunk. */
export const rowOf = (chunk: Chunk, table: EventTable, index: number): Row => rowReader(chunk, table)(index);

/** All rows of a chunk, in order of time. */
export function rowsOf(chunk: Chunk, table: EventTable): Row[] {
  const rowAt = rowReader(chunk, table);
  return Array.from({ length: chunk.rows }, (_, index) => rowAt(index));
}
