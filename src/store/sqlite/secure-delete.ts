import type { DatabaseSync } from 'node:sqlite';
import { pragmaNumber } from './schema.ts';

/** What SQLite says of `FAST`: freed bytes are overwritten in pages that stay, and not in such as become free. */
const FAST = 2;

/** Do work that overwrites all that it frees, pages too, and is over when it returns. */
export function overwriting<Result>(db: DatabaseSync, work: () => Result): Result {
  const before = pragmaNumber(db, 'secure_delete');
  db.exec('PRAGMA secure_delete = ON');
  try {
    return work();
  } finally {
    db.exec(`PRAGMA secure_delete = ${before === FAST ? 'FAST' : before}`);
  }
}
