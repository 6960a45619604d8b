import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asideName } from '../../own-folder.ts';
import { APPLICATION_ID } from '../file/schema.ts';
import { migrate } from './migrate.ts';

/** The file of the store in a context folder. */
const DATABASE_NAME = 'metrics.db';
/** Where the store lives when a Python Amicus already keeps its own `metrics.db` there. */
const BESIDE_NAME = 'amicus-metrics.db';

/** The end of the name that a store has until it is whole. */
const UNBORN = '.new';
/** An unborn store that is so old was left by a process that was killed. */
const LEFTOVER_MILLIS = 600_000;
const LOG_SUFFIXES = ['-wal', '-shm'] as const;

export type Found = 'missing' | 'ours' | 'other_database' | 'damaged';

/** What lies at a path, from its first 100 bytes: https://sqlite.org/fileformat2.html#the_database_header */
export function identify(path: string): Found {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return 'missing';
  // A link or a second name would let a repository point our writes at some other file.
  if (!info.isFile() || (info.nlink > 1 && !hasBirthName(path, info.ino))) return 'damaged';
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

/** Tells a file from another that took its name; `undefined` when there is none. */
export function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * Make the store under another name and give it its own only when it is whole, so that nobody ever sees half of one.
 * For a moment it has both names.
 */
export function createDatabase(path: string, nowMicros: number): void {
  const unborn = `${path}.${randomBytes(4).toString('hex')}${UNBORN}`;
  closeSync(openSync(unborn, 'wx', 0o600));
  try {
    const db = new DatabaseSync(unborn);
    try {
      migrate(db, nowMicros);
    } finally {
      db.close();
    }
    // When another process was first, its file is as good as ours.
    nameOnce(unborn, path);
  } finally {
    for (const suffix of ['', ...LOG_SUFFIXES]) rmSync(unborn + suffix, { force: true });
  }
}

/** Some file systems know no second names. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Give a file a second name that nothing has yet. @returns false when something has it. */
function nameOnce(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.includes(code)) throw cause;
    if (inodeOf(name) !== undefined) return false;
    renameSync(file, name);
    return true;
  }
}

function birthNames(path: string): string[] {
  const [folder, start] = [dirname(path), `${basename(path)}.`];
  const names = readdirSync(folder).filter((name) => name.startsWith(start) && name.endsWith(UNBORN));
  return names.map((name) => join(folder, name));
}

const hasBirthName = (path: string, inode: number): boolean =>
  birthNames(path).some((name) => lstatSync(name, { throwIfNoEntry: false })?.ino === inode);

/** Remove what processes left that were killed while they made a store. */
export function clearLeftovers(path: string): void {
  const now = Date.now();
  for (const name of birthNames(path)) {
    const info = lstatSync(name, { throwIfNoEntry: false });
    if (info === undefined || (info.nlink === 1 && now - info.mtimeMs < LEFTOVER_MILLIS)) continue;
    for (const suffix of ['', ...LOG_SUFFIXES]) rmSync(name + suffix, { force: true });
  }
}

/**
 * Rename a file that cannot be used, with what belongs to it, so that a new one can take its place. Never deletes.
 *
 * @param inode The file that was found unusable: when another has its name by now, that one is let be.
 */
export function setAside(path: string, inode: number | undefined, nowMicros: number): void {
  if (inode === undefined || inodeOf(path) !== inode) return;
  const aside = asideName(path, nowMicros);
  renameSync(path, aside);
  if (inodeOf(aside) !== inode) {
    // Somebody put a new file there between the look and the renaming.
    if (nameOnce(aside, path)) rmSync(aside, { force: true });
    return;
  }
  for (const suffix of LOG_SUFFIXES) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
}

/** A log that is a link, or no file at all, was never SQLite's: it refuses to open a database with such a one. */
export function setAsideForeignLog(path: string, nowMicros: number): void {
  for (const suffix of LOG_SUFFIXES) {
    const info = lstatSync(path + suffix, { throwIfNoEntry: false });
    if (info !== undefined && (!info.isFile() || info.nlink > 1)) {
      renameSync(path + suffix, `${asideName(path, nowMicros)}${suffix}`);
    }
  }
}
