import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../../model/range.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import type { RetentionSettings } from '../../store.ts';
import { type EncodedBlock, insertBlock, readBlocks, removeBlock, toEncodedBlock } from '../blocks/block-book.ts';
import { columnsOf, sliced } from '../blocks/block-columns.ts';
import { inTransaction, readMeta, storedHourOf, toStored, writeMeta } from '../file/schema.ts';
import { dayOf, rawFromHour } from '../rollups/rollup-book.ts';
import { byMetricId, readEventTables } from '../rows/event-tables.ts';
import { countExpired, expireRowsBetween } from '../rows/remove-rows.ts';
import { quarantineBlock } from './damaged-blocks.ts';
import { dirtyDays, rollUpDay } from './rollup-build.ts';

/** How far the clock may be ahead of the newest event before it is not believed: then no more than this expires. */
const TRUSTED_LEAD_MICROS = MICROS_PER_DAY;

/**
 * The moment from which retention counts back, as stored time: now, but no more than a day after the newest event
 * that is not in the future. A clock that jumps ahead by years then expires a day's events and not all of them.
 */
export function retentionNow(db: DatabaseSync, nowMicros: number): number | undefined {
  const now = toStored(nowMicros);
  const newest = [...readEventTables(db).values()].map(
    ({ table }) => db.prepare(`SELECT max(t) AS t FROM ${table} WHERE t <= ?`).get(now)?.['t'],
  );
  // Of a block that reaches into the future, the first row is all that is known to be past.
  newest.push(
    db.prepare('SELECT max(CASE WHEN t1 <= ?1 THEN t1 ELSE t0 END) AS t FROM block WHERE t0 <= ?1').get(now)?.['t'],
  );
  const known = newest.filter((moment) => typeof moment === 'number');
  return known.length === 0 ? undefined : Math.min(now, Math.max(...known) + TRUSTED_LEAD_MICROS);
}

/**
 * Let raw rows before an hour expire, of all metrics, hot and sealed: oldest first, some hours in a transaction. Each
 * transaction also holds the rollups that take the rows' place, and the moment before which only rollups remain.
 *
 * @param beforeHour Nothing from this hour on expires.
 * @param nowMicros When a damaged block is met, it was found now.
 * @param pause Called between transactions.
 * @returns How many rows.
 */
export async function expireBefore(
  db: DatabaseSync,
  beforeHour: number,
  nowMicros: number,
  pause: () => Promise<void>,
): Promise<number> {
  let expired = 0;
  for (let disturbed = 0; disturbed < MAX_DISTURBED;) {
    const upTo = nextStep(db, beforeHour);
    if (upTo === undefined) break;
    // Before their rows go, hours that changed are rolled up, so that it is not done under the lock.
    for (const day of dirtyDays(db, rawFromHour(db), upTo)) await rollUpDay(db, day, nowMicros, pause);
    const rests = restsFrom(db, upTo, nowMicros);
    await pause();
    const rows = expireStep(db, upTo, rests);
    if (rows === undefined) disturbed += 1;
    else expired += rows;
    await pause();
  }
  return expired;
}

/** After so many steps that others came in between, the rest is left for the next upkeep. */
const MAX_DISTURBED = 8;
/** What one transaction takes: some 10 ms. Of the typed tables rows of each, of blocks bytes of all. */
const ROWS_PER_STEP = 4_096;
const BYTES_PER_STEP = 2 * 1024 * 1024;

/** The first hour that has raw rows, of those whose rows have not expired. Late rows of earlier hours are not meant. */
export function oldestHour(db: DatabaseSync): number | undefined {
  const from = Number(readMeta(db, 'raw_from') ?? 0);
  const oldest = [...readEventTables(db).values()].map(
    ({ table }) => db.prepare(`SELECT min(t) AS t FROM ${table} WHERE t >= ?`).get(from)?.['t'],
  );
  oldest.push(db.prepare('SELECT min(t0) AS t FROM block').get()?.['t']);
  const known = oldest.filter((moment) => typeof moment === 'number');
  return known.length === 0 ? undefined : Math.floor(Math.min(...known) / MICROS_PER_HOUR);
}

