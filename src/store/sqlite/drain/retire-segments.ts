import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isToLeave, spoolFolder, toLeaveName } from '../../spool/spool-folder.ts';
import { inTransaction } from '../file/schema.ts';
import { SEGMENT_STATE } from './segment-book.ts';

/**
 * Ask the writers of spool files to leave them: they are renamed, and their writer begins the next file with its next
 * event. A file and how far it was drained must never part, whoever is killed: so before it is renamed, its entry is
 * durable under the new name, and nobody drains it under the old one any more. Where the renaming is cut short, the next
 * drain does it.
 *
 * @param names Files of the spool that were drained.
 */
export function retireSegments(db: DatabaseSync, path: string, names: readonly string[]): void {
  const asked = names.filter((name) => !isToLeave(name));
  if (asked.length === 0) return;
  const enter = db.prepare(
    `INSERT OR IGNORE INTO segment (name, producer, drained, state)
      SELECT ?, producer, drained, state FROM segment WHERE name = ? AND state = ${SEGMENT_STATE.open}`,
  );
  const close = db.prepare(
    `UPDATE segment SET state = ${SEGMENT_STATE.toLeave} WHERE name = ? AND state = ${SEGMENT_STATE.open}`,
  );
  db.exec('PRAGMA synchronous = FULL');
  try {
    inTransaction(db, () => {
      for (const name of asked) {
        enter.run(toLeaveName(name), name);
        close.run(name);
      }
    });
  } finally {
    db.exec('PRAGMA synchronous = NORMAL');
  }
  const isClosed = db.prepare(`SELECT 1 FROM segment WHERE name = ? AND state = ${SEGMENT_STATE.toLeave}`);
  for (const name of asked) {
    if (isClosed.get(name) !== undefined) renameToLeave(join(spoolFolder(dirname(path)), name));
  }
}

/** Where it cannot be renamed it stays, and is tried again: the system may keep open files under their names. */
export function renameToLeave(path: string): void {
  try {
    renameSync(path, toLeaveName(path));
  } catch {
    // Or another process was first.
  }
}
