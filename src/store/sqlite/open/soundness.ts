import { DatabaseSync } from 'node:sqlite';
import { FIELD_KINDS } from '../../../model/field.ts';
import { readMeta } from '../file/schema.ts';
import { resultCode } from '../file/store-errors.ts';
import { readEventTables } from '../rows/event-tables.ts';

/** Results of SQLite that say nothing of what is in the file: busy, read-only, full, cannot be opened. */
const NOT_OF_THE_FILE = [5, 6, 8, 13, 14];

/**
 * Whether a store can go on being used: its pages hang together, and what draining and asking build on can be read.
 * A bit that flipped within a value is no damage that SQLite sees. Reads the whole file: 0.3 s for 100 MB.
 */
export function isSound(path: string): boolean {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  } catch {
    return true;
  }
  try {
    return db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok' && isLegible(db);
  } catch (cause) {
    return NOT_OF_THE_FILE.includes(resultCode(cause));
  } finally {
    db.close();
  }
}

/** @throws what reading throws; then it is not. */
function isLegible(db: DatabaseSync): boolean {
  for (const { table, columns } of readEventTables(db).values()) {
    const there = db.prepare(`PRAGMA table_info(${table})`).all();
    const names = new Set(there.map(({ name }) => name));
    if (!columns.every(({ name, kind }) => names.has(name) && FIELD_KINDS.includes(kind))) return false;
  }
  for (const { dropped } of db.prepare('SELECT dropped FROM producer').iterate()) JSON.parse(String(dropped));
  return typeof readMeta(db, 'store_id') === 'string' && typeof readMeta(db, 'raw_from') === 'number';
}
