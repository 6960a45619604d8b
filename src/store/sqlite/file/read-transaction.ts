import type { DatabaseSync } from 'node:sqlite';
import { prepared } from './prepared.ts';

/**
 * Run several reads on one state of the file, whatever other processes write meanwhile. Never across an await: a
 * transaction that stays open keeps the WAL from being reset, and it grows.
 */
export function inReadTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  prepared(db, 'BEGIN').run();
  try {
    return work();
  } finally {
    if (db.isTransaction) prepared(db, 'COMMIT').run();
  }
}
