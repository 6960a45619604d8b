import type { DatabaseSync } from 'node:sqlite';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { RollupChunk } from '../../columns/rollup-chunk.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { prepared } from '../file/prepared.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { dayOf, readDay } from './rollup-book.ts';
import { RollupDraft } from './rollup-draft.ts';
import { addHotRows, addSealedRows } from './rollup-rows.ts';

/**
 * Hours of a metric for which no rollup stands, because they changed since or because it is damaged. They are rolled up
 * on the spot, and nothing is stored. Use within one read transaction.
 */
export class UnrolledHours {
  readonly #db: DatabaseSync;
  readonly #table: EventTable;
  readonly #hours: Set<number>;
  readonly #days: Set<number>;
  #isWithoutRows: ((hour: number) => boolean) | undefined;

  constructor(db: DatabaseSync, table: EventTable, from: number, before: number) {
    this.#db = db;
    this.#table = table;
    const marked = prepared(db, 'SELECT hour FROM dirty WHERE metric = ? AND hour >= ? AND hour < ?').all(
      table.metricId,
      from,
      before,
    );
    this.#hours = new Set(marked.map(({ hour }) => Number(hour)));
    this.#days = new Set([...this.#hours].map(dayOf));
  }

  /** All hours of a day. */
  addDay(day: number): void {
    for (let hour = 0; hour < HOURS_PER_DAY; hour++) this.#hours.add(day * HOURS_PER_DAY + hour);
    this.#days.add(day);
  }

  has(hour: number): boolean {
    return this.#hours.has(hour);
  }

  hasDay(day: number): boolean {
    return this.#days.has(day);
  }

  /** Those with such hours. */
  days(): readonly number[] {
    return [...this.#days];
  }

  /** An hour from its rows; where it lost rows that were rolled up, from those that came since and its rollup. */
  rolledUp(hour: number): RollupChunk[] {
    const day = dayOf(hour);
    const span = { from: hour, before: hour + 1 };
    this.#isWithoutRows ??= hoursWithoutRows(this.#db, this.#table);
    let draft = new RollupDraft(this.#db, this.#table);
    addHotRows(this.#db, this.#table, span, draft);
    if (this.#isWithoutRows(hour) || addSealedRows(this.#db, this.#table, span, draft) !== undefined) {
      draft = new RollupDraft(this.#db, this.#table);
      addHotRows(this.#db, this.#table, span, draft);
      for (const chunk of readDay(this.#db, this.#table, day).parts ?? []) {
        draft.addRollup(chunk, [hour - day * HOURS_PER_DAY]);
      }
    }
    return draft.finish().map((part) => new RollupChunk(part, day));
  }
}
