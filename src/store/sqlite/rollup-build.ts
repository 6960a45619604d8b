import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import { cellAt } from '../columns/cell-at.ts';
import { lowerBound } from '../columns/lower-bound.ts';
import { readBlocks } from './block-book.ts';
import { hoursWithoutRows, setAside } from './damaged-blocks.ts';
import { type Column, type EventTable, quoted, readEventTables } from './event-tables.ts';
import { expireRows } from './expire-rows.ts';
import { layoutOf, RollupBlock } from './rollup-block.ts';
import { MAX_GROUPS, RollupDraft } from './rollup-draft.ts';
import { columnCells } from './row-columns.ts';
import { inTransaction, readMeta } from './schema.ts';

export const HOURS_PER_DAY = 24;
/** The UTC day of a stored hour: both count from the same midnight. */
export const dayOf = (hour: number): number => Math.floor(hour / HOURS_PER_DAY);

/** The first stored hour whose raw rows are kept; all before have expired. */
export function rawFromHour(db: DatabaseSync): number {
  return Math.floor(Number(readMeta(db, 'raw_from') ?? 0) / MICROS_PER_HOUR);
}

/** Hours of metrics that changed since they were rolled up, of those before `beforeHour`, by metric and day. */
export function dirtyDays(
  db: DatabaseSync,
  beforeHour: number,
): { readonly metric: string; readonly hours: readonly number[] }[] {
  const dirty = db.prepare('SELECT hour FROM dirty WHERE metric = ? AND hour < ? ORDER BY hour');
  return [...readEventTables(db).values()].flatMap(({ metric, metricId }) => {
    const hours = dirty.all(metricId, beforeHour).map((row) => Number(row['hour']));
    return [...Map.groupBy(hours, dayOf).values()].map((ofDay) => ({ metric, hours: ofDay }));
  });
}

/**
 * Roll up changed hours of one day, and the day, in one transaction with the removal of their marks. Rolling up again
 * gives the same blocks, so it may be killed at any point.
 *
 * @returns How many late rows expired by it.
 */
export function rollUpDay(db: DatabaseSync, metric: string, hours: readonly number[], nowMicros: number): number {
  return inTransaction(db, () => {
    // Another process may have widened the table, rolled up or expired rows since the marks were read.
    const table = readEventTables(db).get(metric);
    if (table === undefined) return 0;
    const isDirty = db.prepare('SELECT 1 FROM dirty WHERE metric = ? AND hour = ?');
    return rollUpHours(
      db,
      table,
      hours.filter((hour) => isDirty.get(table.metricId, hour) !== undefined),
      nowMicros,
    );
  });
}

/**
 * Roll up changed hours, and their days. Call inside a write transaction.
 *
 * @param nowMicros When a damaged block is met, it was found now.
 * @param maxGroups Infinity when the rows are about to go: then every group must be in the block.
 * @returns How many late rows expired by it.
 */
export function rollUpHours(
  db: DatabaseSync,
  table: EventTable,
  hours: readonly number[],
  nowMicros: number,
  maxGroups = MAX_GROUPS,
): number {
  let isWithoutRows = hoursWithoutRows(db, table);
  let expired = 0;
  for (const hour of hours) {
    while (!isWithoutRows(hour)) {
      const damaged = rollUpHour(db, table, hour, maxGroups);
      if (damaged === undefined) break;
      // Its rows cannot be counted again, so the hour keeps what was counted.
      if (!setAside(db, table, damaged, nowMicros)) break;
      isWithoutRows = hoursWithoutRows(db, table);
    }
    if (isWithoutRows(hour)) expired += rollUpLateRows(db, table, hour);
  }
  for (const day of new Set(hours.map(dayOf))) rebuildDay(db, table, day);
  return expired;
}

/**
 * Count one hour anew from its raw rows, all of which must still be there, and remove its mark.
 *
 * @returns The block that kept it from doing so, because it cannot be read.
 */
function rollUpHour(db: DatabaseSync, table: EventTable, hour: number, maxGroups: number): number | undefined {
  let damaged: number | undefined;
  const draft = draftOfRows(db, table, hour, (id) => (damaged = id));
  if (draft !== undefined) saveHour(db, table, hour, draft, maxGroups);
  return damaged;
}

