import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { listSegments, spoolFolder } from '../../spool/spool-folder.ts';
import type { OtherHolder } from '../../store.ts';
import { SEGMENT_STATE } from '../drain/segment-book.ts';
import { APPLICATION_ID } from '../file/schema.ts';

/** Shorter texts stand in any file by chance. */
const MIN_TEXT_LENGTH = 4;
/** A folder with more, or larger files, is not one that only agents share. */
const MAX_FILES = 10_000;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 3;
/** A store of which not even the header may be left. */
const SET_ASIDE = /\.db\.corrupt-/;

/** Files of the spool that hold one of the texts and are still written to: what was drained of them is still there. */
export function spoolHolders(db: DatabaseSync, path: string, texts: readonly string[]): string[] {
  const needles = needlesOf(texts);
  const state = db.prepare('SELECT state FROM segment WHERE name = ?');
  return listSegments(spoolFolder(dirname(path)))
    .filter(({ name }) => state.get(name)?.['state'] !== SEGMENT_STATE.drained)
    .filter((file) => holds(file.path, needles))
    .map(({ name }) => name);
}

/**
 * Files in the folder of a store, besides its own, that hold one of the texts, or are stores themselves: copies put
 * aside, whose rows are compressed.
 */
export function otherHolders(path: string, texts: readonly string[]): OtherHolder[] {
  const directory = dirname(path);
  const own = new Set(['', '-wal', '-shm'].map((suffix) => path + suffix));
  for (const { path: segment } of listSegments(spoolFolder(directory))) own.add(segment);
  const needles = needlesOf(texts);
  const found: OtherHolder[] = [];
  for (const file of filesIn(directory, MAX_DEPTH).slice(0, MAX_FILES)) {
    if (own.has(file)) continue;
    if (isStore(file) || SET_ASIDE.test(file)) found.push({ path: relative(directory, file), holds: 'copy' });
    else if (holds(file, needles)) found.push({ path: relative(directory, file), holds: 'name' });
  }
  return found;
}

const needlesOf = (texts: readonly string[]): Buffer[] =>
  texts.filter((text) => text.length >= MIN_TEXT_LENGTH).map((text) => Buffer.from(text));

function filesIn(folder: string, depth: number): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth > 1 ? filesIn(path, depth - 1) : [];
      return entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}

function holds(path: string, needles: readonly Buffer[]): boolean {
  return (
    reading(path, (file, sizeBytes) => {
      if (sizeBytes > MAX_BYTES) return false;
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    }) ?? false
  );
}

/** The header of a database: https://sqlite.org/fileformat2.html#the_database_header */
function isStore(path: string): boolean {
  return (
    reading(path, (file) => {
      const header = Buffer.alloc(100);
      const length = readSync(file, header, 0, 100, 0);
      return (
        length === 100 &&
        header.toString('latin1', 0, 15) === 'SQLite format 3' &&
        header.readUInt32BE(68) === APPLICATION_ID
      );
    }) ?? false
  );
}

/** `undefined` for what is not there any more, or cannot be read. */
function reading<Result>(path: string, read: (file: number, sizeBytes: number) => Result): Result | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return read(file, fstatSync(file).size);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
