import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { EventTable } from './event-tables.ts';

/**
 * Remove the raw rows of an hour and count them to their producers as expired. Call inside a write transaction, when
 * the hour is rolled up.
 *
 * @returns How many.
 */
export function expireRows(db: DatabaseSync, table: EventTable, hour: number): number {
  const from = hour * MICROS_PER_HOUR;
  const before = from + MICROS_PER_HOUR;
  db.prepare(
    `UPDATE producer SET expired = expired + gone.n FROM
      (SELECT origin.producer AS p, count(*) AS n FROM ${table.table} AS e JOIN origin ON origin.id = e.o
        WHERE e.t >= ? AND e.t < ? GROUP BY origin.producer) AS gone
      WHERE producer.id = gone.p`,
  ).run(from, before);
  return Number(db.prepare(`DELETE FROM ${table.table} WHERE t >= ? AND t < ?`).run(from, before).changes);
}
