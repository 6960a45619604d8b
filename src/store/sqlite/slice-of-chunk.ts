import { isNumeric } from '../../model/field.ts';
import type { Chunk, CodedCells } from '../columns/chunk.ts';
import type { BlockColumns } from '../columns/column-codec.ts';
import type { EventTable } from './event-tables.ts';

/** The rows of a chunk from one on, as columns that can be sealed. */
export function sliceOfChunk(chunk: Chunk, table: EventTable, from: number): BlockColumns {
  const coded = ({ codes, keys }: CodedCells): CodedCells => ({ codes: codes.slice(from), keys });
  return {
    times: chunk.times().slice(from),
    origins: coded(chunk.origins()),
    columns: table.columns.map((column) =>
      isNumeric(column) ? { numbers: chunk.numbers(column.name).slice(from) } : coded(chunk.coded(column.name)),
    ),
  };
}
