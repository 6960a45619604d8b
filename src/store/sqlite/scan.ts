import type { DatabaseSync } from 'node:sqlite';
import type { StoredEvent } from '../../model/event.ts';
import type { ScanRequest } from '../store.ts';
import { CellDecoder, cellSql, isCoded, placeOf } from './cells.ts';
import { decodeRows, type Row, rowColumns } from './decode-row.ts';
import type { Dictionary } from './dictionary.ts';
import type { EventTable } from './event-tables.ts';
import { readMeta, toStored } from './schema.ts';
import { type Condition, whereOf } from './where.ts';

/** Most events of one batch. */
const BATCH = 1_000;

/**
 * Events of one table in batches. Nothing is held open between batches: each is found anew behind the last time, so a
 * slow reader never keeps the WAL from being reset. Events stored meanwhile show up if they lie ahead.
 */
export function* scanTable(
  db: DatabaseSync,
  dictionary: Dictionary,
  table: EventTable,
  request: ScanRequest,
): Generator<readonly StoredEvent[]> {
  const where = whereOf(request.filters, table, dictionary);
  const storeId = String(readMeta(db, 'store_id'));
  const batches =
    typeof request.order === 'string'
      ? batchesByTime(db, table, where, request, request.order === 'newest_first')
      : batchesByField(db, table, where, request, request.order);
  for (const rows of batches) {
    yield decodeRows(rows, table, new CellDecoder(db, dictionary), storeId);
  }
}

function* batchesByTime(
  db: DatabaseSync,
  table: EventTable,
  where: Condition,
  { range, limit = Number.POSITIVE_INFINITY }: ScanRequest,
  newestFirst: boolean,
): Generator<Row[]> {
  const statement = db.prepare(
    `SELECT ${rowColumns(table)} FROM ${table.table} WHERE t >= ? AND t < ? AND ${where.sql}
      ORDER BY t ${newestFirst ? 'DESC' : 'ASC'} LIMIT ?`,
  );
  statement.setReturnArrays(true);
  let from = toStored(range.fromMicros);
  let before = toStored(range.toMicros);
  for (let left = limit; left > 0 && from < before;) {
    const wanted = Math.min(BATCH, left);
    const rows = statement.all(from, before, ...where.parameters, wanted) as unknown as Row[];
    const last = rows.at(-1);
    if (last === undefined) return;
    if (newestFirst) before = Number(last[0]);
    else from = Number(last[0]) + 1;
    left -= rows.length;
    yield rows;
    if (rows.length < wanted) return;
  }
}

/**
 * Ordered by a field, the moments of the events are sorted first (8 bytes for each event of the answer), and rows are
 * read by them. Events that lack the field come last in both directions; equal ones by time.
 */
function* batchesByField(
  db: DatabaseSync,
  table: EventTable,
  where: Condition,
  request: ScanRequest,
  order: Exclude<ScanRequest['order'], string>,
): Generator<Row[]> {
  const key = orderKey(table, order.field);
  const direction = order.direction === 'descending' ? 'DESC' : 'ASC';
  const sorted = db.prepare(
    `SELECT t, ${key} AS k FROM ${table.table} WHERE t >= ? AND t < ? AND ${where.sql}
      ORDER BY k IS NULL, k ${direction}, t LIMIT ? OFFSET ?`,
  );
  sorted.setReturnArrays(true);
  const moments = Float64Array.from(
    sorted.all(
      toStored(request.range.fromMicros),
      toStored(request.range.toMicros),
      ...where.parameters,
      request.limit ?? -1,
      request.offset ?? 0,
    ) as unknown as [number][],
    ([moment]) => moment,
  );
  const byMoments = db.prepare(
    `SELECT ${rowColumns(table)} FROM ${table.table} WHERE t IN (SELECT value FROM json_each(?))`,
  );
  byMoments.setReturnArrays(true);
  for (let start = 0; start < moments.length; start += BATCH) {
    const wanted = [...moments.subarray(start, start + BATCH)];
    const rows = byMoments.all(JSON.stringify(wanted)) as unknown as Row[];
    const byMoment = new Map(rows.map((row) => [Number(row[0]), row]));
    yield wanted.map((moment) => byMoment.get(moment)).filter((row) => row !== undefined);
  }
}

/** Names sort by their text; flags false before true. */
function orderKey(table: EventTable, field: string): string {
  const place = placeOf(table, field);
  if (place === undefined) return 'NULL';
  const cell = cellSql(place);
  if ('part' in place) {
    const part = place.part === 'cluster' ? `nullif(cluster, '')` : place.part;
    return `(SELECT ${part} FROM origin WHERE id = o)`;
  }
  return isCoded(place.column) ? `(SELECT s FROM dict WHERE id = ${cell})` : cell;
}
