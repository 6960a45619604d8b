/** A cell of a column whose values repeat: a number of a name or an origin, a flag, or a list of names as JSON text. */
export type Key = number | string | null;

/**
 * A column of few different values: the value of row i is `keys[codes[i]]`; null where the event lacks the field. Each
 * key of a chunk's column is that of some row. Codes may be decoded when they are asked for: do so once, and only if keys
 * do not tell.
 */
export type CodedCells = { readonly codes: Uint16Array; readonly keys: readonly Key[] };

/**
 * Some rows of one metric as columns, in ascending order of time. Columns are decoded when they are first asked for;
 * what is given out must not be changed.
 */
export interface Chunk {
  /** At most 65,535, so that codes have room for as many keys. */
  readonly rows: number;
  /** Stored time of the first row, and of the last. */
  readonly first: number;
  readonly last: number;
  /** Stored times: ascending, each once. */
  times(): Float64Array;
  /** Numbers of origins; never null. */
  origins(): CodedCells;
  /** Cells of a column of numbers, in stored steps; NaN where absent. All NaN for a column that the rows never had. */
  numbers(column: string): Float64Array;
  /** Cells of any other column. One null key for a column that the rows never had. */
  coded(column: string): CodedCells;
}
