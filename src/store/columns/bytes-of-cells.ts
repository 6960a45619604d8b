import type { CodedCells } from './chunk.ts';

const BYTES_OF_CODE = 2;
/** A key and its place in a list, roughly. */
const BYTES_OF_KEY = 16;

/** What decoded cells of so many rows take in memory; codes count before they are decoded too. */
export const bytesOfCells = (cells: Float64Array | CodedCells, rows: number): number =>
  cells instanceof Float64Array ? cells.byteLength : rows * BYTES_OF_CODE + cells.keys.length * BYTES_OF_KEY;
