import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../../model/errors.ts';
import { makeContextFolder } from '../../own-folder.ts';
import { SCHEMA_VERSION, pragmaNumber } from '../file/schema.ts';
import { resultCode } from '../file/store-errors.ts';
import {
  clearLeftovers,
  createDatabase,
  databasePath,
  type Found,
  identify,
  inodeOf,
  setAside,
  setAsideForeignLog,
} from './database-file.ts';
import { migrate, standInForMissing } from './migrate.ts';
import { isSound } from './soundness.ts';

/** How long a write waits for another process's write lock. Callers of record() never wait here. */
const BUSY_MILLIS = 5_000;
/** Tries to switch a brand-new or changed file over before giving up; each try waits for the lock itself. */
const OPEN_TRIES = 6;

export type OpenDatabase = {
  readonly db: DatabaseSync;
  readonly path: string;
  /** The file that was opened, to tell it from one that took its place. */
  readonly inode: number | undefined;
  /** The file or its folder cannot be written. */
  readonly readOnly: boolean;
  /** Written by a newer version: read what is known, change nothing. */
  readonly newer: boolean;
};

/** False when the file was deleted, moved or replaced since: what is written to it is lost, what is read of it is old. */
export function isInPlace({ path, inode }: Pick<OpenDatabase, 'path' | 'inode'>): boolean {
  return inodeOf(path) === inode;
}

/** Triggers and views run on open or on write; ours has none, so one that has was planted. */
const hasPlantedCode = (db: DatabaseSync): boolean =>
  Number(db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE type IN ('trigger', 'view')`).get()?.['n']) > 0;

/** What draining writes to and every question reads. */
const FORM: Readonly<Record<string, string>> = {
  meta: 'key, value',
  dict: 'id, s',
  metric: 'id, name, fields',
  producer: 'id, uid, pid, host, started, recorded, seq, stored, expired, dropped',
  segment: 'name, producer, drained, state',
  origin: 'id, producer, source, inferred, cluster',
  identity: 'h, t',
  dirty: 'metric, hour',
};

/**
 * The declarations of tables are text in the file, of which a flipped bit makes others.
 *
 * @throws StoreError `STORE_CORRUPT`
 */
function checkForm(db: DatabaseSync): void {
  try {
    for (const [table, columns] of Object.entries(FORM)) db.prepare(`SELECT ${columns} FROM ${table} LIMIT 0`);
  } catch (cause) {
    if (resultCode(cause) !== SQLITE.error) throw cause;
    throw new StoreError('STORE_CORRUPT', 'A table of the store has lost its form', { cause });
  }
}

function connect(path: string, nowMicros: number): OpenDatabase {
  const inode = inodeOf(path);
  const url = pathToFileURL(path);
  // Never made here: SQLite would give it the modes of the umask.
  url.searchParams.set('mode', 'rw');
  const db = new DatabaseSync(url, { timeout: BUSY_MILLIS, defensive: true });
  try {
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    const newer = pragmaNumber(db, 'user_version') > SCHEMA_VERSION;
    // A newer version may have made them itself; nothing is written there, so that nothing of it runs.
    if (!newer && hasPlantedCode(db)) {
      throw new StoreError('STORE_FOREIGN', 'The store has triggers or views of another origin');
    }
    if (!newer) migrate(db, nowMicros);
    db.prepare('SELECT count(*) FROM meta').get();
    if (!newer) checkForm(db);
    // A restored backup is not in WAL mode.
    if (!newer && db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') {
      db.exec('PRAGMA journal_mode = WAL');
    }
    // Checkpoints belong to drain and upkeep: see drain.ts. A reader's cache of 8 MB holds a day of rollups. No mapping
    // of the file into memory: when someone cuts it short, as `cp` over it does, the signal would end the host.
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 4194304;
      PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA secure_delete = FAST`);
    return { db, path, inode, readOnly: false, newer };
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const SQLITE = { error: 1, busy: 5, readOnly: 8, corrupt: 11, cannotOpen: 14, notADatabase: 26 } as const;

