import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { SealedRows } from '../blocks/sealed-rows.ts';
import { type EventTable, quoted } from '../rows/event-tables.ts';
import type { EventRow } from './row-layout.ts';

type Statements = { readonly read: StatementSync; readonly fill: StatementSync };

/**
 * Adds what a second telling of an event knows more than the first: fields that the stored row lacks. What is stored
 * is never changed, so it does not matter who told first as long as nobody contradicts.
 */
export class RowEnricher {
  readonly #db: DatabaseSync;
  /** By table and number of columns: a table that gains a column gets new statements. */
  readonly #statements = new Map<string, Statements>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Fill a row that is not inserted yet. */
  static fillPending(pending: EventRow, told: EventRow): void {
    for (let i = 2; i < told.length; i++) if ((pending[i] ?? null) === null) pending[i] = told[i] ?? null;
  }

  /**
   * Fill the stored row at a time.
   *
   * @returns Whether it gained anything. Not when another event lies there: the told one was moved by a collision.
   */
  fill(table: EventTable, t: number, told: EventRow): boolean {
    if (table.columns.length === 0) return false;
    const { read, fill } = this.#statementsOf(table);
    const hot = read.get(t) as unknown as readonly SQLOutputValue[] | undefined;
    const sealed = hot === undefined ? new SealedRows(this.#db, table) : undefined;
    const stored = hot ?? sealed?.rowAt(t)?.slice(2);
    if (stored === undefined) return false;
    let isRicher = false;
    for (const [i, { kind }] of table.columns.entries()) {
      const [has, gets] = [stored[i] ?? null, told[i + 2] ?? null];
      if (has === null && gets !== null) isRicher = true;
      else if ((kind === 'id' || kind === 'name') && gets !== null && has !== gets) return false;
    }
    if (!isRicher) return false;
    if (sealed?.unsealAt(t) === false) return false;
    fill.run(...table.columns.map((_, i) => told[i + 2] ?? null), t);
    return true;
  }

  #statementsOf(table: EventTable): Statements {
    const key = `${table.table} ${table.columns.length}`;
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    const columns = table.columns.map(({ name }) => quoted(name));
    const read = this.#db.prepare(`SELECT ${columns.join(', ')} FROM ${table.table} WHERE t = ?`);
    read.setReturnArrays(true);
    const filled = columns.map((column) => `${column} = COALESCE(${column}, ?)`).join(', ');
    const made = { read, fill: this.#db.prepare(`UPDATE ${table.table} SET ${filled} WHERE t = ?`) };
    this.#statements.set(key, made);
    return made;
  }
}
