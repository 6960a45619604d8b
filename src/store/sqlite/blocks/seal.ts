import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import type { CodedCells } from '../../columns/chunk.ts';
import type { BlockColumns } from '../../columns/column-codec.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { inTransaction, pragmaNumber, storedHourOf } from '../file/schema.ts';
import { type Row, rowColumns } from '../rows/decode-row.ts';
import { type EventTable, quoted, readEventTables, withAllColumns } from '../rows/event-tables.ts';
import { RowColumns } from '../rows/row-columns.ts';
import {
  blockAfter,
  blockBefore,
  type EncodedBlock,
  insertBlock,
  readBlocks,
  removeBlock,
  type SealedBlock,
  toEncodedBlock,
} from './block-book.ts';
import { columnsOf, merged as inOneOrder, sliced } from './block-columns.ts';
import { BLOCK_ROWS, ENOUGH_ROWS, partsOf, planUnit, type SealUnit } from './seal-plan.ts';

/** Hours that stay in the typed tables at least: most late events come within them. */
export const HOT_HOURS = 2;
/** Rows older than this do not wait for others to fill a block. */
const PATIENT_HOURS = 24;

/** Rows that are read from a typed table at once. */
const ROWS_PER_READ = 1_024;

/** Rows that were read to be sealed, and the block they are sealed with. */
type Reading = {
  readonly table: EventTable;
  /** Of the typed table; never none. */
  readonly hot: BlockColumns;
  /** Of the file: another once another process has written to it. */
  readonly version: number;
  readonly merged: SealedBlock | undefined;
  /** What is sealed. */
  readonly all: BlockColumns;
};

/**
 * Move rows of older hours into blocks. Only rows of hours that have not changed since they were rolled up: whoever
 * inserts or fills a row marks its hour in the same transaction, so what was read without the lock is still true if
 * under the lock the hours are still unmarked. May be killed at any point.
 *
 * @param runningHour The stored hour that is not over yet.
 * @param pause Called between transactions.
 * @returns How many rows.
 */
export async function sealOldRows(db: DatabaseSync, runningHour: number, pause: () => Promise<void>): Promise<number> {
  let sealed = 0;
  for (const metric of readEventTables(db).keys()) {
    for (let from = Number.NEGATIVE_INFINITY; ;) {
      const step = sealNext(db, metric, from, runningHour);
      if (step === undefined) break;
      sealed += step.sealed;
      from = step.goOnAt;
      await pause();
    }
  }
  return sealed;
}

type Step = { readonly sealed: number; readonly goOnAt: number };

/** @returns `undefined` when there is nothing more to seal. */
function sealNext(db: DatabaseSync, metric: string, from: number, runningHour: number): Step | undefined {
  const reading = inReadTransaction(db, () => readUnit(db, metric, from, runningHour));
  if (reading === undefined || 'goOnAt' in reading) return reading;
  const blocks = encoded(reading);
  const isMoved = inTransaction(db, () => swap(db, reading, blocks));
  const { times } = reading.hot;
  return { sealed: isMoved ? times.length : 0, goOnAt: Number(times.at(-1)) + 1 };
}

function readUnit(db: DatabaseSync, metric: string, from: number, runningHour: number): Reading | Step | undefined {
  const table = readEventTables(db).get(metric);
  if (table === undefined) return undefined;
  const sealBefore = (runningHour - HOT_HOURS) * MICROS_PER_HOUR;
  const first = db.prepare(`SELECT min(t) AS t FROM ${table.table} WHERE t >= ? AND t < ?`).get(from, sealBefore)?.[
    't'
  ];
  if (typeof first !== 'number') return undefined;
  const hour = storedHourOf(first);
  const marked = nextMarked(db, table, hour);
  if (marked === hour) return { sealed: 0, goOnAt: (hour + 1) * MICROS_PER_HOUR };
  const before = blockBefore(db, table, first);
  const after = blockAfter(db, table, first);
  const upTo = Math.min(sealBefore, marked * MICROS_PER_HOUR, after?.t0 ?? Number.POSITIVE_INFINITY);
  const isOld = hour < runningHour - PATIENT_HOURS;
  const site = { first, before, after, isOld };
  const waiting = isOld || after !== undefined ? ENOUGH_ROWS : rowsWaiting(db, table, first, upTo);
  if (planUnit({ ...site, waiting }) === undefined) return undefined;
  const hot = readHot(db, table, first, upTo);
  const unit = planUnit({ ...site, waiting: hot.times.length });
  return unit === undefined ? undefined : withMerged(db, table, hot, unit);
}

