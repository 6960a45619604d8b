import type { DatabaseSync } from 'node:sqlite';
import { pragmaNumber } from './schema.ts';

/** A log above this is copied into the database when a drain has ended: passive, so that it waits for nobody. */
const COPY_BYTES = 1024 * 1024;
/** While a drain goes on, only above this: each copy syncs the disk twice. */
const COPY_SOON_BYTES = 8 * 1024 * 1024;
/** Above this, readers are waited for, so that the log begins anew: it grows as long as each reader overlaps the next. */
const RESTART_BYTES = 32 * 1024 * 1024;
const RESTART_WAIT_MILLIS = 50;

/**
 * Keep SQLite's log small. Its own way, a copy by whoever commits once there are 1,000 pages, is switched off: it would
 * hit a process at any time.
 *
 * @param isOver Nothing more is to be written soon.
 */
export function keepLogSmall(db: DatabaseSync, isOver: boolean): void {
  const bytes = logBytes(db);
  if (bytes < (isOver ? COPY_BYTES : COPY_SOON_BYTES)) return;
  try {
    if (isAllCopied(db) && bytes >= RESTART_BYTES) checkpoint(db, 'RESTART', RESTART_WAIT_MILLIS);
  } catch {
    // On a full disk the log stays as it is. What was committed is in it, and safe.
  }
}

/**
 * How long an upkeep waits for readers until the log is empty: all that time nobody can write. The next upkeep tries
 * again.
 */
const EMPTY_WAIT_MILLIS = 10;

/**
 * Copy the log into the database and make it empty, unless somebody is reading just now.
 *
 * @returns Whether it is empty.
 */
export function emptyLog(db: DatabaseSync): boolean {
  return isAllCopied(db) && checkpoint(db, 'TRUNCATE', EMPTY_WAIT_MILLIS);
}

/**
 * Copy the log into the database: passive, so that others write and read meanwhile, as long as it takes.
 *
 * @returns False when not all of it could be copied, because somebody reads an older state, or is copying just now.
 */
export function isAllCopied(db: DatabaseSync): boolean {
  const row = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
  return row?.['busy'] === 0 && row['log'] === row['checkpointed'];
}

/** What this copies, and how long it waits for readers, it does with the lock: copy before. */
function checkpoint(db: DatabaseSync, mode: 'RESTART' | 'TRUNCATE', waitMillis: number): boolean {
  db.exec(`PRAGMA busy_timeout = ${waitMillis}`);
  try {
    return db.prepare(`PRAGMA wal_checkpoint(${mode})`).get()?.['busy'] === 0;
  } finally {
    db.exec('PRAGMA busy_timeout = 5000');
  }
}

/** What is in the log, which may be less than the file is long. */
function logBytes(db: DatabaseSync): number {
  // A "noop" checkpoint tells the pages without copying any.
  const row = db.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  return Math.max(0, Number(row?.['log'] ?? 0)) * pragmaNumber(db, 'page_size');
}
