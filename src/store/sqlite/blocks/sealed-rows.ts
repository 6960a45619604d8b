import type { DatabaseSync } from 'node:sqlite';
import type { Chunk } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import { storedHourOf } from '../file/schema.ts';
import { type Row, rowColumns } from '../rows/decode-row.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { rowOf, rowsOf } from '../rows/row-columns.ts';
import { blockAfter, blockBefore, removeBlock } from './block-book.ts';
import { hoursWithoutRows } from './damaged-spans.ts';

/** Where a stored time may lie among the blocks of a metric: until `before`, the answer is this block or none. */
type Place = {
  readonly from: number;
  readonly before: number;
  readonly block: { readonly id: number; readonly t1: number; readonly chunk: Chunk } | undefined;
};

/**
 * Sealed rows as writers need them: one by one, by their time. For one batch of rows within a write transaction, asked
 * about times that mostly ascend; keeps one block decoded.
 *
 * A block that cannot be read counts as having no rows.
 */
export class SealedRows {
  readonly #db: DatabaseSync;
  readonly #table: EventTable;
  #place: Place | undefined;

  constructor(db: DatabaseSync, table: EventTable) {
    this.#db = db;
    this.#table = table;
  }

  hasTime(t: number): boolean {
    return this.#indexOf(t) !== undefined;
  }

  /** @returns `undefined` when no sealed row has that time. */
  rowAt(t: number): Row | undefined {
    const index = this.#indexOf(t);
    const chunk = this.#place?.block?.chunk;
    return index === undefined || chunk === undefined ? undefined : rowOf(chunk, this.#table, index);
  }

  /**
   * Bring the block that has a row at a time back into the typed table, where rows can be changed. The next upkeep
   * seals them again.
   *
   * @returns False when they must stay sealed: beside a damaged block, rows of the typed table are added to what the
   *   rollups have counted.
   */
  unsealAt(t: number): boolean {
    if (!this.hasTime(t) || this.#place?.block === undefined) return true;
    const { id, chunk } = this.#place.block;
    const isWithoutRows = hoursWithoutRows(this.#db, this.#table);
    if ([chunk.first, chunk.last].some((at) => isWithoutRows(storedHourOf(at)))) return false;
    const cells = this.#table.columns.map(() => ', ?').join('');
    const insert = this.#db.prepare(
      `INSERT INTO ${this.#table.table} (${rowColumns(this.#table)}) VALUES (?, ?${cells})`,
    );
    for (const row of rowsOf(chunk, this.#table)) insert.run(...row);
    removeBlock(this.#db, id);
    this.#place = undefined;
    return true;
  }

  #indexOf(t: number): number | undefined {
    if (this.#place === undefined || t < this.#place.from || t >= this.#place.before) this.#place = this.#placeOf(t);
    const { block } = this.#place;
    if (block === undefined || t > block.t1) return undefined;
    const times = block.chunk.times();
    const index = lowerBound(times, t);
    return times[index] === t ? index : undefined;
  }

  #placeOf(t: number): Place {
    const before = blockAfter(this.#db, this.#table, t)?.t0 ?? Number.POSITIVE_INFINITY;
    const found = blockBefore(this.#db, this.#table, t);
    if (found === undefined) return { from: Number.NEGATIVE_INFINITY, before, block: undefined };
    // One that ends earlier need not be read: from its end to the next block nothing is sealed.
    if (found.t1 < t) return { from: found.t1 + 1, before, block: undefined };
    const chunk = found.chunk();
    return { from: found.t0, before, block: chunk === undefined ? undefined : { id: found.id, t1: found.t1, chunk } };
  }
}