/** The hour before which the next transaction takes everything; `undefined` when nothing is left before `beforeHour`. */
function nextStep(db: DatabaseSync, beforeHour: number): number | undefined {
  const oldest = oldestHour(db);
  if (oldest === undefined || oldest >= beforeHour) return undefined;
  const from = Number(readMeta(db, 'raw_from') ?? 0);
  const before = beforeHour * MICROS_PER_HOUR;
  const bounds = [beforeHour];
  let newest = Number.NEGATIVE_INFINITY;
  for (const { table } of readEventTables(db).values()) {
    const rows = db.prepare(`SELECT t FROM ${table} WHERE t >= ? AND t < ? ORDER BY t LIMIT 1 OFFSET ?`);
    const many = rows.get(from, before, ROWS_PER_STEP)?.['t'];
    if (typeof many === 'number') bounds.push(storedHourOf(many));
    const last = db.prepare(`SELECT max(t) AS t FROM ${table} WHERE t >= ? AND t < ?`).get(from, before)?.['t'];
    if (typeof last === 'number') newest = Math.max(newest, last);
  }
  let bytes = 0;
  for (const { t1, size } of db
    .prepare('SELECT t1, length(b) AS size FROM block WHERE t0 < ? ORDER BY t1')
    .iterate(before)) {
    newest = Math.max(newest, Math.min(Number(t1), before - 1));
    bytes += Number(size);
    if (bytes > BYTES_PER_STEP) bounds.push(Math.floor(Number(t1) / MICROS_PER_HOUR));
  }
  // No further than there are rows: of what comes late behind them nothing has expired.
  const behindLast = storedHourOf(newest) + 1;
  return Math.min(behindLast, Math.max(oldest + 1, Math.min(...bounds)));
}

/** What remains of blocks that an hour cuts, by the ids of the blocks; encoded here, outside of the transaction. */
function restsFrom(db: DatabaseSync, hour: number, nowMicros: number): Map<number, EncodedBlock> {
  const from = hour * MICROS_PER_HOUR;
  const rests = new Map<number, EncodedBlock>();
  for (const table of readEventTables(db).values()) {
    for (const block of readBlocks(db, table, from, from + 1)) {
      if (block.t0 >= from) continue;
      const chunk = block.chunk();
      if (chunk === undefined) quarantineBlock(db, table, block.id, nowMicros);
      else rests.set(block.id, toEncodedBlock(sliced(columnsOf(chunk, table), lowerBound(chunk.times(), from))));
    }
  }
  return rests;
}

/** @returns How many rows expired; `undefined` when other blocks or late rows came since `rests` were made. */
function expireStep(db: DatabaseSync, upTo: number, rests: ReadonlyMap<number, EncodedBlock>): number | undefined {
  return inTransaction(db, () => {
    const from = Number(readMeta(db, 'raw_from') ?? 0);
    const before = upTo * MICROS_PER_HOUR;
    if (before <= from) return undefined;
    const cut = db.prepare('SELECT id FROM block WHERE t0 < ?1 AND t1 >= ?1').all(before);
    if (!cut.every(({ id }) => rests.has(Number(id)))) return undefined;
    if (dirtyDays(db, from / MICROS_PER_HOUR, upTo).length > 0) return undefined;
    const tables = byMetricId(readEventTables(db).values());
    let expired = 0;
    for (const table of tables.values()) expired += expireRowsBetween(db, table, from, before);
    const blocks = db.prepare('SELECT id, metric, n, origins FROM block WHERE t0 < ?').all(before);
    for (const { id, metric, n, origins } of blocks) {
      countExpired(db, JSON.parse(String(origins)) as EncodedBlock['origins']);
      removeBlock(db, Number(id));
      expired += Number(n);
      const rest = rests.get(Number(id));
      const table = tables.get(Number(metric));
      if (rest === undefined || table === undefined) continue;
      insertBlock(db, table, rest);
      countExpired(
        db,
        rest.origins.map(([origin, rows]) => [origin, -rows]),
      );
      expired -= rest.n;
    }
    // What was lost with them would have expired by now.
    db.prepare('DELETE FROM damaged_block WHERE t1 < ?').run(before);
    writeMeta(db, 'raw_from', before);
    return expired;
  });
}

/** Identities go with the raw rows they belong to. */
export function expireIdentities(db: DatabaseSync): void {
  db.prepare('DELETE FROM identity WHERE t < ?').run(Number(readMeta(db, 'raw_from') ?? 0));
}

/** The hour before which raw rows are to expire, and the day before which rollups are. Raw rows never outlive rollups. */
export function cutoffs(now: number, settings: RetentionSettings): { readonly hour: number; readonly day: number } {
  const hour = Math.floor((now - settings.rawDays * MICROS_PER_DAY) / MICROS_PER_HOUR);
  const day = Math.floor((now - Math.max(settings.rollupDays, settings.rawDays) * MICROS_PER_DAY) / MICROS_PER_DAY);
  return { hour, day: Math.min(day, dayOf(hour)) };
}

/** Remove rollups of days before a day. Only of such as have no raw rows any more. */
export function expireRollups(db: DatabaseSync, day: number): void {
  inTransaction(db, () => {
    const before = Math.min(day, dayOf(rawFromHour(db)));
    db.prepare('DELETE FROM rollup WHERE day < ?').run(before);
    db.prepare('DELETE FROM damaged_rollup WHERE t1 < ?').run(before * MICROS_PER_DAY);
  });
}