/** An hour that lost rows keeps its block: rows that came in late are counted into it, and expire too. */
function rollUpLateRows(db: DatabaseSync, table: EventTable, hour: number): number {
  const draft = draftOfHotRows(db, table, hour);
  const block = readHour(db, table, hour);
  if (block !== undefined) draft.addBlock(block);
  saveHour(db, table, hour, draft, Number.POSITIVE_INFINITY);
  return expireRows(db, table, hour);
}

function saveHour(db: DatabaseSync, table: EventTable, hour: number, draft: RollupDraft, maxGroups: number): void {
  db.prepare('DELETE FROM dirty WHERE metric = ? AND hour = ?').run(table.metricId, hour);
  if (draft.events === 0) {
    db.prepare('DELETE FROM rollup_hour WHERE metric = ? AND hour = ?').run(table.metricId, hour);
    return;
  }
  db.prepare(
    `INSERT INTO rollup_hour (metric, hour, n, b) VALUES (?, ?, ?, ?)
     ON CONFLICT (metric, hour) DO UPDATE SET n = excluded.n, b = excluded.b`,
  ).run(table.metricId, hour, draft.events, draft.encode(maxGroups));
}

/** The block of a day from the blocks of its hours. Its use stands and falls with theirs: see rollup-fold.ts. */
function rebuildDay(db: DatabaseSync, table: EventTable, day: number): void {
  const draft = new RollupDraft(table);
  const hours = db.prepare('SELECT b FROM rollup_hour WHERE metric = ? AND hour >= ? AND hour < ?');
  const from = day * HOURS_PER_DAY;
  for (const row of hours.iterate(table.metricId, from, from + HOURS_PER_DAY)) {
    draft.addBlock(new RollupBlock(row['b'] as Uint8Array, table));
  }
  if (draft.events === 0) {
    db.prepare('DELETE FROM rollup_day WHERE metric = ? AND day = ?').run(table.metricId, day);
    return;
  }
  db.prepare(
    `INSERT INTO rollup_day (metric, day, n, b) VALUES (?, ?, ?, ?)
     ON CONFLICT (metric, day) DO UPDATE SET n = excluded.n, b = excluded.b`,
  ).run(table.metricId, day, draft.events, draft.encode(MAX_GROUPS));
}

export function readHour(db: DatabaseSync, table: EventTable, hour: number): RollupBlock | undefined {
  const row = db.prepare('SELECT b FROM rollup_hour WHERE metric = ? AND hour = ?').get(table.metricId, hour);
  return row === undefined ? undefined : new RollupBlock(row['b'] as Uint8Array, table);
}

/**
 * The raw rows of an hour, summed up: those of the typed table and the sealed ones.
 *
 * @param onDamaged Told of a block that cannot be read.
 * @returns `undefined` when rows cannot be read: the sum would be too small.
 */
export function draftOfRows(
  db: DatabaseSync,
  table: EventTable,
  hour: number,
  onDamaged: (blockId: number) => void = () => undefined,
): RollupDraft | undefined {
  const draft = draftOfHotRows(db, table, hour);
  const columns = columnsOf(table);
  const [from, before] = [hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR];
  for (const block of readBlocks(db, table, from, before)) {
    const chunk = block.chunk();
    if (chunk === undefined) {
      onDamaged(block.id);
      return undefined;
    }
    const times = chunk.times();
    const cells = columns.map((column) => columnCells(chunk, column));
    for (let row = lowerBound(times, from); row < times.length && (times[row] ?? before) < before; row++) {
      // Dimensions and numbers have no lists of names, so there is no text.
      draft.addRow(cells.map((column) => cellAt(column, row) as number | null));
    }
  }
  return draft;
}

const columnsOf = (table: EventTable): Column[] => {
  const { dimensions, numbers } = layoutOf(table);
  return [...dimensions, ...numbers];
};

/** The rows of an hour that lie in the typed table, summed up. */
export function draftOfHotRows(db: DatabaseSync, table: EventTable, hour: number): RollupDraft {
  const columns = columnsOf(table).map(({ name }) => quoted(name));
  const rows = db.prepare(
    `SELECT ${columns.length === 0 ? 'NULL' : columns.join(', ')} FROM ${table.table} WHERE t >= ? AND t < ?`,
  );
  rows.setReturnArrays(true);
  const draft = new RollupDraft(table);
  for (const row of rows.iterate(hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR)) {
    draft.addRow(row as unknown as (number | null)[]);
  }
  return draft;
}
