import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { MICROS_PER_HOUR } from '../../model/range.ts';
import type { DamagedSpan } from '../store.ts';
import { removeBlock, type SealedBlock } from './block-book.ts';
import { countedRows, letCountedRowsGo } from './counted-rows.ts';
import { takeDamageNotes } from './damage-notes.ts';
import { byMetricId, type EventTable, readEventTables } from './event-tables.ts';
import { prepared } from './prepared.ts';
import { countDropped } from './remove-rows.ts';
import { fromStored, inTransaction, readMeta } from './schema.ts';

/**
 * Set a block aside whose bytes are not those that were written. Its rows are counted to their producers as dropped,
 * and its hours become such as have only their rollups: see `hoursWithoutRows`.
 *
 * @returns False when the block is gone or whole after all.
 */
export function quarantineBlock(db: DatabaseSync, table: EventTable, id: number, nowMicros: number): boolean {
  return inTransaction(db, () => setAside(db, table, id, nowMicros));
}

/** The same inside a write transaction. */
export function setAside(db: DatabaseSync, table: EventTable, id: number, nowMicros: number): boolean {
  const row = db.prepare('SELECT t0, t1, n, origins, crc, b FROM block WHERE id = ?').get(id);
  if (row === undefined || isWhole(row)) return false;
  const hours = { first: hourOf(Number(row['t0'])), last: hourOf(Number(row['t1'])) };
  const isWithoutRows = hoursWithoutRows(db, table);
  const counted = countedRows(db, table, { id, n: Number(row['n']) }, hours);
  db.prepare(
    `INSERT INTO damaged_block (id, metric, t0, t1, n, origins, crc, found, b)
        SELECT id, metric, t0, t1, n, origins, crc, ?, b FROM block WHERE id = ?`,
  ).run(nowMicros, id);
  removeBlock(db, id);
  countDropped(db, originsOf(row['origins']), 'block_damaged');
  letCountedRowsGo(db, table, hours, isWithoutRows, counted);
  return true;
}

/** Set aside what questions and writers on this connection found damaged. */
export function quarantineNoted(db: DatabaseSync, nowMicros: number): void {
  for (const id of takeDamageNotes(db, 'block')) {
    const metric = db.prepare('SELECT metric FROM block WHERE id = ?').get(id)?.['metric'];
    const table = byMetricId(readEventTables(db).values()).get(Number(metric));
    if (table !== undefined) quarantineBlock(db, table, id, nowMicros);
  }
}

/** Whether the bytes `b` of a row are those that were written, by its `crc`. */
export const isWhole = (row: Readonly<Record<string, unknown>>): boolean =>
  row['b'] instanceof Uint8Array && crc32(row['b']) === row['crc'];

const hourOf = (t: number): number => Math.floor(t / MICROS_PER_HOUR);

function originsOf(text: unknown): SealedBlock['origins'] {
  try {
    return JSON.parse(String(text)) as SealedBlock['origins'];
  } catch {
    // Nobody knows whose they were: the ledger shows them as missing.
    return [];
  }
}

/**
 * Tells of an hour of a metric whether events that are in its rollup have lost their rows: they have expired, or were in
 * a block that is damaged. Such a rollup is never made anew from rows. Rows that come late into such an hour lie in the
 * typed table until they are added to the rollup, and expire then: so all that lies there is not counted yet. Rows of
 * the hour in other blocks stay, and are counted.
 */
export function hoursWithoutRows(db: DatabaseSync, { metricId }: EventTable): (hour: number) => boolean {
  const rawFrom = hourOf(Number(readMeta(db, 'raw_from') ?? 0));
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_block WHERE metric = ?')
    .all(metricId)
    .map(({ t0, t1 }) => ({ first: hourOf(Number(t0)), last: hourOf(Number(t1)) }));
  return (hour) => hour < rawFrom || spans.some(({ first, last }) => hour >= first && hour <= last);
}

/** Tells of a stored time whether rows of a metric about that time were damaged, so that nobody can say what was there. */
export function isAmongDamaged(db: DatabaseSync, { metricId }: EventTable): (t: number) => boolean {
  const spans = prepared(db, 'SELECT t0, t1 FROM damaged_block WHERE metric = ?').all(metricId);
  return (t) => spans.some(({ t0, t1 }) => t >= Number(t0) && t <= Number(t1));
}

/** What is known of blocks or rollups that were set aside, oldest first. */
export function spansSetAside(db: DatabaseSync, aside: 'damaged_block' | 'damaged_rollup'): DamagedSpan[] {
  return db
    .prepare(`SELECT name, t0, t1, n, found FROM ${aside} JOIN metric ON metric.id = ${aside}.metric ORDER BY t0, name`)
    .all()
    .map((row) => ({
      metric: String(row['name']),
      fromMicros: fromStored(Number(row['t0'])),
      toMicros: fromStored(Number(row['t1'])),
      events: Number(row['n']),
      foundMicros: Number(row['found']),
    }));
}

/** Bytes of blocks that are read before others get their turn. */
const BYTES_PER_STEP = 8 * 1024 * 1024;

/**
 * Read every block and compare its checksum. Damaged ones are set aside where the store can be written.
 *
 * @param onProgress Gets the part done, 0 to 1.
 * @returns Blocks and events looked at, and damaged ones that could not be set aside.
 */
export async function verifyBlocks(
  db: DatabaseSync,
  nowMicros: number | undefined,
  pause: () => Promise<void>,
  onProgress: (part: number) => void,
): Promise<{ readonly blocks: number; readonly events: number; readonly left: readonly DamagedSpan[] }> {
  const tables = byMetricId(readEventTables(db).values());
  const ids = db.prepare('SELECT id FROM block ORDER BY id').all();
  const read = db.prepare('SELECT id, metric, t0, t1, n, crc, b FROM block WHERE id = ?');
  const left: DamagedSpan[] = [];
  let [blocks, events, bytes] = [0, 0, 0];
  for (const [at, { id }] of ids.entries()) {
    const row = read.get(Number(id));
    const table = tables.get(Number(row?.['metric']));
    // Replaced by another since the list was made.
    if (row === undefined || table === undefined) continue;
    blocks += 1;
    events += Number(row['n']);
    if (!isWhole(row)) {
      if (nowMicros !== undefined) quarantineBlock(db, table, Number(id), nowMicros);
      else left.push(spanOf(row, table));
    }
    bytes += (row['b'] as Uint8Array).length;
    if (bytes > BYTES_PER_STEP) {
      bytes = 0;
      onProgress(at / ids.length);
      await pause();
    }
  }
  onProgress(1);
  return { blocks, events, left };
}

const spanOf = (row: Readonly<Record<string, unknown>>, { metric }: EventTable): DamagedSpan => ({
  metric,
  fromMicros: fromStored(Number(row['t0'])),
  toMicros: fromStored(Number(row['t1'])),
  events: Number(row['n']),
});
