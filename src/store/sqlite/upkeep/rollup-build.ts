import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { HOURS_OF_DAY, HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { inReadTransaction } from '../file/read-transaction.ts';
import { inTransaction, pragmaNumber, readMeta } from '../file/schema.ts';
import { dayOf, type EncodedRollup, readDay, replaceDay, toEncodedRollups } from '../rollups/rollup-book.ts';
import { RollupDraft } from '../rollups/rollup-draft.ts';
import { addHotRows, addSealedRows, spansOfHours } from '../rollups/rollup-rows.ts';
import { type EventTable, quoted, readEventTables } from '../rows/event-tables.ts';
import { expireRows } from '../rows/remove-rows.ts';
import { quarantineBlock } from './damaged-blocks.ts';
import { quarantineRollups } from './damaged-rollups.ts';

/** Rows of typed tables that are rolled up at once: to look under the lock whether they changed takes some 5 ms. */
const ROWS_AT_ONCE = 16_384;
/** So often a day is tried anew when others write to it meanwhile; the next upkeep goes on. */
const ATTEMPTS = 3;

/** Hours of one metric and UTC day that changed since they were rolled up. */
export type DirtyDay = { readonly metric: string; readonly day: number; readonly hours: readonly number[] };

/** What changed between two hours, by metric and day. */
export function dirtyDays(db: DatabaseSync, fromHour: number, beforeHour: number): DirtyDay[] {
  return [...readEventTables(db).values()].flatMap((table) =>
    [...Map.groupBy(dirtyHours(db, table, fromHour, beforeHour), dayOf)].map(([day, hours]) => ({
      metric: table.metric,
      day,
      hours,
    })),
  );
}

function dirtyHours(db: DatabaseSync, { metricId }: EventTable, fromHour: number, beforeHour: number): number[] {
  const marks = db.prepare('SELECT hour FROM dirty WHERE metric = ? AND hour >= ? AND hour < ? ORDER BY hour');
  return marks.all(metricId, fromHour, beforeHour).map(({ hour }) => Number(hour));
}

/**
 * Roll up the changed hours of a day. Rows are read and counted without the lock; under it, when another process has
 * written meanwhile, it is looked whether these hours are still as they were. May be killed at any point: the day's
 * rollup is replaced in one transaction with the removal of the marks.
 *
 * @param nowMicros When damage is met, it was found now.
 * @param pause Called between transactions.
 * @param manner Insisting, what others keep touching is rolled up under the lock in the end.
 * @returns How many late rows expired by it.
 */
export async function rollUpDay(
  db: DatabaseSync,
  { metric, hours }: DirtyDay,
  nowMicros: number,
  pause: () => Promise<void>,
  manner: 'patient' | 'insisting' = 'patient',
): Promise<number> {
  const before = (hours.at(-1) ?? 0) + 1;
  let expired = 0;
  let from = hours[0] ?? 0;
  for (let attempts = 1; attempts <= ATTEMPTS;) {
    const outcome =
      manner === 'insisting' && attempts === ATTEMPTS
        ? inTransaction(db, () => rollUpHours(db, metric, from, before, (work) => work()))
        : rollUpHours(db, metric, from, before, (work) => inReadTransaction(db, work));
    if (outcome === undefined) break;
    if ('damaged' in outcome) quarantine(db, outcome, nowMicros);
    if ('late' in outcome) {
      expired += outcome.late;
      from = outcome.goOnAt;
    } else attempts += 1;
    await pause();
  }
  return expired;
}

/** What came of some hours: how many late rows expired; damage that is in the way; or others wrote to them meanwhile. */
type Outcome = { readonly late: number; readonly goOnAt: number } | Damage | { readonly disturbed: true };

/** @returns `undefined` when none is left. */
function rollUpHours(
  db: DatabaseSync,
  metric: string,
  from: number,
  before: number,
  reading: (work: () => Reading | Damage | undefined) => Reading | Damage | undefined,
): Outcome | undefined {
  const read = reading(() => readHours(db, metric, from, before));
  if (read === undefined || 'damaged' in read) return read;
  const rollups = toEncodedRollups(read.draft.finish(), read.table);
  const late = db.isTransaction ? swap(db, read, rollups) : inTransaction(db, () => swap(db, read, rollups));
  return late === undefined ? { disturbed: true } : { late, goOnAt: (read.hours.at(-1) ?? from) + 1 };
}

/** Some changed hours of a day, read to be rolled up. */
type Reading = {
  readonly table: EventTable;
  readonly day: number;
  readonly hours: readonly number[];
  /** Those that lost rows: what lies in the typed table of them is added to their rollup, and expires then. */
  readonly late: readonly number[];
  readonly draft: RollupDraft;
  /** Of the file: another once another process has written to it. */
  readonly version: number;
  readonly state: string;
};

type Damage = { readonly damaged: 'block' | 'rollup'; readonly table: EventTable; readonly id: number };

/** @returns `undefined` when none is left. */
function readHours(
  db: DatabaseSync,
  metric: string,
  fromHour: number,
  beforeHour: number,
): Reading | Damage | undefined {
  const table = readEventTables(db).get(metric);
  const marked = table === undefined ? [] : dirtyHours(db, table, fromHour, beforeHour);
  if (table === undefined || marked[0] === undefined) return undefined;
  const version = pragmaNumber(db, 'data_version');
  const day = dayOf(marked[0]);
  const hours = firstHours(db, table, marked);
  const rolled = readDay(db, table, day);
  if (rolled.parts === undefined) return { damaged: 'rollup', table, id: day };
  const isWithoutRows = hoursWithoutRows(db, table);
  const anew = hours.filter((hour) => !isWithoutRows(hour));
  const draft = new RollupDraft(db, table);
  for (const span of spansOfHours(anew)) {
    const damaged = addSealedRows(db, table, span, draft);
    // Its rows cannot be counted again, so its hours keep what was counted.
    if (damaged !== undefined) return { damaged: 'block', table, id: damaged };
  }
  for (const span of spansOfHours(hours)) addHotRows(db, table, span, draft);
  const kept = HOURS_OF_DAY.filter((hour) => !anew.includes(day * HOURS_PER_DAY + hour));
  for (const chunk of rolled.parts) draft.addRollup(chunk, kept);
  const late = hours.filter(isWithoutRows);
  return { table, day, hours, late, draft, version, state: stateOf(db, table, day, hours) };
}

/** Of changed hours, the first whose rows are not too many for once; one at least. */
function firstHours(db: DatabaseSync, { table }: EventTable, hours: readonly number[]): readonly number[] {
  const count = db.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${table} WHERE t >= ? AND t < ? LIMIT ?)`);
  let rows = 0;
  for (const [index, hour] of hours.entries()) {
    rows += Number(count.get(hour * MICROS_PER_HOUR, (hour + 1) * MICROS_PER_HOUR, ROWS_AT_ONCE)?.['n']);
    if (rows > ROWS_AT_ONCE && index > 0) return hours.slice(0, index);
  }
  return hours;
}

/**
 * All that the rollup of these hours was made of, as text. Rows change in no other way than by gaining a cell, and
 * blocks and rollups not at all, so what has the same text is the same.
 */
function stateOf(db: DatabaseSync, table: EventTable, day: number, hours: readonly number[]): string {
  const { metricId, metric } = table;
  const columns = readEventTables(db).get(metric)?.columns ?? [];
  const [from, before] = [(hours[0] ?? 0) * MICROS_PER_HOUR, ((hours.at(-1) ?? 0) + 1) * MICROS_PER_HOUR];
  const numbersIn = (sql: string, ...parameters: number[]): unknown[] =>
    db
      .prepare(sql)
      .all(...parameters)
      .map((row) => Object.values(row));
  const filled = ['count(*)', ...columns.map(({ name }) => `count(${quoted(name)})`)].join(', ');
  return JSON.stringify([
    readMeta(db, 'raw_from'),
    dirtyHours(db, table, day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY).filter((hour) => hours.includes(hour)),
    numbersIn('SELECT id FROM rollup WHERE metric = ? AND day = ? ORDER BY id', metricId, day),
    numbersIn('SELECT id FROM damaged_block WHERE metric = ? ORDER BY id', metricId),
    numbersIn('SELECT id FROM block WHERE metric = ? AND t0 < ? AND t1 >= ? ORDER BY id', metricId, before, from),
    ...spansOfHours(hours).map((span) =>
      numbersIn(
        `SELECT ${filled} FROM ${table.table} WHERE t >= ? AND t < ?`,
        span.from * MICROS_PER_HOUR,
        span.before * MICROS_PER_HOUR,
      ),
    ),
  ]);
}

/** @returns How many late rows expired; `undefined` when something was touched meanwhile. Call inside a write transaction. */
function swap(db: DatabaseSync, reading: Reading, rollups: readonly EncodedRollup[]): number | undefined {
  const { table, day, hours, late, version, state } = reading;
  if (pragmaNumber(db, 'data_version') !== version && stateOf(db, table, day, hours) !== state) return undefined;
  replaceDay(db, table, day, rollups);
  const unmark = db.prepare('DELETE FROM dirty WHERE metric = ? AND hour = ?');
  for (const hour of hours) unmark.run(table.metricId, hour);
  return late.reduce((sum, hour) => sum + expireRows(db, table, hour), 0);
}

function quarantine(db: DatabaseSync, { damaged, table, id }: Damage, nowMicros: number): void {
  if (damaged === 'block') quarantineBlock(db, table, id, nowMicros);
  else quarantineRollups(db, table, id, nowMicros);
}
