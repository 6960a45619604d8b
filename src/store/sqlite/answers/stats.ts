import type { StoreStats } from '../../store.ts';
import { spansSetAside } from '../blocks/damaged-spans.ts';
import { diskUsage, quarantinedFiles } from '../file/disk-usage.ts';
import { fromStored, pragmaNumber, readMeta, toStored } from '../file/schema.ts';
import { unreadableNames } from '../names/damaged-names.ts';
import type { OpenDatabase } from '../open/open-database.ts';
import { readEventTables } from '../rows/event-tables.ts';

const STORED_EVENTS = `SELECT sum(stored - expired - coalesce(dropped ->> '$.block_damaged', 0)
  - coalesce(dropped ->> '$.forgotten', 0)) AS n FROM producer`;

/**
 * The figures of a store. Use within one read transaction. Events are those that were put in less those that expired,
 * were damaged or were forgotten; the ledger counts them one by one.
 */
export function readStats({ db, path, readOnly, newer }: OpenDatabase): StoreStats {
  const moments: number[] = [];
  for (const { table } of readEventTables(db).values()) {
    const bounds = db
      .prepare(`SELECT (SELECT min(t) FROM ${table}) AS first, (SELECT max(t) FROM ${table}) AS last`)
      .get();
    for (const moment of [bounds?.['first'], bounds?.['last']]) if (typeof moment === 'number') moments.push(moment);
  }
  const sealed = db
    .prepare('SELECT count(*) AS blocks, coalesce(sum(n), 0) AS events, min(t0) AS first, max(t1) AS last FROM block')
    .get();
  for (const moment of [sealed?.['first'], sealed?.['last']]) if (typeof moment === 'number') moments.push(moment);
  const { databaseBytes, walBytes, spoolBytes, spoolSegments } = diskUsage(path);
  return {
    path,
    storeId: String(readMeta(db, 'store_id')),
    schemaVersion: pragmaNumber(db, 'user_version'),
    databaseBytes,
    walBytes,
    spoolBytes,
    spoolSegments,
    events: Number(db.prepare(STORED_EVENTS).get()?.['n'] ?? 0),
    sealedEvents: Number(sealed?.['events']),
    sealedBlocks: Number(sealed?.['blocks']),
    oldestMicros: moments.length === 0 ? undefined : fromStored(Math.min(...moments)),
    newestMicros: moments.length === 0 ? undefined : fromStored(Math.max(...moments)),
    rawFromMicros: fromStored(Number(readMeta(db, 'raw_from') ?? toStored(0))),
    quarantinedFiles: quarantinedFiles(path),
    damaged: spansSetAside(db, 'damaged_block'),
    damagedRollups: spansSetAside(db, 'damaged_rollup'),
    unreadableNames: unreadableNames(db),
    readOnly: readOnly || newer,
  };
}
