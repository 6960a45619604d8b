import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, linkSync, lstatSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../model/errors.ts';
import { APPLICATION_ID, migrate, pragmaNumber, SCHEMA_VERSION } from './schema.ts';

/** The file of the store in a context folder. */
export const DATABASE_NAME = 'metrics.db';
/** Where the store lives when a Python Amicus already keeps its own `metrics.db` there. */
export const BESIDE_NAME = 'amicus-metrics.db';

/** How long a write waits for another process's write lock. Callers of record() never wait here. */
const BUSY_MILLIS = 5_000;
/** Tries to switch a brand-new or changed file over before giving up; each try waits for the lock itself. */
const OPEN_TRIES = 4;

export type OpenDatabase = {
  readonly db: DatabaseSync;
  readonly path: string;
  /** The file or its folder cannot be written. */
  readonly readOnly: boolean;
  /** Written by a newer version: read what is known, change nothing. */
  readonly newer: boolean;
};

type Found = 'missing' | 'ours' | 'other_database' | 'damaged';

/** What lies at a path, from its first 100 bytes: https://sqlite.org/fileformat2.html#the_database_header */
function identify(path: string): Found {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return 'missing';
  // A link or a second name would let a repository point our writes at some other file.
  if (!info.isFile() || info.nlink > 1) return 'damaged';
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, header, 0, 100, 0) < 100) return 'damaged';
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'damaged';
  return header.readUInt32BE(68) === APPLICATION_ID ? 'ours' : 'other_database';
}

/** Where the store of a folder is, or would be made. */
export function databasePath(directory: string): string {
  const path = join(directory, DATABASE_NAME);
  return identify(path) === 'other_database' ? join(directory, BESIDE_NAME) : path;
}

/** Make the store under another name and give it its own only when it is whole, so that nobody ever sees half of one. */
function createAt(path: string, nowMicros: number): void {
  const unborn = `${path}.${randomBytes(4).toString('hex')}.new`;
  closeSync(openSync(unborn, 'wx', 0o600));
  try {
    const db = new DatabaseSync(unborn, { timeout: BUSY_MILLIS });
    migrate(db, nowMicros);
    db.close();
    linkSync(unborn, path);
  } catch (cause) {
    // Another process was first: its file is as good as ours.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(unborn + suffix, { force: true });
  }
}

/**
 * Rename a file that cannot be used, with what belongs to it, so that a new one can take its place. Never deletes.
 *
 * @returns The new name.
 */
export function setAside(path: string, nowMicros: number): string {
  const aside = `${path}.corrupt-${Math.floor(nowMicros / 1000)}-${randomBytes(2).toString('hex')}`;
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** Triggers and views run on open or on write; ours has none, so one that has was planted. */
const hasPlantedCode = (db: DatabaseSync): boolean =>
  Number(db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE type IN ('trigger', 'view')`).get()?.['n']) > 0;

function connect(path: string, nowMicros: number): OpenDatabase {
  const db = new DatabaseSync(path, { timeout: BUSY_MILLIS, defensive: true });
  try {
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    const newer = pragmaNumber(db, 'user_version') > SCHEMA_VERSION;
    if (!newer) migrate(db, nowMicros);
    if (hasPlantedCode(db)) throw new StoreError('STORE_FOREIGN', 'The store has triggers or views of another origin');
    db.prepare('SELECT count(*) FROM meta').get();
    // Checkpoints belong to drain and upkeep: see drain.ts. A reader's cache of 8 MB holds a day of rollups.
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 4194304;
      PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; PRAGMA secure_delete = FAST`);
    return { db, path, readOnly: false, newer };
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const SQLITE = { busy: 5, readOnly: 8, corrupt: 11, cannotOpen: 14, notADatabase: 26 } as const;
const primaryCode = (cause: unknown): number => ((cause as { errcode?: number }).errcode ?? 0) & 0xff;

function mustSetAside(cause: unknown): boolean {
  if (cause instanceof StoreError) return cause.code === 'STORE_FOREIGN';
  return primaryCode(cause) === SQLITE.corrupt || primaryCode(cause) === SQLITE.notADatabase;
}

function isUnwritable(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return true;
  return primaryCode(cause) === SQLITE.readOnly || primaryCode(cause) === SQLITE.cannotOpen;
}

/**
 * Open a store that cannot be written. A file in WAL mode cannot even be read the normal way from a read-only folder,
 * so it is opened as one that nobody changes; what still lies in its WAL is not seen.
 */
export function openReadOnly(path: string): OpenDatabase {
  if (identify(path) !== 'ours') {
    throw new StoreError('STORE_MISSING', `There is no metrics store at ${path}`);
  }
  const url = pathToFileURL(path);
  const open = (): DatabaseSync => {
    const db = new DatabaseSync(url, { readOnly: true, timeout: BUSY_MILLIS, defensive: true });
    db.prepare('SELECT count(*) FROM meta').get();
    return db;
  };
  let db: DatabaseSync;
  try {
    db = open();
  } catch (cause) {
    if (!isUnwritable(cause)) throw cause;
    url.searchParams.set('immutable', '1');
    db = open();
  }
  return { db, path, readOnly: true, newer: pragmaNumber(db, 'user_version') > SCHEMA_VERSION };
}

/**
 * Open the store of a context folder for reading and draining, making it when it is missing.
 *
 * What cannot be used (damaged, a link, with planted code) is set aside under another name and a new store is made:
 * opening never fails because of a damaged file. The database of a Python Amicus is left alone; ours then lies
 * beside it.
 *
 * @throws StoreError `STORE_READ_ONLY` when there is no store and none can be made; `STORE_BUSY`.
 */
export function openDatabase(directory: string, nowMicros: number): OpenDatabase {
  for (let attempt = 1; ; attempt++) {
    const path = databasePath(directory);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const found = identify(path);
      if (found === 'damaged' || found === 'other_database') setAside(path, nowMicros);
      if (found !== 'ours') createAt(path, nowMicros);
      return connect(path, nowMicros);
    } catch (cause) {
      if (attempt >= OPEN_TRIES) throw cause;
      if (mustSetAside(cause)) setAside(path, nowMicros);
      else if (isUnwritable(cause)) return openUnwritable(path, cause);
      else if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' && primaryCode(cause) !== SQLITE.busy) throw cause;
    }
  }
}

function openUnwritable(path: string, cause: unknown): OpenDatabase {
  if (identify(path) === 'ours') return openReadOnly(path);
  throw new StoreError('STORE_READ_ONLY', `No metrics store can be made at ${path}: the folder cannot be written`, {
    hint: 'Make the folder writable, or name another one with --dir.',
    cause,
  });
}
