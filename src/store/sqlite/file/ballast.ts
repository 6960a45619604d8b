import { closeSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resultCode } from './store-errors.ts';

/** A file that holds nothing but its place on the disk, in a context folder. */
const BALLAST_NAME = 'metrics.ballast';
/** What it takes to let an hour of events go: SQLite writes what it deletes to its log first. */
const BALLAST_BYTES = 1024 * 1024;
const SQLITE_FULL = 13;

/**
 * Do work that makes room, on a disk that may be full: then the place of the ballast is given up for it, and taken
 * again afterwards.
 *
 * @param path The database file.
 */
export async function withBallast<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const ballast = join(dirname(path), BALLAST_NAME);
  try {
    return await work();
  } catch (cause) {
    if (resultCode(cause) !== SQLITE_FULL || !giveUp(ballast)) throw cause;
    return await work();
  } finally {
    take(ballast);
  }
}

function giveUp(ballast: string): boolean {
  if (!lstatSync(ballast, { throwIfNoEntry: false })?.isFile()) return false;
  rmSync(ballast);
  return true;
}

/** Whole or not at all: a part of it would be in the way and of no use. */
function take(ballast: string): void {
  let file: number;
  try {
    file = openSync(ballast, 'wx', 0o600);
  } catch {
    // It is there, or it cannot be.
    return;
  }
  try {
    for (let written = 0; written < BALLAST_BYTES;) {
      written += writeSync(file, Buffer.alloc(BALLAST_BYTES - written));
    }
    closeSync(file);
  } catch {
    closeSync(file);
    rmSync(ballast, { force: true });
  }
}
