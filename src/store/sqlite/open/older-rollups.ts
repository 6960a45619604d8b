import type { DatabaseSync } from 'node:sqlite';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { RollupChunk } from '../../columns/rollup-chunk.ts';
import { dayOf, rawFromHour, replaceDay, toEncodedRollups } from '../rollups/rollup-book.ts';
import { RollupDraft } from '../rollups/rollup-draft.ts';
import { type EventTable, readEventTables } from '../rows/event-tables.ts';
import { OlderRollup } from './older-rollup.ts';

/**
 * Rollups of schema versions 1 and 2, one bit-coded block for each hour in `rollup_hour`, become those of version 3.
 * Nothing of them is lost, so that hours whose rows have expired keep their figures. `rollup_day` repeats them.
 */
export function convertOlderRollups(db: DatabaseSync): void {
  for (const table of readEventTables(db).values()) {
    const rows = db
      .prepare('SELECT hour, b FROM rollup_hour WHERE metric = ? ORDER BY hour')
      .all(table.metricId) as unknown as { readonly hour: number; readonly b: Uint8Array }[];
    for (const [day, ofDay] of Map.groupBy(rows, ({ hour }) => dayOf(hour))) {
      const draft = new RollupDraft(db, table);
      for (const { hour, b } of ofDay) {
        const older = new OlderRollup(b, table.columns, hour - day * HOURS_PER_DAY);
        if (older.overflowed && hour >= rawFromHour(db)) mark(db, table, hour);
        draft.addRollup(new RollupChunk(older, day), [hour - day * HOURS_PER_DAY]);
      }
      replaceDay(db, table, day, toEncodedRollups(draft.finish(), table));
    }
  }
}

/** One that had too many groups kept totals only: it is made anew from its rows, which are all there. */
function mark(db: DatabaseSync, { metricId }: EventTable, hour: number): void {
  db.prepare('INSERT OR IGNORE INTO dirty (metric, hour) VALUES (?, ?)').run(metricId, hour);
}
