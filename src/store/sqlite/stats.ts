import type { StoreStats } from '../store.ts';
import { diskUsage, quarantinedFiles } from './disk-usage.ts';
import { readEventTables } from './event-tables.ts';
import type { OpenDatabase } from './open-database.ts';
import { fromStored, pragmaNumber, readMeta, toStored } from './schema.ts';

/**
 * The figures of a store. Use within one read transaction. Events are those that were put in less those that expired;
 * the ledger counts them one by one.
 */
export function readStats({ db, path, readOnly, newer }: OpenDatabase): StoreStats {
  const moments: number[] = [];
  for (const { table } of readEventTables(db).values()) {
    const bounds = db
      .prepare(`SELECT (SELECT min(t) FROM ${table}) AS first, (SELECT max(t) FROM ${table}) AS last`)
      .get();
    for (const moment of [bounds?.['first'], bounds?.['last']]) if (typeof moment === 'number') moments.push(moment);
  }
  const { databaseBytes, walBytes, spoolBytes, spoolSegments } = diskUsage(path);
  return {
    path,
    storeId: String(readMeta(db, 'store_id')),
    schemaVersion: pragmaNumber(db, 'user_version'),
    databaseBytes,
    walBytes,
    spoolBytes,
    spoolSegments,
    events: Number(db.prepare('SELECT sum(stored - expired) AS n FROM producer').get()?.['n'] ?? 0),
    oldestMicros: moments.length === 0 ? undefined : fromStored(Math.min(...moments)),
    newestMicros: moments.length === 0 ? undefined : fromStored(Math.max(...moments)),
    rawFromMicros: fromStored(Number(readMeta(db, 'raw_from') ?? toStored(0))),
    quarantinedFiles: quarantinedFiles(path),
    readOnly: readOnly || newer,
  };
}
