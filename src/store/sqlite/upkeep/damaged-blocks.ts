import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { DamagedSpan } from '../../store.ts';
import { removeBlock, type SealedBlock } from '../blocks/block-book.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { takeDamageNotes } from '../file/damage-notes.ts';
import { fromStored, inTransaction, storedHourOf } from '../file/schema.ts';
import { byMetricId, type EventTable, readEventTables } from '../rows/event-tables.ts';
import { countDropped } from '../rows/remove-rows.ts';
import { countedRows, letCountedRowsGo } from './counted-rows.ts';

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
function setAside(db: DatabaseSync, table: EventTable, id: number, nowMicros: number): boolean {
  const row = db.prepare('SELECT t0, t1, n, origins, crc, b FROM block WHERE id = ?').get(id);
  if (row === undefined || isWhole(row)) return false;
  const hours = { first: storedHourOf(Number(row['t0'])), last: storedHourOf(Number(row['t1'])) };
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

function originsOf(text: unknown): SealedBlock['origins'] {
  try {
    return JSON.parse(String(text)) as SealedBlock['origins'];
  } catch {
    // Nobody knows whose they were: the ledger shows them as missing.
    return [];
  }
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
