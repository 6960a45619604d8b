import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What derived events were derived from, so that each of them is stored once however often it is told. */
export class IdentityBook {
  readonly #add: StatementSync;
  readonly #find: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT OR IGNORE INTO identity (h, t) VALUES (?, ?)');
    this.#find = db.prepare('SELECT t FROM identity WHERE h = ?');
  }

  /**
   * Remember an event that is told.
   *
   * @param t Its stored time: identities go with their events.
   * @returns The stored time at which it was told before; `undefined` when it is new.
   */
  toldBefore(identity: bigint, t: number): number | undefined {
    // One statement asks and remembers: a look before it would cost as much again.
    if (Number(this.#add.run(identity, t).changes) > 0) return undefined;
    return Number(this.#find.get(identity)?.['t']);
  }
}
