import type { CodedCells, Key } from './chunk.ts';

/** The cell of one row of a column; null where it is absent. */
export function cellAt(cells: Float64Array | CodedCells, row: number): Key {
  if (!(cells instanceof Float64Array)) return cells.keys[cells.codes[row] ?? 0] ?? null;
  const number = cells[row] ?? Number.NaN;
  return Number.isNaN(number) ? null : number;
}
