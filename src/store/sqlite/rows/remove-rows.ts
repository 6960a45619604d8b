import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import type { EventTable } from './event-tables.ts';

/** How many rows each origin has. */
type RowsByOrigin = Iterable<readonly [origin: number, rows: number]>;

/**
 * Remove the rows of an hour from the typed table and count them to their producers as expired. Call inside a write
 * transaction, when the hour is rolled up.
 *
 * @returns How many.
 */
export function expireRows(db: DatabaseSync, table: EventTable, hour: number): number {
  return expireRowsBetween(db, table, hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR);
}

/** The same of all rows between two stored times. */
export function expireRowsBetween(db: DatabaseSync, table: EventTable, from: number, before: number): number {
  return removeRows(db, table, from, before, countExpired);
}

/** Remove the rows of an hour that nobody can count any more, and count them to their producers as lost with a block. */
export function dropRows(db: DatabaseSync, table: EventTable, hour: number): void {
  const count = (_: DatabaseSync, rows: RowsByOrigin): void => countDropped(db, rows, 'block_damaged');
  removeRows(db, table, hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR, count);
}

function removeRows(
  db: DatabaseSync,
  { table }: EventTable,
  from: number,
  before: number,
  count: (db: DatabaseSync, rows: RowsByOrigin) => void,
): number {
  const origins = db.prepare(`SELECT o, count(*) AS n FROM ${table} WHERE t >= ? AND t < ? GROUP BY o`);
  origins.setReturnArrays(true);
  count(db, origins.all(from, before) as unknown as [number, number][]);
  return Number(db.prepare(`DELETE FROM ${table} WHERE t >= ? AND t < ?`).run(from, before).changes);
}

/** Count rows that go to their producers as expired. Call inside a write transaction. */
export function countExpired(db: DatabaseSync, rows: RowsByOrigin): void {
  const count = db.prepare(
    'UPDATE producer SET expired = expired + ? WHERE id = (SELECT producer FROM origin WHERE id = ?)',
  );
  for (const [origin, n] of rows) count.run(n, origin);
}

/** Count stored rows that are gone to their producers. Call inside a write transaction. */
export function countDropped(db: DatabaseSync, rows: RowsByOrigin, reason: 'block_damaged' | 'forgotten'): void {
  const count = db.prepare(
    `UPDATE producer
      SET dropped = json_set(dropped, '$.${reason}', coalesce(dropped ->> '$.${reason}', 0) + cast(? AS INTEGER))
      WHERE id = (SELECT producer FROM origin WHERE id = ?)`,
  );
  for (const [origin, n] of rows) count.run(n, origin);
}
