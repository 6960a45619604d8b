import type { DatabaseSync } from 'node:sqlite';
import { isNumeric } from '../../../model/field.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import type { ScanRequest } from '../../store.ts';
import { blockBefore, readBlocks, type SealedBlock } from '../blocks/block-book.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { toStored } from '../file/schema.ts';
import { ChunkFilter } from '../fold/chunk-filter.ts';
import { type Dictionary, NAME_FUNCTION } from '../names/dictionary.ts';
import { CellDecoder, cellSql, isCoded, type Place, placeOf } from '../rows/cells.ts';
import { type Row, rowColumns } from '../rows/decode-row.ts';
import { type EventTable, withAllColumns } from '../rows/event-tables.ts';
import { rowOf } from '../rows/row-columns.ts';
import { whereOf } from '../rows/where.ts';
import { BestRows, type OrderKey } from './best-rows.ts';

/** A request in the order of a field. */
type OrderedRequest = ScanRequest & { readonly order: Exclude<ScanRequest['order'], string> };

/**
 * Rows in the order of a field. The moments of the answer are sorted first, of which only as many are kept as the
 * answer needs, and whole rows are read by them. Events that lack the field come last in both directions; equal ones
 * by time.
 */
export function* batchesByField(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: OrderedRequest,
  batch: number,
): Generator<Row[]> {
  const moments = inReadTransaction(db, () => sortedMoments(db, dictionary, table, request));
  const hotRows = db.prepare(
    `SELECT ${rowColumns(table)} FROM ${table.table} WHERE t IN (SELECT value FROM json_each(?))`,
  );
  hotRows.setReturnArrays(true);
  for (let start = 0; start < moments.length; start += batch) {
    const wanted = [...moments.subarray(start, start + batch)];
    const rows = inReadTransaction(db, () => {
      const found = new Map<number, Row>();
      for (const row of hotRows.all(JSON.stringify(wanted)) as unknown as Row[]) found.set(Number(row[0]), row);
      if (found.size < wanted.length) findSealed(db, table, wanted, found);
      return found;
    });
    yield wanted.map((moment) => rows.get(moment)).filter((row) => row !== undefined);
  }
}

function findSealed(db: DatabaseSync, table: EventTable, wanted: readonly number[], found: Map<number, Row>): void {
  // Blocks may have been made that have columns which came after the scan began.
  const current = withAllColumns(db, table);
  let block: SealedBlock | undefined;
  let chunk: Chunk | undefined;
  for (const moment of wanted.toSorted((a, b) => a - b)) {
    if (found.has(moment)) continue;
    if (block === undefined || moment > block.t1) {
      block = blockBefore(db, current, moment);
      chunk = block === undefined || moment > block.t1 ? undefined : block.chunk();
    }
    if (chunk === undefined) continue;
    const index = lowerBound(chunk.times(), moment);
    if (chunk.times()[index] === moment) found.set(moment, rowOf(chunk, table, index));
  }
}

function sortedMoments(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: OrderedRequest,
): Float64Array {
  const { field, direction } = request.order;
  const offset = request.offset ?? 0;
  const most = (request.limit ?? Number.POSITIVE_INFINITY) + offset;
  if (most === 0) return new Float64Array(0);
  const best = new BestRows(direction, most);
  offerHot(db, dictionary, table, request, best, most);
  const place = placeOf(table, field);
  const [from, before] = [toStored(request.range.fromMicros), toStored(request.range.toMicros)];
  let filter: ChunkFilter | undefined;
  for (const block of readBlocks(db, withAllColumns(db, table), from, before)) {
    const chunk = block.chunk();
    if (chunk === undefined) continue;
    filter ??= new ChunkFilter(db, request.filters, table, dictionary);
    const selection = filter.selection(chunk);
    if (selection === 'none') continue;
    const times = chunk.times();
    const [first, end] = [lowerBound(times, from), lowerBound(times, before)];
    const passes = (row: number): boolean => selection === 'all' || selection[row] === 1;
    if (place !== undefined && 'column' in place && isNumeric(place.column)) {
      best.offerNumbers(chunk.numbers(place.column.name), times, passes, first, end);
      continue;
    }
    const { codes, keys } = orderKeys(db, dictionary, chunk, place);
    for (let i = first; i < end; i++) {
      if (passes(i)) best.offer(keys[codes[i] as number] ?? null, times[i] as number);
    }
  }
  return best.moments().subarray(offset);
}

function offerHot(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  { range, filters, order }: OrderedRequest,
  best: BestRows,
  most: number,
): void {
  const where = whereOf(filters, table, dictionary);
  const statement = db.prepare(
    `SELECT t, ${orderSql(table, order.field)} AS k FROM ${table.table} WHERE t >= ? AND t < ? AND ${where.sql}
      ORDER BY k IS NULL, k ${order.direction === 'descending' ? 'DESC' : 'ASC'}, t LIMIT ?`,
  );
  statement.setReturnArrays(true);
  const limit = most === Number.POSITIVE_INFINITY ? -1 : most;
  const rows = statement.all(toStored(range.fromMicros), toStored(range.toMicros), ...where.parameters, limit);
  for (const [t, key] of rows as unknown as [number, OrderKey][]) best.offer(key, t);
}

/** Names sort by their text; flags false before true. */
function orderSql(table: EventTable, field: string): string {
  const place = placeOf(table, field);
  if (place === undefined) return 'NULL';
  const cell = cellSql(place);
  if ('part' in place) {
    const part = place.part === 'cluster' ? `nullif(cluster, '')` : place.part;
    return `(SELECT ${part} FROM origin WHERE id = o)`;
  }
  return isCoded(place.column) ? `${NAME_FUNCTION}(${cell})` : cell;
}

/** What `orderSql` gives, for each row of a chunk. */
function orderKeys(
  db: DatabaseSync,
  dictionary: Dictionary,
  chunk: Chunk,
  place: Place | undefined,
): { readonly codes: Uint16Array; readonly keys: readonly OrderKey[] } {
  if (place === undefined) return { codes: new Uint16Array(chunk.rows), keys: [null] };
  const cells: CodedCells = 'column' in place ? chunk.coded(place.column.name) : chunk.origins();
  if ('column' in place && !isCoded(place.column)) return cells;
  const decoder = new CellDecoder(db, dictionary);
  decoder.prepare(place, cells.keys);
  return { codes: cells.codes, keys: cells.keys.map((key: Key) => toOrderKey(decoder.decode(place, key))) };
}

function toOrderKey(value: ReturnType<CellDecoder['decode']>): OrderKey {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
