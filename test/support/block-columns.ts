import type { Chunk, CodedCells, Key } from '../../src/store/columns/chunk.ts';
import { type BlockColumns, encodeBlock, SealedChunk } from '../../src/store/columns/column-codec.ts';

/** A column as a list of cells: numbers, NaN where absent; or keys. */
export type ColumnCells = { readonly numbers: readonly number[] } | { readonly keys: readonly Key[] };

/** Rows as plain lists: what goes into a block and what must come out. */
export type PlainRows = {
  readonly times: readonly number[];
  readonly origins: readonly Key[];
  readonly columns: readonly ColumnCells[];
};

export function coded(cells: readonly Key[]): CodedCells {
  const places = new Map<Key, number>();
  for (const cell of cells) if (!places.has(cell)) places.set(cell, places.size);
  return { keys: [...places.keys()], codes: Uint16Array.from(cells, (cell) => places.get(cell) ?? 0) };
}

export const toBlockColumns = ({ times, origins, columns }: PlainRows): BlockColumns => ({
  times: Float64Array.from(times),
  origins: coded(origins),
  columns: columns.map((column) =>
    'numbers' in column ? { numbers: Float64Array.from(column.numbers) } : coded(column.keys),
  ),
});

export const encoded = (rows: PlainRows): Uint8Array => encodeBlock(toBlockColumns(rows));

/** Columns are named c0, c1 … */
export function sealed(rows: PlainRows, bytes = encoded(rows)): SealedChunk {
  const { times, columns } = rows;
  const bounds = { rows: times.length, first: times[0] ?? 0, last: times.at(-1) ?? 0 };
  return new SealedChunk(
    bytes,
    bounds,
    columns.map((_, index) => ({ name: `c${index}` })),
  );
}

const cellsOf = ({ codes, keys }: CodedCells): Key[] => Array.from(codes, (code) => keys[code] ?? null);

/** All rows of a chunk, with the columns of the rows that were put in. */
export const plainRows = (chunk: Chunk, { columns }: PlainRows): PlainRows => ({
  times: [...chunk.times()],
  origins: cellsOf(chunk.origins()),
  columns: columns.map((column, index) =>
    'numbers' in column ? { numbers: [...chunk.numbers(`c${index}`)] } : { keys: cellsOf(chunk.coded(`c${index}`)) },
  ),
});
