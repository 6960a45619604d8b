import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What derived events were derived from, so that each of them is stored once however often it is told. */
export class IdentityBook {
  readonly #add: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT OR IGNORE INTO identity (h, t) VALUES (?, ?)');
  }

  /**
   * Whether an event was stored before; remembers it when not.
   *
   * @param t Its stored time: identities go with their events.
   */
  isKnown(identity: bigint, t: number): boolean {
    // One statement asks and remembers: a look before it would cost as much again.
    return Number(this.#add.run(identity, t).changes) === 0;
  }
}