/** How many rows wait, counted no further than it matters for whether they wait longer. */
function rowsWaiting(db: DatabaseSync, { table }: EventTable, from: number, before: number): number {
  const count = db.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${table} WHERE t >= ? AND t < ? LIMIT ?)`);
  return Number(count.get(from, before, ENOUGH_ROWS)?.['n']);
}

/** The first hour from `hour` on whose rows changed since they were rolled up. */
function nextMarked(db: DatabaseSync, { metricId }: EventTable, hour: number): number {
  const row = db.prepare('SELECT min(hour) AS hour FROM dirty WHERE metric = ? AND hour >= ?').get(metricId, hour);
  return typeof row?.['hour'] === 'number' ? row['hour'] : Number.POSITIVE_INFINITY;
}

/** Rows of the typed table as columns, as many as fill a block. */
function readHot(db: DatabaseSync, table: EventTable, from: number, before: number): BlockColumns {
  const select = db.prepare(
    `SELECT ${rowColumns(table)} FROM ${table.table} WHERE t >= ? AND t < ? ORDER BY t LIMIT ${ROWS_PER_READ}`,
  );
  select.setReturnArrays(true);
  const columns = new RowColumns(table, BLOCK_ROWS);
  for (let next = from, read = 0; read < BLOCK_ROWS;) {
    const rows = select.all(next, before) as unknown as Row[];
    columns.add(rows);
    read += rows.length;
    if (rows.length < ROWS_PER_READ) break;
    next = Number(rows.at(-1)?.[0]) + 1;
  }
  return columns.columns();
}

function withMerged(
  db: DatabaseSync,
  table: EventTable,
  waiting: BlockColumns,
  { merged, rows }: SealUnit<SealedBlock>,
): Reading | Step {
  const hot = sliced(waiting, 0, rows);
  const version = pragmaNumber(db, 'data_version');
  if (merged === undefined) return { table, hot, version, merged, all: hot };
  const chunk = merged.chunk();
  // A block that cannot be read takes nothing in: what falls into its times stays in the typed table.
  if (chunk === undefined) return { sealed: 0, goOnAt: Math.max(merged.t1, Number(hot.times.at(-1))) + 1 };
  return { table, hot, version, merged, all: inOneOrder(columnsOf(chunk, table), hot) };
}

/**
 * Whether rows and the columns of their table are still what was read. Rows change in no other way than by gaining a
 * cell, so if each column of the stretch has as many filled cells as were read, nothing was changed, added or removed.
 */
function areUntouched(db: DatabaseSync, { table, hot }: Reading, first: number, last: number): boolean {
  const { columns } = withAllColumns(db, table);
  if (columns.length !== table.columns.length) return false;
  const counts = ['count(*)', 'count(*)', ...columns.map(({ name }) => `count(${quoted(name)})`)].join(', ');
  const select = db.prepare(`SELECT ${counts} FROM ${table.table} WHERE t >= ? AND t <= ?`);
  select.setReturnArrays(true);
  const there = select.get(first, last) as unknown as readonly number[];
  const cells = [
    hot.times,
    hot.origins,
    ...hot.columns.map((column) => ('numbers' in column ? column.numbers : column)),
  ];
  return there.every((filled, place) => filled === filledCells(cells[place]));
}

/** An import may have put a block between the times of what was read. */
function hasOtherBlocks(db: DatabaseSync, { table, merged, all }: Reading): boolean {
  const [first, last] = [all.times[0] ?? 0, all.times.at(-1) ?? 0];
  for (const block of readBlocks(db, table, first, last + 1)) if (block.id !== merged?.id) return true;
  return false;
}

function filledCells(cells: Float64Array | CodedCells | undefined): number {
  if (cells instanceof Float64Array) return cells.reduce((sum, cell) => sum + (Number.isNaN(cell) ? 0 : 1), 0);
  return cells?.codes.reduce((sum, code) => sum + (cells.keys[code] === null ? 0 : 1), 0) ?? 0;
}

function encoded({ all }: Reading): EncodedBlock[] {
  let at = 0;
  return partsOf(all.times.length).map((length) => toEncodedBlock(sliced(all, at, (at += length))));
}

/** Put blocks in the place of rows, unless any was touched meanwhile. Call inside a write transaction. */
function swap(db: DatabaseSync, reading: Reading, blocks: readonly EncodedBlock[]): boolean {
  const { table, hot, version, merged } = reading;
  const [first, last] = [Number(hot.times[0]), Number(hot.times.at(-1))];
  if (pragmaNumber(db, 'data_version') !== version) {
    if (nextMarked(db, table, storedHourOf(first)) <= storedHourOf(last)) return false;
    // Another process may also have rolled up what it changed, and have sealed or expired rows.
    if (!areUntouched(db, reading, first, last)) return false;
    if (hasOtherBlocks(db, reading)) return false;
  }
  if (merged !== undefined && !removeBlock(db, merged.id)) return false;
  db.prepare(`DELETE FROM ${table.table} WHERE t >= ? AND t <= ?`).run(first, last);
  for (const block of blocks) insertBlock(db, table, block);
  return true;
}
