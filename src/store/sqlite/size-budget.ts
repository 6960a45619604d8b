import type { DatabaseSync } from 'node:sqlite';
import { diskUsage } from './disk-usage.ts';
import { expireOldestHour } from './retention.ts';
import { pragmaNumber } from './schema.ts';

/** Pages moved in one transaction when the file is made smaller: 8 MB, some tens of milliseconds. */
const PAGES_PER_STEP = 2_000;

/** What the database takes once its free pages are given back. */
const usedBytes = (db: DatabaseSync): number =>
  (pragmaNumber(db, 'page_count') - pragmaNumber(db, 'freelist_count')) * pragmaNumber(db, 'page_size');

/**
 * While database and spool take more than the budget, let the oldest raw hours go. Their rollups stay, and so do
 * hours from `beforeHour` on: when that is not enough, the report's size says so.
 *
 * @param pause Called between transactions.
 * @returns How many rows went.
 */
export async function keepSizeBudget(
  db: DatabaseSync,
  path: string,
  maxBytes: number,
  beforeHour: number,
  pause: () => Promise<void>,
): Promise<number> {
  let dropped = 0;
  while (usedBytes(db) + diskUsage(path).spoolBytes > maxBytes) {
    const rows = expireOldestHour(db, beforeHour);
    if (rows === undefined) break;
    dropped += rows;
    await pause();
  }
  return dropped;
}

/** Give free pages back to the file system, when they are many or the space is needed. Otherwise new rows reuse them. */
export async function returnFreePages(db: DatabaseSync, needed: boolean, pause: () => Promise<void>): Promise<void> {
  const free = pragmaNumber(db, 'freelist_count');
  if (!needed && free * 4 < pragmaNumber(db, 'page_count')) return;
  for (let left = free; left > 0;) {
    db.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
    await pause();
    const now = pragmaNumber(db, 'freelist_count');
    if (now >= left) return;
    left = now;
  }
}
