import type { DatabaseSync } from 'node:sqlite';
import type { TimeRange } from '../../../model/range.ts';
import { notedDamage } from '../file/damage-notes.ts';
import { prepared } from '../file/prepared.ts';
import { fromStored, toStored } from '../file/schema.ts';
import { type EventTable, readEventTables } from '../rows/event-tables.ts';
import type { StoredSpan } from './stored-span.ts';

/**
 * Parts of a range, in ascending order, in which some events cannot be read: blocks that were set aside, and those that
 * questions on this connection found damaged and that could not be, because the store cannot be written.
 */
export function unreadableSpans(db: DatabaseSync, { metricId }: EventTable, range: TimeRange): TimeRange[] {
  const bounds = [metricId, toStored(range.fromMicros), toStored(range.toMicros)];
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_block WHERE metric = ? AND t1 >= ? AND t0 < ?').all(...bounds);
  for (const id of notedDamage(db, 'block')) {
    const met = prepared(db, 'SELECT t0, t1 FROM block WHERE metric = ? AND t1 >= ? AND t0 < ? AND id = ?');
    spans.push(...met.all(...bounds, id));
  }
  return spans
    .map(({ t0, t1 }) => ({
      fromMicros: Math.max(range.fromMicros, fromStored(Number(t0))),
      toMicros: Math.min(range.toMicros, fromStored(Number(t1)) + 1),
    }))
    .toSorted((a, b) => a.fromMicros - b.fromMicros);
}

/** The same by metric: of the tables for which `isMeant` holds. */
export function unreadableOf(
  db: DatabaseSync,
  isMeant: (table: EventTable) => boolean,
  { from, before }: StoredSpan,
): (readonly [metric: string, readonly TimeRange[]])[] {
  const range = { fromMicros: Math.max(fromStored(from), -LATEST), toMicros: Math.min(fromStored(before), LATEST) };
  return [...readEventTables(db).values()]
    .filter(isMeant)
    .map((table) => [table.metric, unreadableSpans(db, table, range)] as const);
}

/** No moment of an event is beyond. */
const LATEST = Number.MAX_SAFE_INTEGER / 2;
