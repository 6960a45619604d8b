import type { DatabaseSync } from 'node:sqlite';
import { notedDamage, takeDamageNotes } from '../file/damage-notes.ts';
import { inTransaction } from '../file/schema.ts';
import {
  listNameBlocks,
  markNameBlocksChanged,
  type NameBlock,
  readFilter,
  readNames,
  replaceNameBlocks,
  toEncodedNames,
} from './name-blocks.ts';

/** What was found of the blocks of names. */
export type NameCheck = { readonly names: number; readonly unreadableNames: number };

/**
 * Read every block of names and compare its checksums. Damaged ones are set aside where the store can be written.
 *
 * @param nowMicros Absent where it cannot.
 */
export async function verifyNames(
  db: DatabaseSync,
  nowMicros: number | undefined,
  pause: () => Promise<void>,
): Promise<NameCheck> {
  let [names, left] = [0, 0];
  for (const block of listNameBlocks(db)) {
    names += block.n;
    if (nowMicros !== undefined) mendNames(db, block, nowMicros);
    else if (readNames(db, block) === undefined) left += block.n;
    await pause();
  }
  return { names, unreadableNames: unreadableNames(db) + left };
}

/** Look again at what questions and writers on this connection found damaged. */
export function mendNotedNames(db: DatabaseSync, nowMicros: number): void {
  const noted = new Set(notedDamage(db, 'name_block'));
  if (noted.size === 0) return;
  for (const block of listNameBlocks(db)) if (noted.has(block.id)) mendNames(db, block, nowMicros);
  // Only now: whoever was in the way of one leaves the notes for the next time.
  takeDamageNotes(db, 'name_block');
}

/** Names that cannot be read any more, as far as it was noticed: events that held them lack them. */
export function unreadableNames(db: DatabaseSync): number {
  return Number(db.prepare('SELECT total(n) AS n FROM damaged_name_block').get()?.['n']);
}

/** Of damaged blocks, forget those of whose names none is held any more. Call inside a write transaction. */
export function forgetDamagedNames(db: DatabaseSync, kept: ReadonlySet<number>): void {
  const remove = db.prepare('DELETE FROM damaged_name_block WHERE id = ?');
  for (const { id, id0, id1 } of db.prepare('SELECT id, id0, id1 FROM damaged_name_block').all()) {
    const isHeld = kept.values().some((name) => name >= Number(id0) && name <= Number(id1));
    if (!isHeld) remove.run(Number(id));
  }
}

/** Damaged blocks of which bytes are kept, for whoever wants to look. */
export function damagedNameBlocks(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS n FROM damaged_name_block WHERE length(b) > 0').get()?.['n']);
}

/** Nobody can tell which names are in them, so none is kept when some are to be gone. That they were there stays known. */
export function emptyDamagedNames(db: DatabaseSync): void {
  inTransaction(db, () => db.exec('UPDATE damaged_name_block SET b = zeroblob(0) WHERE length(b) > 0'));
}

/** Set a block aside whose names are not those that were written; when only its filter is not, make that anew. */
function mendNames(db: DatabaseSync, block: NameBlock, nowMicros: number): void {
  const names = readNames(db, block);
  if (names !== undefined && readFilter(db, block) !== undefined) return;
  const anew = names === undefined ? undefined : toEncodedNames(names.names());
  inTransaction(db, () => {
    if (anew !== undefined) return replaceNameBlocks(db, [block.id], [anew]);
    const aside = db
      .prepare(
        `INSERT INTO damaged_name_block (id, id0, id1, n, crc, found, b)
          SELECT id, id0, id1, n, crc, ?, b FROM name_block WHERE id = ?`,
      )
      .run(nowMicros, block.id);
    db.prepare('DELETE FROM name_block WHERE id = ?').run(block.id);
    if (aside.changes > 0) markNameBlocksChanged(db);
    return aside.changes > 0;
  });
}
