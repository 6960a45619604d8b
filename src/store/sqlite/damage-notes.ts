import type { DatabaseSync } from 'node:sqlite';

/** Numbers of blocks that questions found damaged, by connection: the next upkeep looks at them again and sets them aside. */
const notes = new WeakMap<DatabaseSync, Set<number>>();

export function noteDamage(db: DatabaseSync, blockId: number): void {
  let found = notes.get(db);
  if (found === undefined) notes.set(db, (found = new Set()));
  found.add(blockId);
}

/** What was noted since it was last taken. */
export const notedDamage = (db: DatabaseSync): readonly number[] => [...(notes.get(db) ?? [])];

/** What was noted since the last time. */
export function takeDamageNotes(db: DatabaseSync): readonly number[] {
  const found = [...(notes.get(db) ?? [])];
  notes.delete(db);
  return found;
}
