import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { prepared } from '../file/prepared.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { dayOf, rawFromHour, readDays } from './rollup-book.ts';

/**
 * The stored hours between two of which neither rows nor a rollup can be read: those whose rollup was set aside, and
 * those where it will be. So rollups of days without rows are read here, as they are for the answer.
 */
export function lostHours(db: DatabaseSync, table: EventTable, from: number, before: number): number[] {
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_rollup WHERE metric = ? AND t0 < ? AND t1 >= ?')
    .all(table.metricId, before * MICROS_PER_HOUR, from * MICROS_PER_HOUR)
    .map(({ t0, t1 }) => ({ from: Number(t0) / MICROS_PER_HOUR, before: (Number(t1) + 1) / MICROS_PER_HOUR }));
  const rawFrom = Math.min(before, rawFromHour(db));
  if (from < rawFrom) {
    for (const { day, parts } of readDays(db, table, dayOf(from), dayOf(rawFrom - 1) + 1)) {
      if (parts === undefined)
        spans.push({ from: day * HOURS_PER_DAY, before: Math.min((day + 1) * HOURS_PER_DAY, rawFrom) });
    }
  }
  const hours = spans.flatMap((span) => Array.from({ length: span.before - span.from }, (_, i) => span.from + i));
  return hours.filter((hour) => hour >= from && hour < before);
}
