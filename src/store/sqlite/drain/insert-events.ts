import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { SealedRows } from '../blocks/sealed-rows.ts';
import { storedHourOf } from '../file/schema.ts';
import { type EventTable, quoted } from '../rows/event-tables.ts';
import { PresentRows } from './present-rows.ts';
import type { EventRow } from './row-layout.ts';

/** Rows in one INSERT: measured fastest between 32 and 128 (one row a call costs 1.4 times as much). */
const ROWS_PER_STATEMENT = 64;

/**
 * Inserts rows of event tables. The key of a row is its time, so a row that meets another at the same microsecond is
 * moved to the next free one.
 */
export class EventInserter {
  readonly #db: DatabaseSync;
  /** By table and number of columns: a table that gains a column gets new statements. */
  readonly #statements = new Map<string, StatementSync>();

  /** By table: the last unbroken run of taken times that this connection wrote. */
  readonly #runs = new Map<string, { readonly from: number; readonly to: number }>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Insert rows and mark their hours as changed. Call inside a write transaction.
   *
   * @param rows In any order; their times are changed in place where they collide.
   */
  insert(table: EventTable, rows: EventRow[]): void {
    if (rows.length === 0) return;
    rows.sort((a, b) => a[0] - b[0]);
    this.#makeUnique(table, rows);
    this.#write(table, rows);
  }

  /** Rows with times that are free. */
  #write(table: EventTable, rows: readonly EventRow[]): void {
    if (rows.length === 0) return;
    const whole = rows.length - (rows.length % ROWS_PER_STATEMENT);
    for (let i = 0; i < whole; i += ROWS_PER_STATEMENT) {
      const cells: SQLInputValue[] = [];
      for (const row of rows.slice(i, i + ROWS_PER_STATEMENT)) for (const cell of row) cells.push(cell);
      this.#statement(table, ROWS_PER_STATEMENT).run(...cells);
    }
    const single = this.#statement(table, 1);
    for (const row of rows.slice(whole)) single.run(...row);
    this.#markHours(table, rows);
  }

  #statement(table: EventTable, rowCount: number): StatementSync {
    const key = `${table.table} ${table.columns.length} ${rowCount}`;
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    const columns = ['t', 'o', ...table.columns.map((column) => quoted(column.name))];
    const row = `(${columns.map(() => '?').join(',')})`;
    const values = Array.from({ length: rowCount }, () => row).join(',');
    const made = this.#db.prepare(`INSERT INTO ${table.table} (${columns.join(',')}) VALUES ${values}`);
    this.#statements.set(key, made);
    return made;
  }

  /**
   * `rows` is sorted. Only the stretches of the table that they overlap are read: nothing, for events that come in
   * order. A burst of several events a microsecond runs ahead of its own times without a gap; such a run is leapt over.
   */
  #makeUnique(table: EventTable, rows: readonly EventRow[]): void {
    const run = this.#runs.get(table.table) ?? { from: Infinity, to: -Infinity };
    const free = (t: number): number => (t >= run.from && t <= run.to ? run.to + 1 : t);
    const taken = new TakenTimes(this.#db, table);
    let previous = -Infinity;
    let from = Infinity;
    for (const row of rows) {
      let t = free(row[0] > previous ? row[0] : previous + 1);
      while (taken.has(t)) t += 1;
      if (t !== previous + 1) from = t === run.to + 1 ? run.from : t;
      row[0] = t;
      previous = t;
    }
    taken.done();
    this.#runs.set(table.table, { from, to: previous });
  }

  /**
   * Insert rows that were exported from a store, this one or another, unless they are there already: a row at the same
   * time, or next to it, that holds the same values is the same event. No identity is kept for them; their time and
   * their values are one.
   *
   * @returns How many were there already.
   */
  insertCopies(table: EventTable, rows: EventRow[]): number {
    rows.sort((a, b) => a[0] - b[0]);
    const present = new PresentRows(this.#db, table, rows[0]?.[0] ?? 0, (rows.at(-1)?.[0] ?? 0) + rows.length);
    const fresh = rows.filter((row) => present.add(row));
    this.#write(table, fresh);
    return rows.length - fresh.length;
  }

  /** After a rollback: the runs found inside it are void. */
  forget(): void {
    this.#runs.clear();
  }

  /** The hour of a stored time has changed, and its rollup is to be made anew. */
  markDirty(table: EventTable, t: number): void {
    const mark = this.#db.prepare('INSERT OR IGNORE INTO dirty (metric, hour) VALUES (?, ?)');
    mark.run(table.metricId, storedHourOf(t));
  }

  #markHours(table: EventTable, rows: readonly EventRow[]): void {
    let marked = NaN;
    for (const [t] of rows) {
      const hour = storedHourOf(t);
      if (hour !== marked) this.markDirty(table, t);
      marked = hour;
    }
  }
}

/** Rows walked over before the next is looked up instead: late events of several days lie far apart. */
const MAX_STEPS = 64;

/** The times of a table's rows, sealed ones too, asked for in ascending order. */
class TakenTimes {
  readonly #from: StatementSync;
  readonly #sealed: SealedRows;
  #times: NodeJS.Iterator<Record<string, SQLOutputValue>> | undefined;
  /** The first taken time that was not passed yet. */
  #next = -Infinity;

  constructor(db: DatabaseSync, table: EventTable) {
    this.#from = db.prepare(`SELECT t FROM ${table.table} WHERE t >= ? ORDER BY t`);
    this.#sealed = new SealedRows(db, table);
  }

  has(t: number): boolean {
    for (let steps = 0; this.#next < t; steps++) {
      if (this.#times === undefined || steps === MAX_STEPS) {
        this.#times?.return?.();
        this.#times = this.#from.iterate(t);
      }
      const { value, done } = this.#times.next();
      this.#next = done === true ? Infinity : Number(value['t']);
    }
    return this.#next === t || this.#sealed.hasTime(t);
  }

  done(): void {
    this.#times?.return?.();
  }
}
