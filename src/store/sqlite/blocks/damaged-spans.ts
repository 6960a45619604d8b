import type { DatabaseSync } from 'node:sqlite';
import type { DamagedSpan } from '../../store.ts';
import { prepared } from '../file/prepared.ts';
import { fromStored, readMeta, storedHourOf } from '../file/schema.ts';
import type { EventTable } from '../rows/event-tables.ts';

/**
 * Tells of an hour of a metric whether events that are in its rollup have lost their rows: they have expired, or were in
 * a block that is damaged. Such a rollup is never made anew from rows. Rows that come late into such an hour lie in the
 * typed table until they are added to the rollup, and expire then: so all that lies there is not counted yet. Rows of
 * the hour in other blocks stay, and are counted.
 */
export function hoursWithoutRows(db: DatabaseSync, { metricId }: EventTable): (hour: number) => boolean {
  const rawFrom = storedHourOf(Number(readMeta(db, 'raw_from') ?? 0));
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_block WHERE metric = ?')
    .all(metricId)
    .map(({ t0, t1 }) => ({ first: storedHourOf(Number(t0)), last: storedHourOf(Number(t1)) }));
  return (hour) => hour < rawFrom || spans.some(({ first, last }) => hour >= first && hour <= last);
}

/** Tells of a stored time whether rows of a metric about that time were damaged, so that nobody can say what was there. */
export function isAmongDamaged(db: DatabaseSync, { metricId }: EventTable): (t: number) => boolean {
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_block WHERE metric = ?').all(metricId);
  return (t) => spans.some(({ t0, t1 }) => t >= Number(t0) && t <= Number(t1));
}

/** What is known of blocks or rollups that were set aside, oldest first. */
export function spansSetAside(db: DatabaseSync, aside: 'damaged_block' | 'damaged_rollup'): DamagedSpan[] {
  return db
    .prepare(`SELECT name, t0, t1, n, found FROM ${aside} JOIN metric ON metric.id = ${aside}.metric ORDER BY t0, name`)
    .all()
    .map((row) => ({
      metric: String(row['name']),
      fromMicros: fromStored(Number(row['t0'])),
      toMicros: fromStored(Number(row['t1'])),
      events: Number(row['n']),
      foundMicros: Number(row['found']),
    }));
}