function mustSetAside(cause: unknown): boolean {
  if (cause instanceof StoreError) return cause.code === 'STORE_FOREIGN' || cause.code === 'STORE_CORRUPT';
  return resultCode(cause) === SQLITE.corrupt || resultCode(cause) === SQLITE.notADatabase;
}

function isUnwritable(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return true;
  return resultCode(cause) === SQLITE.readOnly || resultCode(cause) === SQLITE.cannotOpen;
}

/**
 * Open a store that cannot be written. A file in WAL mode cannot even be read the normal way from a read-only folder,
 * so it is opened as one that nobody changes; what still lies in its WAL is not seen.
 */
export function openReadOnly(path: string): OpenDatabase {
  if (identify(path) !== 'ours') {
    throw new StoreError('STORE_MISSING', `There is no metrics store at ${path}`);
  }
  const inode = inodeOf(path);
  const url = pathToFileURL(path);
  const open = (): DatabaseSync => {
    const db = new DatabaseSync(url, { readOnly: true, timeout: BUSY_MILLIS, defensive: true });
    try {
      db.prepare('SELECT count(*) FROM meta').get();
      standInForMissing(db);
      return db;
    } catch (cause) {
      db.close();
      throw cause;
    }
  };
  let db: DatabaseSync;
  try {
    db = open();
  } catch (cause) {
    if (!isUnwritable(cause)) throw cause;
    url.searchParams.set('immutable', '1');
    db = open();
  }
  return { db, path, inode, readOnly: true, newer: pragmaNumber(db, 'user_version') > SCHEMA_VERSION };
}

/**
 * Open the store of a context folder for reading and draining, making it when it is missing.
 *
 * What cannot be used (damaged, a link, with planted code) is set aside under another name and a new store is made:
 * opening never fails because of a damaged file. The database of a Python Amicus is left alone; ours then lies
 * beside it.
 *
 * @throws StoreError `STORE_READ_ONLY` when there is no store and none can be made; `STORE_FOREIGN` when the folder is
 *   a link that leads elsewhere; `STORE_BUSY`.
 */
export function openDatabase(directory: string, nowMicros: number): OpenDatabase {
  makeFolder(directory);
  for (let attempt = 1; ; attempt++) {
    const path = databasePath(directory);
    const inode = inodeOf(path);
    let found: Found = 'ours';
    try {
      clearLeftovers(path);
      found = identify(path);
      if (found === 'damaged' || found === 'other_database') setAside(path, inode, nowMicros);
      if (found !== 'ours') createDatabase(path, nowMicros);
      setAsideForeignLog(path, nowMicros);
      return connect(path, nowMicros);
    } catch (cause) {
      if (attempt >= OPEN_TRIES) throw cause;
      if (found === 'ours' && mustSetAside(cause)) setAside(path, inode, nowMicros);
      else if (isUnwritable(cause) && identify(path) !== 'missing') return openReadOnly(path);
      else if (isUnwritable(cause) && attempt > 1) throw cannotMake(path, cause);
      else if (!isPassing(cause)) throw cause;
    }
  }
}

/** Another process makes, moves or replaces the file just now: the next try finds it in another state. */
function isPassing(cause: unknown): boolean {
  return (
    (cause as NodeJS.ErrnoException).code === 'ENOENT' ||
    resultCode(cause) === SQLITE.busy ||
    mustSetAside(cause) ||
    isUnwritable(cause)
  );
}

/** A folder that cannot be made may still hold a store that can be read. */
function makeFolder(directory: string): void {
  try {
    makeContextFolder(directory);
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    if (!isUnwritable(cause)) throw cause;
    throw cannotMake(directory, cause);
  }
}

function cannotMake(path: string, cause: unknown): StoreError {
  return new StoreError('STORE_READ_ONLY', `No metrics store can be made at ${path}: the folder cannot be written`, {
    hint: 'Make the folder writable, or name another one with --dir.',
    cause,
  });
}

/**
 * Set a store aside in which damage was met, after looking again: another process may have done so already. What comes
 * next opens a new one.
 */
export function setAsideDamaged(open: OpenDatabase, nowMicros: number): void {
  if (open.readOnly || !isInPlace(open)) return;
  if (isSound(open.path)) return;
  setAside(open.path, open.inode, nowMicros);
}
