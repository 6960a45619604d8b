import type { DatabaseSync } from 'node:sqlite';
import { isDimension } from '../../../model/field.ts';
import type { Key } from '../../columns/chunk.ts';
import { readBlocks, type SealedBlock } from '../blocks/block-book.ts';
import { atOnce, type InTurn } from '../file/in-turn.ts';
import { inTransaction, readMeta, writeMeta } from '../file/schema.ts';
import { isBusy } from '../file/store-errors.ts';
import { forgetDamagedNames } from '../names/damaged-names.ts';
import { type NameRemoval, planRemoval, removeNames } from '../names/remove-names.ts';
import { rollupChunk } from '../rollups/rollup-book.ts';
import { isCoded } from '../rows/cells.ts';
import { type EventTable, quoted, readEventTables } from '../rows/event-tables.ts';

/** Expired events that make a sweep worth its while: it reads every table, some 0.1 s for 100,000 events. */
const MANY_EXPIRED = 10_000;
/** Of a large store, this part of its events must have expired. A sweep reads all of it, so it costs each a fixed sum. */
const PART_EXPIRED = 0.02;

/** Which events have expired since names were last swept away: counted in `meta`, over any number of upkeeps. */
const EXPIRED_KEY = 'expired_since_sweep';

/**
 * Remove names that no event and no rollup holds any more: ids of tasks and sessions whose events have expired. Their
 * numbers are never given again, so whoever still knows one cannot take it for another name.
 *
 * @param expired Events that have just expired.
 * @param needed The space is needed now, or the names are to be gone.
 * @param pause Called between blocks.
 * @param inTurn Takes the lock in the end.
 */
export async function sweepNames(
  db: DatabaseSync,
  expired: number,
  needed: boolean,
  pause: () => Promise<void>,
  inTurn: InTurn = atOnce,
): Promise<void> {
  const waiting = Number(readMeta(db, EXPIRED_KEY) ?? 0) + expired;
  if (waiting === 0 && !needed) return;
  const stored = db.prepare('SELECT sum(stored - expired) AS n FROM producer').get()?.['n'];
  if (!needed && waiting < Math.max(MANY_EXPIRED, Number(stored) * PART_EXPIRED)) {
    inTransaction(db, () => writeMeta(db, EXPIRED_KEY, waiting));
    return;
  }
  const sweep: Sweep = { sealed: new NamesOfBlocks(db), removal: undefined };
  await sweep.sealed.readAll(pause);
  for (let attempt = 1; attempt <= QUIET_ATTEMPTS; attempt++) {
    if (sweepOnce(db, sweep, 'BEGIN')) return;
    await pause();
  }
  await inTurn(() => sweepOnce(db, sweep, 'BEGIN IMMEDIATE'));
}

/** So often it is tried to find the names without the lock; it cannot be had behind that when somebody wrote meanwhile. */
const QUIET_ATTEMPTS = 3;

/** What one attempt finds that the next can use. */
type Sweep = { readonly sealed: NamesOfBlocks; removal: NameRemoval | undefined };

/** @returns False when others wrote meanwhile; never when the lock was taken first. */
function sweepOnce(db: DatabaseSync, sweep: Sweep, begin: 'BEGIN' | 'BEGIN IMMEDIATE'): boolean {
  db.exec(begin);
  try {
    const kept = sweep.sealed.all();
    // Undefined when a block of rows cannot be read. What it holds nobody knows, so it is set aside first.
    if (kept !== undefined) {
      for (const table of readEventTables(db).values()) addNamesOfRows(db, table, kept);
      sweep.removal = planRemoval(db, (id) => !kept.has(id), sweep.removal);
      // The first statement that writes to the file: from here on the lock is held.
      removeNames(db, sweep.removal);
      forgetDamagedNames(db, kept);
      writeMeta(db, EXPIRED_KEY, 0);
    }
    db.exec('COMMIT');
    return true;
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK');
    if (begin === 'BEGIN' && isBusy(cause)) return false;
    throw cause;
  }
}

type ListedRollup = { readonly id: number; readonly day: number };

/** The names that sealed rows and rollups hold. Neither ever changes, so most are read before the lock is taken. */
class NamesOfBlocks {
  readonly #db: DatabaseSync;
  readonly #read = new Set<number>();
  readonly #readRollups = new Set<number>();
  readonly #names = new Set<number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async readAll(pause: () => Promise<void>): Promise<void> {
    for (const table of readEventTables(this.#db).values()) {
      for (const block of readBlocks(this.#db, table, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
        this.#readBlock(block, table);
        await pause();
      }
      for (const rollup of this.#rollupsOf(table)) {
        this.#readRollup(rollup, table);
        await pause();
      }
    }
  }

  /**
   * The names, those of blocks that came meanwhile too. Call inside a transaction.
   *
   * @returns `undefined` when a block cannot be read.
   */
  all(): Set<number> | undefined {
    for (const table of readEventTables(this.#db).values()) {
      for (const block of readBlocks(this.#db, table, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
        if (!this.#read.has(block.id) && !this.#readBlock(block, table)) return undefined;
      }
      for (const rollup of this.#rollupsOf(table)) {
        if (!this.#readRollups.has(rollup.id) && !this.#readRollup(rollup, table)) return undefined;
      }
    }
    return new Set(this.#names);
  }

  #readBlock(block: SealedBlock, table: EventTable): boolean {
    const chunk = block.chunk();
    if (chunk === undefined) return false;
    for (const column of table.columns) {
      if (isCoded(column)) for (const key of chunk.coded(column.name).keys) this.#keep(key);
      else if (column.kind === 'names') for (const key of chunk.coded(column.name).keys) this.#keepList(key);
    }
    this.#read.add(block.id);
    return true;
  }

  #rollupsOf({ metricId }: EventTable): ListedRollup[] {
    const rows = this.#db.prepare('SELECT id, day FROM rollup WHERE metric = ? ORDER BY id').all(metricId);
    return rows as unknown as ListedRollup[];
  }

  #readRollup({ id, day }: ListedRollup, table: EventTable): boolean {
    const chunk = rollupChunk(this.#db, table, id, day);
    if (chunk === undefined) return false;
    for (const column of table.columns.filter(isDimension)) {
      if (isCoded(column)) for (const key of chunk.coded(column.name).keys) this.#keep(key);
    }
    this.#readRollups.add(id);
    return true;
  }

  #keepList(key: Key): void {
    if (typeof key === 'string') for (const id of JSON.parse(key) as number[]) this.#keep(id);
  }

  #keep(key: Key): void {
    if (typeof key === 'number') this.#names.add(key);
  }
}

function addNamesOfRows(db: DatabaseSync, { table, columns }: EventTable, kept: Set<number>): void {
  const add = (select: string): void => {
    for (const { id } of db.prepare(select).iterate()) kept.add(Number(id));
  };
  for (const column of columns) {
    const cell = quoted(column.name);
    if (isCoded(column)) add(`SELECT DISTINCT ${cell} AS id FROM ${table} WHERE ${cell} IS NOT NULL`);
    else if (column.kind === 'names') add(`SELECT DISTINCT value AS id FROM ${table}, json_each(${cell})`);
  }
}
