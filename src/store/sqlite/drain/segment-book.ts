import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { asideName } from '../../own-folder.ts';
import { isToLeave, type SegmentFile, toNameBefore } from '../../spool/spool-folder.ts';
import { isAllCopied } from '../file/write-ahead-log.ts';

/** States of a spool file in the table `segment`. `toLeave`: renamed, and entered anew under its other name. */
export const SEGMENT_STATE = { open: 0, drained: 1, setAside: 2, toLeave: 3 } as const;

/** How far a file was drained. */
export type Progress = { readonly producer: number; readonly drained: number; readonly state: number };

/** Drained files are removed when there are so many, or so much, else at the next upkeep: it costs a sync of the disk. */
const MAX_DRAINED_FILES = 32;
const MAX_DRAINED_BYTES = 1024 * 1024;

/** What the database knows of spool files, and the last acts of their lives. */
export class SegmentBook {
  readonly #db: DatabaseSync;
  readonly #folder: string;
  readonly #progressOf: StatementSync;
  readonly #saveProgress: StatementSync;
  readonly #drained: StatementSync;

  constructor(db: DatabaseSync, folder: string) {
    this.#db = db;
    this.#folder = folder;
    this.#progressOf = db.prepare('SELECT producer, drained, state FROM segment WHERE name = ?');
    this.#saveProgress = db.prepare(
      `INSERT INTO segment (name, producer, drained, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET drained = excluded.drained, state = excluded.state`,
    );
    this.#drained = db.prepare(
      `SELECT count(*) AS files, total(drained) AS bytes FROM segment WHERE state = ${SEGMENT_STATE.drained}`,
    );
  }

  progress(file: SegmentFile): Progress | undefined {
    return this.#progressOf.get(file.name) as Progress | undefined;
  }

  /** Call inside the transaction that stores what was read up to there. */
  save(file: SegmentFile, progress: Progress): void {
    this.#saveProgress.run(file.name, progress.producer, progress.drained, progress.state);
  }

  /**
   * Keep a damaged file under another name, for whoever wants to look; nothing reads it again. Call when what was good
   * of it is stored for certain.
   */
  setAside(file: SegmentFile, nowMillis: number): void {
    ifThere(() => renameSync(file.path, asideName(file.path, nowMillis * 1_000)));
  }

  removeWhenMany(): void {
    const { files, bytes } = (this.#drained.get() ?? {}) as { files?: number; bytes?: number };
    if (Number(files) >= MAX_DRAINED_FILES || Number(bytes) >= MAX_DRAINED_BYTES) {
      removeDrainedSegments(this.#db, this.#folder);
    }
  }
}

/**
 * Remove the files that were drained to their end, with their entries. First everything that was drained is copied
 * from the WAL into the database and synced: else a power cut could take the rows back when the files are gone.
 *
 * @returns How many files were removed; 0 when the checkpoint could not finish because somebody reads.
 */
export function removeDrainedSegments(db: DatabaseSync, folder: string): number {
  const rows = db.prepare(`SELECT name FROM segment WHERE state = ${SEGMENT_STATE.drained}`).all();
  const names = rows.map((row) => String(row['name']));
  if (names.length === 0) return 0;
  if (!isAllCopied(db)) return 0;
  for (const name of names) rmSync(join(folder, name), { force: true });
  // An entry may go only when its file surely has: a file that came back without one would be drained twice.
  ifThere(() => syncFolder(folder));
  const entries = [...names, ...names.filter(isToLeave).map(toNameBefore)];
  db.prepare('DELETE FROM segment WHERE name IN (SELECT value FROM json_each(?))').run(JSON.stringify(entries));
  return names.length;
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** `undefined` when the file is not there any more: another drainer may remove it at any time. */
export function ifThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
