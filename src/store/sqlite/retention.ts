import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../model/range.ts';
import type { RetentionSettings } from '../store.ts';
import { type EventTable, readEventTables } from './event-tables.ts';
import { expireRows } from './expire-rows.ts';
import { dayOf, HOURS_PER_DAY, rawFromHour, readHour, rebuildDay, rollUpHour } from './rollup-build.ts';
import { inTransaction, readMeta, toStored, writeMeta } from './schema.ts';

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
  const known = newest.filter((moment) => typeof moment === 'number');
  return known.length === 0 ? undefined : Math.min(now, Math.max(...known) + TRUSTED_LEAD_MICROS);
}

/**
 * Let the oldest raw hour expire, in all tables, in one transaction with the rollups that take its place and with the
 * moment before which only rollups remain.
 *
 * @param beforeHour Nothing from this hour on expires.
 * @returns How many rows; `undefined` when there is no such hour.
 */
export function expireOldestHour(db: DatabaseSync, beforeHour: number): number | undefined {
  return inTransaction(db, () => {
    const tables = [...readEventTables(db).values()];
    const hour = oldestHour(db, tables);
    if (hour === undefined || hour >= beforeHour) return undefined;
    let expired = 0;
    for (const table of tables) {
      const marked = db.prepare('SELECT 1 FROM dirty WHERE metric = ? AND hour = ?').get(table.metricId, hour);
      // Groups that were left out of a block because the rows could be asked must go in before the rows go.
      const lacksGroups = readHour(db, table, hour)?.overflowed === true;
      if (marked !== undefined || lacksGroups) {
        rollUpHour(db, table, hour, Number.POSITIVE_INFINITY);
        rebuildDay(db, table, dayOf(hour));
      }
      expired += expireRows(db, table, hour);
    }
    writeMeta(db, 'raw_from', (hour + 1) * MICROS_PER_HOUR);
    return expired;
  });
}

/** The first hour that has raw rows, of those whose rows have not expired. Late rows of earlier hours are not meant. */
function oldestHour(db: DatabaseSync, tables: readonly EventTable[]): number | undefined {
  const from = Number(readMeta(db, 'raw_from') ?? 0);
  const oldest = tables
    .map(({ table }) => db.prepare(`SELECT min(t) AS t FROM ${table} WHERE t >= ?`).get(from)?.['t'])
    .filter((moment) => typeof moment === 'number');
  return oldest.length === 0 ? undefined : Math.floor(Math.min(...oldest) / MICROS_PER_HOUR);
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
    db.prepare('DELETE FROM rollup_day WHERE day < ?').run(before);
    db.prepare('DELETE FROM rollup_hour WHERE hour < ?').run(before * HOURS_PER_DAY);
  });
}
