import type { DatabaseSync } from 'node:sqlite';
import { pragmaNumber } from './schema.ts';

/** What SQLite says of `FAST`: freed bytes are overwritten in pages that stay, and not in such as become free. */
const FAST = 2;

/** Overwrite all that is freed from now on, pages too. @returns What makes it as it was. */
function overwriteFreed(db: DatabaseSync): () => void {
  const before = pragmaNumber(db, 'secure_delete');
  db.exec('PRAGMA secure_delete = ON');
  return () => db.exec(`PRAGMA secure_delete = ${before === FAST ? 'FAST' : before}`);
}

/** Do work that overwrites all that it frees, pages too, and is over when it returns. */
export function overwriting<Result>(db: DatabaseSync, work: () => Result): Result {
  const asBefore = overwriteFreed(db);
  try {
    return work();
  } finally {
    asBefore();
  }
}

/** The same for work in several steps. */
export async function overwritingAll<Result>(db: DatabaseSync, work: () => Promise<Result>): Promise<Result> {
  const asBefore = overwriteFreed(db);
  try {
    return await work();
  } finally {
    asBefore();
  }
}
