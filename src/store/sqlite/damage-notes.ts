import type { DatabaseSync } from 'node:sqlite';

/** Numbers of what questions found damaged, by connection: the next upkeep looks at it again and sets it aside. */
class DamageNotes {
  readonly #byConnection = new WeakMap<DatabaseSync, Set<number>>();

  add(db: DatabaseSync, id: number): void {
    let found = this.#byConnection.get(db);
    if (found === undefined) this.#byConnection.set(db, (found = new Set()));
    found.add(id);
  }

  /** What was noted since the last time. */
  take(db: DatabaseSync): readonly number[] {
    const found = [...(this.#byConnection.get(db) ?? [])];
    this.#byConnection.delete(db);
    return found;
  }
}

/** Sealed blocks whose bytes are not those that were written. */
export const damagedBlockNotes = new DamageNotes();
/** Rollups of which the same is true. */
export const damagedRollupNotes = new DamageNotes();
