import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../../model/range.ts';
import { HOURS_OF_DAY, HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import type { DamagedSpan } from '../../store.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { takeDamageNotes } from '../file/damage-notes.ts';
import { fromStored, inTransaction } from '../file/schema.ts';
import { byMetricId, type EventTable, readEventTables } from '../rows/event-tables.ts';
import { isWhole } from './damaged-blocks.ts';

/**
 * Remove the rollup of a day when its bytes are not those that were written. Hours that have their rows are marked, and
 * so rolled up anew. Of hours that have not, nobody knows any more what was in them: the bytes are set aside, and it is
 * told.
 *
 * @returns False when it is gone or whole after all.
 */
export function quarantineRollups(db: DatabaseSync, table: EventTable, day: number, nowMicros: number): boolean {
  return inTransaction(db, () => {
    const parts = db.prepare('SELECT crc, b FROM rollup WHERE metric = ? AND day = ?').all(table.metricId, day);
    if (parts.every(isWhole)) return false;
    const isWithoutRows = hoursWithoutRows(db, table);
    const hours = HOURS_OF_DAY.map((hour) => day * HOURS_PER_DAY + hour);
    const mark = db.prepare('INSERT OR IGNORE INTO dirty (metric, hour) VALUES (?, ?)');
    for (const hour of hours) if (!isWithoutRows(hour)) mark.run(table.metricId, hour);
    const lost = hours.filter(isWithoutRows);
    const [first, last] = [lost[0], lost.at(-1)];
    if (first !== undefined && last !== undefined) {
      db.prepare(
        `INSERT INTO damaged_rollup (metric, t0, t1, n, crc, found, b)
          SELECT metric, ?, ?, n, crc, ?, b FROM rollup WHERE metric = ? AND day = ?`,
      ).run(first * MICROS_PER_HOUR, (last + 1) * MICROS_PER_HOUR - 1, nowMicros, table.metricId, day);
    }
    db.prepare('DELETE FROM rollup WHERE metric = ? AND day = ?').run(table.metricId, day);
    return true;
  });
}

/** Set aside what questions on this connection found damaged. */
export function quarantineNotedRollups(db: DatabaseSync, nowMicros: number): void {
  for (const id of takeDamageNotes(db, 'rollup')) {
    const row = db.prepare('SELECT metric, day FROM rollup WHERE id = ?').get(id);
    const table = byMetricId(readEventTables(db).values()).get(Number(row?.['metric']));
    if (table !== undefined) quarantineRollups(db, table, Number(row?.['day']), nowMicros);
  }
}

/**
 * Read every rollup and compare its checksum. Damaged ones are set aside where the store can be written.
 *
 * @returns How many there are, and of those that could not be set aside, what is lost with them.
 */
export async function verifyRollups(
  db: DatabaseSync,
  nowMicros: number | undefined,
  pause: () => Promise<void>,
): Promise<{ readonly rollups: number; readonly left: readonly DamagedSpan[] }> {
  const read = db.prepare('SELECT day, n, crc, b FROM rollup WHERE metric = ? AND day = ?');
  const left: DamagedSpan[] = [];
  let rollups = 0;
  for (const table of readEventTables(db).values()) {
    const days = db.prepare('SELECT DISTINCT day FROM rollup WHERE metric = ? ORDER BY day').all(table.metricId);
    for (const { day } of days) {
      const parts = read.all(table.metricId, Number(day));
      rollups += parts.length;
      if (parts.every(isWhole)) continue;
      if (nowMicros !== undefined) quarantineRollups(db, table, Number(day), nowMicros);
      else left.push(spanOfDay(table, Number(day), Number(parts[0]?.['n'])));
    }
    await pause();
  }
  return { rollups, left };
}

const spanOfDay = ({ metric }: EventTable, day: number, events: number): DamagedSpan => ({
  metric,
  fromMicros: fromStored(day * MICROS_PER_DAY),
  toMicros: fromStored((day + 1) * MICROS_PER_DAY - 1),
  events,
});
