import type { DatabaseSync } from 'node:sqlite';
import { isCoded } from './cells.ts';
import { type EventTable, quoted, readEventTables } from './event-tables.ts';
import { RollupBlock } from './rollup-block.ts';
import { inTransaction, readMeta, writeMeta } from './schema.ts';

/** Expired events that make a sweep worth its while: it reads every table, some 0.1 s for 100,000 events. */
const MANY_EXPIRED = 10_000;

/** Which events have expired since names were last swept away: counted in `meta`, over any number of upkeeps. */
const EXPIRED_KEY = 'expired_since_sweep';
/** Raised with each sweep: what a connection remembers of numbers of names is void then. */
export const SWEEPS_KEY = 'name_sweeps';

/**
 * Remove names that no event and no rollup holds any more: ids of tasks and sessions whose events have expired. Their
 * numbers are never given again, so whoever still knows one cannot take it for another name.
 *
 * @param expired Events that have just expired.
 * @param needed The space is needed now.
 */
export function sweepNames(db: DatabaseSync, expired: number, needed: boolean): void {
  const waiting = Number(readMeta(db, EXPIRED_KEY) ?? 0) + expired;
  if (waiting === 0) return;
  inTransaction(db, () => {
    if (waiting < MANY_EXPIRED && !needed) {
      writeMeta(db, EXPIRED_KEY, waiting);
      return;
    }
    db.exec('CREATE TEMP TABLE IF NOT EXISTS kept_name (id INTEGER PRIMARY KEY); DELETE FROM kept_name');
    for (const table of readEventTables(db).values()) {
      keepNamesOfRows(db, table);
      keepNamesOfRollups(db, table);
    }
    db.exec('DELETE FROM dict WHERE id NOT IN (SELECT id FROM kept_name); DROP TABLE kept_name');
    writeMeta(db, EXPIRED_KEY, 0);
    writeMeta(db, SWEEPS_KEY, Number(readMeta(db, SWEEPS_KEY) ?? 0) + 1);
  });
}

function keepNamesOfRows(db: DatabaseSync, { table, columns }: EventTable): void {
  for (const column of columns) {
    const cell = quoted(column.name);
    if (isCoded(column)) {
      db.exec(`INSERT OR IGNORE INTO kept_name SELECT DISTINCT ${cell} FROM ${table} WHERE ${cell} IS NOT NULL`);
    } else if (column.kind === 'names') {
      db.exec(`INSERT OR IGNORE INTO kept_name SELECT DISTINCT value FROM ${table}, json_each(${cell})`);
    }
  }
}

function keepNamesOfRollups(db: DatabaseSync, table: EventTable): void {
  const keep = db.prepare('INSERT OR IGNORE INTO kept_name VALUES (?)');
  const seen = new Set<number>();
  for (const blocks of ['rollup_hour', 'rollup_day']) {
    for (const { b } of db.prepare(`SELECT b FROM ${blocks} WHERE metric = ?`).iterate(table.metricId)) {
      const block = new RollupBlock(b as Uint8Array, table);
      for (const [index, cells] of block.cells().entries()) {
        const dimension = block.layout.dimensions[index];
        if (dimension === undefined || !isCoded(dimension)) continue;
        for (const cell of cells) if (cell >= 0) seen.add(cell);
      }
    }
  }
  for (const id of seen) keep.run(id);
}
