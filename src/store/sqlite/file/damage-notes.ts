import type { DatabaseSync } from 'node:sqlite';

/** Tables of blocks that can be damaged. */
type Blocks = 'block' | 'name_block' | 'rollup';

/** Numbers of blocks that were found damaged, by connection: the next upkeep looks at them again and sets them aside. */
const notes: Readonly<Record<Blocks, WeakMap<DatabaseSync, Set<number>>>> = {
  block: new WeakMap(),
  name_block: new WeakMap(),
  rollup: new WeakMap(),
};

export function noteDamage(db: DatabaseSync, blocks: Blocks, id: number): void {
  let found = notes[blocks].get(db);
  if (found === undefined) notes[blocks].set(db, (found = new Set()));
  found.add(id);
}

/** What was noted since it was last taken. */
export const notedDamage = (db: DatabaseSync, blocks: Blocks): readonly number[] => [...(notes[blocks].get(db) ?? [])];

/** The same, which is then noted no more. */
export function takeDamageNotes(db: DatabaseSync, blocks: Blocks): readonly number[] {
  const found = notedDamage(db, blocks);
  notes[blocks].delete(db);
  return found;
}
