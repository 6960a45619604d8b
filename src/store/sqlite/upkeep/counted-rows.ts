import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { EVENTS } from '../../columns/rollup-chunk.ts';
import { readBlocks, type SealedBlock } from '../blocks/block-book.ts';
import { dayOf, readDays } from '../rollups/rollup-book.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { dropRows, expireRows } from '../rows/remove-rows.ts';

/** From one stored hour to another, both included. */
type Hours = { readonly first: number; readonly last: number };

/**
 * How many rows of the typed table the rollups of these hours have counted already: what they count less what is
 * sealed. Of the block that cannot be read only the number of its rows is needed, since all of them are in these hours.
 *
 * @returns `undefined` when that cannot be told, because of other damage.
 */
export function countedRows(
  db: DatabaseSync,
  table: EventTable,
  damaged: Pick<SealedBlock, 'id' | 'n'>,
  hours: Hours,
): number | undefined {
  let counted = -damaged.n;
  for (const { day, parts } of readDays(db, table, dayOf(hours.first), dayOf(hours.last) + 1)) {
    if (parts === undefined) return undefined;
    const [from, before] = [hours.first - day * HOURS_PER_DAY, hours.last + 1 - day * HOURS_PER_DAY];
    for (const chunk of parts) {
      const rows = chunk.starts.subarray(Math.max(0, from), Math.min(HOURS_PER_DAY, before) + 1);
      const events = chunk.numbers(EVENTS).subarray(rows[0], rows.at(-1));
      for (const many of events) counted += many;
    }
  }
  const [from, before] = [hours.first * MICROS_PER_HOUR, (hours.last + 1) * MICROS_PER_HOUR];
  for (const block of readBlocks(db, table, from, before)) {
    if (block.id === damaged.id) continue;
    const times = block.chunk()?.times();
    if (times === undefined) return undefined;
    counted -= lowerBound(times, before) - lowerBound(times, from);
  }
  return counted;
}

/**
 * From now on what lies in the typed table in these hours is counted into their rollups and then goes. What is in them
 * already, because it came late and was not sealed yet, must go now, or it would be counted twice. So it is with all of
 * an hour that has not changed since. Of changed hours, `counted` tells; where it is only some, nobody knows which: then
 * all go, and are told of as lost with the block, since a rollup must not count what it has counted.
 *
 * @param isWithoutRows As it was before the block was set aside: in such hours nothing that lies there is counted.
 * @param counted Rows of the typed table that are in the rollups of these hours, as far as it is known.
 */
export function letCountedRowsGo(
  db: DatabaseSync,
  table: EventTable,
  { first, last }: Hours,
  isWithoutRows: (hour: number) => boolean,
  counted: number | undefined,
): void {
  const isMarked = db.prepare('SELECT 1 FROM dirty WHERE metric = ? AND hour = ?');
  const next = db.prepare(`SELECT min(t) AS t FROM ${table.table} WHERE t >= ? AND t < ?`);
  const changed: number[] = [];
  let left = counted;
  for (let hour = first; hour <= last; hour++) {
    if (isWithoutRows(hour)) {
      left = undefined;
      continue;
    }
    const t = next.get(hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR)?.['t'];
    if (typeof t !== 'number') continue;
    if (isMarked.get(table.metricId, hour) === undefined) {
      const gone = expireRows(db, table, hour);
      if (left !== undefined) left -= gone;
    } else changed.push(hour);
  }
  if (changed.length === 0 || (left !== undefined && left <= 0)) return;
  const rows = changed.reduce((sum, hour) => sum + rowsIn(db, table, hour), 0);
  for (const hour of changed) {
    if (left === rows) expireRows(db, table, hour);
    else dropRows(db, table, hour);
  }
}

const rowsIn = (db: DatabaseSync, { table }: EventTable, hour: number): number =>
  Number(
    db
      .prepare(`SELECT count(*) AS n FROM ${table} WHERE t >= ? AND t < ?`)
      .get(hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR)?.['n'],
  );
