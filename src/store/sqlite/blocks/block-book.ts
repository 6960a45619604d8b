import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Chunk } from '../../columns/chunk.ts';
import { type BlockBounds, type BlockColumns, encodeBlock, SealedChunk } from '../../columns/column-codec.ts';
import { noteDamage } from '../file/damage-notes.ts';
import { prepared } from '../file/prepared.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { cachedChunk } from './chunk-cache.ts';

/** A sealed block, as it is listed: without its bytes. */
export type SealedBlock = {
  readonly id: number;
  readonly metricId: number;
  /** Stored time of the first row, and of the last. */
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  /** How many rows each origin has. */
  readonly origins: readonly (readonly [origin: number, rows: number])[];
  /** Its rows; `undefined` when the bytes are not those that were written, or the block is gone. */
  readonly chunk: () => Chunk | undefined;
};

/** A block as it is stored: what `insertBlock` needs of one that was encoded outside of a transaction. */
export type EncodedBlock = {
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  readonly origins: SealedBlock['origins'];
  readonly bytes: Uint8Array;
};

type Listed = {
  readonly id: number;
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  readonly origins: string;
};

/** What is listed of blocks; their bytes are not. */
const LISTED = 'SELECT id, metric, t0, t1, n, origins FROM block';

/**
 * The blocks that have rows between two stored times, in order of time. Reads no bytes of blocks before they are asked
 * for.
 */
export function* readBlocks(
  db: DatabaseSync,
  table: EventTable,
  from: number,
  before: number,
  direction: 'ascending' | 'descending' = 'ascending',
): Generator<SealedBlock> {
  // Blocks of a metric do not overlap, so the only one that begins earlier and reaches in is the last before `from`.
  const rows = prepared(
    db,
    `${LISTED} WHERE metric = ?1 AND t0 < ?3 AND t1 >= ?2 AND t0 >= coalesce(
        (SELECT max(t0) FROM block WHERE metric = ?1 AND t0 <= ?2), ?2)
        ORDER BY t0 ${direction === 'ascending' ? 'ASC' : 'DESC'}`,
  ).all(table.metricId, from, before) as unknown as Listed[];
  const asker = {};
  for (const row of rows) yield toBlock(db, table, row, asker);
}

/** The last block that begins at or before a stored time: if any has that time, it is this one. */
export function blockBefore(db: DatabaseSync, table: EventTable, t: number): SealedBlock | undefined {
  const row = prepared(db, `${LISTED} WHERE metric = ? AND t0 <= ? ORDER BY t0 DESC LIMIT 1`).get(table.metricId, t);
  return row === undefined ? undefined : toBlock(db, table, row as unknown as Listed);
}

/** The first block that begins after a stored time. */
export function blockAfter(db: DatabaseSync, table: EventTable, t: number): SealedBlock | undefined {
  const row = prepared(db, `${LISTED} WHERE metric = ? AND t0 > ? ORDER BY t0 LIMIT 1`).get(table.metricId, t);
  return row === undefined ? undefined : toBlock(db, table, row as unknown as Listed);
}

/** A block by its id, of one of the tables by the numbers of their metrics. */
export function readBlock(
  db: DatabaseSync,
  tables: ReadonlyMap<number, EventTable>,
  id: number,
): SealedBlock | undefined {
  const row = prepared(db, `${LISTED} WHERE id = ?`).get(id);
  const table = tables.get(Number(row?.['metric']));
  return row === undefined || table === undefined ? undefined : toBlock(db, table, row as unknown as Listed);
}

/** @param asker The same for all blocks of one question: see `cachedChunk`. */
function toBlock(
  db: DatabaseSync,
  table: EventTable,
  { id, t0, t1, n, origins }: Listed,
  asker: object = {},
): SealedBlock {
  const bounds = { rows: n, first: t0, last: t1 };
  return {
    id,
    metricId: table.metricId,
    t0,
    t1,
    n,
    origins: JSON.parse(origins) as SealedBlock['origins'],
    chunk: () => cachedChunk(db, id, asker, () => readChunk(db, table, id, bounds)),
  };
}

function readChunk(db: DatabaseSync, table: EventTable, id: number, bounds: BlockBounds): Chunk | undefined {
  const row = prepared(db, 'SELECT crc, b FROM block WHERE id = ?').get(id);
  if (row === undefined) return undefined;
  const bytes = row['b'] as Uint8Array;
  if (crc32(bytes) !== row['crc']) {
    noteDamage(db, 'block', id);
    return undefined;
  }
  return new SealedChunk(bytes, bounds, table.columns);
}

/** Encodes rows; takes half a microsecond a row, so call it outside of transactions. */
export function toEncodedBlock(columns: BlockColumns): EncodedBlock {
  const { times, origins } = columns;
  const rowsOfCode = new Uint32Array(origins.keys.length);
  for (const code of origins.codes) rowsOfCode[code] = (rowsOfCode[code] as number) + 1;
  const rows = new Map<number, number>();
  for (const [code, count] of rowsOfCode.entries()) {
    const origin = Number(origins.keys[code]);
    if (count > 0) rows.set(origin, (rows.get(origin) ?? 0) + count);
  }
  return {
    t0: times[0] ?? 0,
    t1: times.at(-1) ?? 0,
    n: times.length,
    origins: [...rows],
    bytes: encodeBlock(columns),
  };
}

/** Call inside a write transaction, when no other block of the metric has rows between its times. @returns Its id. */
export function insertBlock(db: DatabaseSync, table: EventTable, block: EncodedBlock): number {
  const { t0, t1, n, origins, bytes } = block;
  const { lastInsertRowid } = prepared(
    db,
    'INSERT INTO block (metric, t0, t1, n, origins, crc, b) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(table.metricId, t0, t1, n, JSON.stringify(origins), crc32(bytes), bytes);
  return Number(lastInsertRowid);
}

/** @returns False when another process has replaced it. */
export function removeBlock(db: DatabaseSync, id: number): boolean {
  return prepared(db, 'DELETE FROM block WHERE id = ?').run(id).changes > 0;
}

/** Stored times of the first and the last sealed row of a metric. */
export function blockBounds(
  db: DatabaseSync,
  metricId: number,
): { readonly first: number; readonly last: number } | undefined {
  const row = prepared(
    db,
    `SELECT (SELECT t0 FROM block WHERE metric = ?1 ORDER BY t0 LIMIT 1) AS first,
        (SELECT t1 FROM block WHERE metric = ?1 ORDER BY t0 DESC LIMIT 1) AS last`,
  ).get(metricId);
  return typeof row?.['first'] === 'number' ? { first: row['first'], last: Number(row['last']) } : undefined;
}
