import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { SealedRows } from '../blocks/sealed-rows.ts';
import { type EventTable, quoted } from '../rows/event-tables.ts';
import type { EventRow } from './row-layout.ts';

/**
 * How far from its time a copy is looked for. Rows are moved by a microsecond for each event of their metric that fell
 * on the same one, so only a burst of more than this at one moment could hide a copy.
 */
const MAX_MOVED = 1_000;

/** Tells copies of rows that a table has from rows that it lacks. For one batch of rows, in ascending order of time. */
export class PresentRows {
  /** The last rows taken in, by how far behind `#runFrom` they lie: all that rows to come may still meet. */
  #run: (EventRow | undefined)[] = [];
  #runFrom = -Infinity;
  /** By time of rows: the first free time behind them, as far as it is known. Keeps crowded moments from being walked anew. */
  readonly #freeFrom = new Map<number, number>();
  /** `undefined` when the table has no row where the batch lies: the usual case, and then nothing is looked up. */
  readonly #valuesAt: StatementSync | undefined;
  readonly #sealed: SealedRows;

  /** @param from Stored times between which the batch lies, moved rows included. */
  constructor(db: DatabaseSync, table: EventTable, from: number, to: number) {
    this.#sealed = new SealedRows(db, table);
    const any = db.prepare(`SELECT 1 FROM ${table.table} WHERE t BETWEEN ? AND ? LIMIT 1`).get(from, to);
    if (any === undefined) return;
    const columns = ['t', 'o', ...table.columns.map((column) => quoted(column.name))].join(', ');
    this.#valuesAt = db.prepare(`SELECT ${columns} FROM ${table.table} WHERE t = ?`);
    this.#valuesAt.setReturnArrays(true);
  }

  /**
   * Take a row in, at its time or the next free one.
   *
   * @returns False when it is there already.
   */
  add(row: EventRow): boolean {
    const moment = row[0];
    if (moment >= this.#runFrom + this.#run.length) {
      this.#run = [];
      this.#runFrom = moment;
    }
    let t = moment;
    for (; t < moment + MAX_MOVED; t += 1) {
      const there = this.#at(t);
      if (there === undefined) break;
      if (areEqual(there, row)) return false;
    }
    if (t > moment) {
      t = Math.max(t, this.#freeFrom.get(moment) ?? t);
      while (this.#at(t) !== undefined) t += 1;
      this.#freeFrom.set(moment, t + 1);
    }
    row[0] = t;
    while (this.#run.length < t - this.#runFrom) this.#run.push(undefined);
    this.#run[t - this.#runFrom] = row;
    return true;
  }

  #at(t: number): readonly (SQLInputValue | SQLOutputValue)[] | undefined {
    return this.#run[t - this.#runFrom] ?? this.#stored(t) ?? this.#sealed.rowAt(t);
  }

  #stored(t: number): readonly SQLOutputValue[] | undefined {
    return this.#valuesAt?.get(t) as readonly SQLOutputValue[] | undefined;
  }
}

/** By what follows time and origin. A row from before a column was added has fewer values; what it lacks is absent. */
function areEqual(a: readonly (SQLInputValue | undefined)[], b: readonly (SQLInputValue | undefined)[]): boolean {
  for (let i = 2; i < Math.max(a.length, b.length); i++) if ((a[i] ?? null) !== (b[i] ?? null)) return false;
  return true;
}
