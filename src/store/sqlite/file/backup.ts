import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../model/errors.ts';
import { APPLICATION_ID, inTransaction, pragmaNumber, SCHEMA_VERSION } from './schema.ts';
import { isBusy } from './store-errors.ts';

/** Pages copied before other work gets its turn: 4 MB. */
const PAGES_PER_STEP = 1_000;

/**
 * Copy a store while others write to it. The copy appears under its name when it is whole and checked, readable by
 * its owner only; a file that had that name is gone then.
 *
 * The copy is of one moment: it is read within one transaction, which also keeps SQLite from starting over each time
 * another process commits.
 *
 * @throws StoreError `STORE_FAILED` when the name is the store's own.
 */
export async function backUp(fromPath: string, toPath: string, onProgress: (part: number) => void): Promise<void> {
  refuseSame(fromPath, toPath);
  const unborn = `${toPath}.${randomBytes(4).toString('hex')}.new`;
  closeSync(openSync(unborn, 'wx', 0o600));
  const source = new DatabaseSync(fromPath, { readOnly: true, timeout: 5_000 });
  try {
    if (pragmaNumber(source, 'application_id') !== APPLICATION_ID) {
      throw new StoreError('STORE_FOREIGN', `The file at ${fromPath} is not a metrics store`);
    }
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM meta').get();
    await backup(source, unborn, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) =>
        onProgress(totalPages === 0 ? 1 : (totalPages - remainingPages) / totalPages),
    });
    verify(unborn);
    renameSync(unborn, toPath);
  } finally {
    source.close();
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unborn + suffix, { force: true });
  }
  onProgress(1);
}

function refuseSame(fromPath: string, toPath: string): void {
  const [from, to] = [fromPath, toPath].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (from === undefined || from.ino !== to?.ino || from.dev !== to.dev) return;
  throw new StoreError('STORE_FAILED', `A backup to ${toPath} would be written over the store itself`, {
    hint: 'Name another file.',
  });
}

/**
 * Check that a copy is whole, and that this version can use it.
 *
 * @throws StoreError
 */
function verify(path: string): void {
  const db = new DatabaseSync(path, { timeout: 5_000, defensive: true });
  try {
    if (pragmaNumber(db, 'user_version') > SCHEMA_VERSION) {
      throw new StoreError('STORE_NEWER', `The store at ${path} was written by a newer version`);
    }
    const [first] = db.prepare('PRAGMA integrity_check(1)').all();
    if (first?.['integrity_check'] !== 'ok') {
      throw new StoreError('STORE_CORRUPT', `The store at ${path} is damaged: ${String(first?.['integrity_check'])}`);
    }
    // The copy has its source's WAL mode; one file is easier to carry than three.
    db.exec('PRAGMA journal_mode = DELETE');
  } finally {
    db.close();
  }
}

/**
 * Put a backup in the place of a store. The backup itself stays as it is; what was there is kept beside it.
 *
 * Nobody may drain meanwhile: that is made sure with the old store's write lock. Processes that have it open must
 * open it anew. What was spooled and not drained goes into the restored store.
 *
 * @param storePath The database file of the store; may be missing.
 * @param waitMillis How long to wait for a drainer to end.
 * @returns The new name of the store that was there; `undefined` when there was none.
 * @throws StoreError `STORE_BUSY` when somebody is draining; what `verify` finds wrong with the backup.
 */
export async function restoreBackup(
  backupPath: string,
  storePath: string,
  nowMicros: number,
  waitMillis = 5_000,
): Promise<string | undefined> {
  if (!existsSync(backupPath)) throw new StoreError('STORE_MISSING', `There is no backup at ${backupPath}`);
  const unborn = `${storePath}.${randomBytes(4).toString('hex')}.new`;
  try {
    // Through SQLite, not as bytes: a backup that somebody opened may have a WAL of its own.
    await backUp(backupPath, unborn, () => undefined);
    if (!existsSync(storePath)) {
      renameSync(unborn, storePath);
      return undefined;
    }
    return swapIn(unborn, storePath, `${storePath}.before-restore-${Math.floor(nowMicros / 1_000)}`, waitMillis);
  } finally {
    rmSync(unborn, { force: true });
  }
}

function swapIn(newPath: string, storePath: string, asidePath: string, waitMillis: number): string {
  const old = new DatabaseSync(storePath, { timeout: waitMillis });
  try {
    // Makes the WAL empty, so that the file alone is the whole store.
    const checkpoint = old.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (checkpoint?.['busy'] !== 0) throw inUse(storePath);
    inTransaction(old, () => {
      for (const suffix of ['-wal', '-shm']) {
        if (existsSync(storePath + suffix)) renameSync(storePath + suffix, asidePath + suffix);
      }
      renameSync(storePath, asidePath);
      renameSync(newPath, storePath);
    });
  } catch (cause) {
    throw isBusy(cause) ? inUse(storePath) : cause;
  } finally {
    old.close();
  }
  return asidePath;
}

const inUse = (path: string): StoreError =>
  new StoreError('STORE_BUSY', `Another process uses the store at ${path}`, {
    hint: 'Stop what reads or records there, and try again.',
  });
