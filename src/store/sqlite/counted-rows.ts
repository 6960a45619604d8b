import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import { lowerBound } from '../columns/lower-bound.ts';
import { HOURS_PER_DAY } from '../columns/rolled-rows.ts';
import { EVENTS } from '../columns/rollup-chunk.ts';
import { readBlocks, type SealedBlock } from './block-book.ts';
import type { EventTable } from './event-tables.ts';
import { dayOf, readDays } from './rollup-book.ts';

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
