import type { DatabaseSync } from 'node:sqlite';
import type { Chunk } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import type { FoldRequest, FoldRow } from '../../store.ts';
import { readBlocks } from '../blocks/block-book.ts';
import { hotChunks } from '../blocks/hot-chunks.ts';
import { toStored } from '../file/schema.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { CellDecoder, placeOf } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { ChunkFilter } from './chunk-filter.ts';
import { FoldFigures } from './fold-figures.ts';
import { FoldGroups, type Part } from './fold-groups.ts';
import { firstPieceWith, type Piece, piecesOf } from './time-slices.ts';

/**
 * Exact figures from raw rows, sealed ones and those of the typed table alike: chunk by chunk, column by column. Runs
 * in one read transaction, so the answer is of one moment.
 */
export function foldTable(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: FoldRequest,
): FoldRow[] {
  const decoder = new CellDecoder(db, dictionary);
  const filter = new ChunkFilter(db, request.filters, table, dictionary);
  const groups = new FoldGroups(
    request.groupBy.map((field) => placeOf(table, field)),
    decoder,
    request.buckets?.length ?? 1,
  );
  const figures = new FoldFigures(table, request.measures, decoder);
  const columns = [...new Set([...figures.columns, ...filter.fields, ...request.groupBy])];
  const pieces = Array.from(piecesOf(request.ranges, request.buckets), ({ bucket, from, before }) => ({
    bucket,
    from: toStored(from),
    before: toStored(before),
  }));
  for (const span of spansOf(pieces)) {
    for (const chunk of chunksOf(db, table, span, columns)) {
      const parts = partsOf(chunk, span);
      if (parts.length === 0) continue;
      const selection = filter.selection(chunk);
      if (selection === 'none') continue;
      const selected = selection === 'all' ? undefined : selection;
      for (const stretch of groups.stretches(chunk, parts, selected)) figures.add(stretch);
    }
  }
  return groups.rows((slot) => figures.of(slot));
}

/** Chunks that may hold rows of a span. */
function* chunksOf(
  db: DatabaseSync,
  table: EventTable,
  span: readonly Piece[],
  columns: readonly string[],
): Generator<Chunk> {
  const from = span[0]?.from ?? 0;
  const before = span.at(-1)?.before ?? 0;
  for (const block of readBlocks(db, table, from, before)) {
    const chunk = block.chunk();
    if (chunk !== undefined) yield chunk;
  }
  yield* hotChunks(db, table, from, before, columns);
}

/** Pieces that touch are one span: what lies between others is not read. */
function spansOf(pieces: readonly Piece[]): Piece[][] {
  const spans: Piece[][] = [];
  for (const piece of pieces) {
    const last = spans.at(-1);
    if (last?.at(-1)?.before === piece.from) last.push(piece);
    else spans.push([piece]);
  }
  return spans;
}

/** The rows of a chunk that each piece has. */
function partsOf(chunk: Chunk, pieces: readonly Piece[]): Part[] {
  const parts: Part[] = [];
  let lo = -1;
  for (let at = firstPieceWith(pieces, chunk.first); at < pieces.length; at++) {
    const { bucket, from, before } = pieces[at] as Piece;
    if (from > chunk.last) break;
    // Times need not be decoded for a chunk that lies within one piece. Pieces of a span touch.
    if (lo < 0) lo = from <= chunk.first ? 0 : lowerBound(chunk.times(), from);
    const hi = before > chunk.last ? chunk.rows : lowerBound(chunk.times(), before, lo);
    if (lo < hi) parts.push({ bucket, lo, hi });
    lo = hi;
  }
  return parts;
}
