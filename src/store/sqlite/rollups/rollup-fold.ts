import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../model/errors.ts';
import { isDimension } from '../../../model/field.ts';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import type { RollupChunk } from '../../columns/rollup-chunk.ts';
import type { FoldRequest, FoldRow } from '../../store.ts';
import { toStored } from '../file/schema.ts';
import { ChunkFilter } from '../fold/chunk-filter.ts';
import { FoldGroups, type Part } from '../fold/fold-groups.ts';
import { firstPieceWith, type Piece, piecesOf } from '../fold/time-slices.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { CellDecoder, placeOf } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { dayOf, readDays } from './rollup-book.ts';
import { ORIGIN_FIELDS, refuse, RollupFigures, rolledTable } from './rollup-figures.ts';
import { UnrolledHours } from './unrolled-hours.ts';

/**
 * Figures from rollups, through the same columns as those of events. Hours that changed since they were rolled up are
 * summed up from their rows on the spot. Use within one read transaction.
 *
 * @throws StoreError when the question needs what rollups do not keep: the planner should not have asked.
 */
export function foldRollups(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: FoldRequest,
): FoldRow[] {
  for (const field of [...request.groupBy, ...request.filters.map((filter) => filter.field)]) checkKept(table, field);
  const rolled = rolledTable(table);
  const decoder = new CellDecoder(db, dictionary);
  const apart = request.groupBy.length + request.filters.length > 0;
  const figures = new RollupFigures(table, rolled, request.measures, apart, decoder);
  const filter = new ChunkFilter(db, request.filters, rolled, dictionary);
  const groups = new FoldGroups(
    request.groupBy.map((field) => placeOf(rolled, field)),
    decoder,
    request.buckets?.length ?? 1,
  );
  const add = (chunk: RollupChunk, day: number, pieces: readonly Piece[]): void => {
    const selection = filter.selection(chunk);
    if (selection === 'none') return;
    const selected = selection === 'all' ? undefined : selection;
    for (const stretch of groups.stretches(chunk, partsOf(chunk, day, pieces), selected)) figures.add(stretch);
    if (figures.sketched.length === 0) return;
    for (const { bucket, from, before } of pieces) {
      figures.addSketches(chunk, bucket, from - day * HOURS_PER_DAY, before - day * HOURS_PER_DAY);
    }
  };

  const pieces = piecesInHours(request);
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (first === undefined || last === undefined) return [];
  const unrolled = new UnrolledHours(db, table, first.from, last.before);
  for (const { day, parts } of readDays(db, table, dayOf(first.from), dayOf(last.before - 1) + 1)) {
    const ofDay = piecesOfDay(pieces, day);
    if (parts === undefined) unrolled.addDay(day);
    else if (ofDay.length > 0) {
      const rolled = unrolled.hasDay(day) ? byHour(ofDay).filter(({ from }) => !unrolled.has(from)) : ofDay;
      for (const chunk of parts) add(chunk, day, rolled);
    }
  }
  for (const day of unrolled.days()) {
    for (const piece of byHour(piecesOfDay(pieces, day)).filter(({ from }) => unrolled.has(from))) {
      for (const chunk of unrolled.rolledUp(piece.from)) add(chunk, day, [piece]);
    }
  }
  return groups.rows((slot, bucket) => figures.of(slot, bucket));
}

function checkKept(table: EventTable, field: string): void {
  const column = table.columns.find(({ name }) => name === field);
  const isKept = column === undefined ? !ORIGIN_FIELDS.includes(field) : isDimension(column);
  if (!isKept) refuse(`events apart by "${field}"`);
}

function piecesInHours({ ranges, buckets }: FoldRequest): Piece[] {
  return Array.from(piecesOf(ranges, buckets), ({ bucket, from, before }) => ({
    bucket,
    from: wholeHour(from),
    before: wholeHour(before),
  })).filter(({ from, before }) => from < before);
}

function wholeHour(atMicros: number): number {
  const hour = toStored(atMicros) / MICROS_PER_HOUR;
  if (Number.isInteger(hour)) return hour;
  throw new StoreError('STORE_FAILED', 'Rollups were asked for part of an hour');
}

/** What pieces have of a day. */
function piecesOfDay(pieces: readonly Piece[], day: number): Piece[] {
  const [from, before] = [day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY];
  const ofDay: Piece[] = [];
  for (let i = firstPieceWith(pieces, from); i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (piece.from >= before) break;
    ofDay.push({
      bucket: piece.bucket,
      from: Math.max(from, piece.from),
      before: Math.min(before, piece.before),
    });
  }
  return ofDay;
}

const byHour = (pieces: readonly Piece[]): Piece[] =>
  pieces.flatMap(({ bucket, from, before }) =>
    Array.from({ length: before - from }, (_, i) => ({ bucket, from: from + i, before: from + i + 1 })),
  );

/** The rows that each piece of a day has. */
function partsOf({ starts }: RollupChunk, day: number, pieces: readonly Piece[]): Part[] {
  const parts: Part[] = [];
  const first = day * HOURS_PER_DAY;
  for (const { bucket, from, before } of pieces) {
    const [lo, hi] = [starts[from - first] ?? 0, starts[before - first] ?? 0];
    if (lo < hi) parts.push({ bucket, lo, hi });
  }
  return parts;
}
