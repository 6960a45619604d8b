import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventId, identityHash } from '../../model/identity-hash.ts';
import type { SpooledEvent } from '../spool/decode-event.ts';
import type { EventTable } from './event-tables.ts';
import { readMeta, toStored } from './schema.ts';

/** What derived events were derived from, so that each of them is stored once however often it is told. */
export class IdentityBook {
  readonly #db: DatabaseSync;
  readonly #storeId: string;
  readonly #add: StatementSync;
  /** By table: whether there is a row at a moment. */
  readonly #rowAt = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#storeId = String(readMeta(db, 'store_id'));
    this.#add = db.prepare('INSERT OR IGNORE INTO identity (h, t) VALUES (?, ?)');
  }

  /**
   * Whether an event was stored before; remembers it when not. An event that comes back from an export of this very
   * store carries the identity that its row has by where it lies, whichever source it names.
   *
   * @param table Where events of its metric lie; `undefined` when there is none yet.
   */
  isKnown({ identity, atMicros, metric }: SpooledEvent, table: EventTable | undefined): boolean {
    if (identity === undefined) return false;
    const t = toStored(atMicros);
    // The row is looked for first: the hash costs more, and matters only where a row lies.
    if (table !== undefined && this.#hasRowAt(table, t)) {
      if (identity === identityHash(eventId(this.#storeId, metric.name, atMicros))) return true;
    }
    // One statement asks and remembers: a look before it would cost as much again.
    return Number(this.#add.run(identity, t).changes) === 0;
  }

  #hasRowAt({ table }: EventTable, t: number): boolean {
    let statement = this.#rowAt.get(table);
    if (statement === undefined) {
      statement = this.#db.prepare(`SELECT 1 FROM ${table} WHERE t = ?`);
      this.#rowAt.set(table, statement);
    }
    return statement.get(t) !== undefined;
  }
}
