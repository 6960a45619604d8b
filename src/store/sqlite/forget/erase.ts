import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { resultCode } from '../file/store-errors.ts';
import { emptyLog } from '../file/write-ahead-log.ts';

/** Others write or read for some milliseconds at a time: so often, and so long apart, it is tried to come in between. */
const TRIES = 25;
const WAIT_MILLIS = 200;
const SQLITE_BUSY = 5;

/**
 * Write the whole file anew, and empty the log. Free pages and the free parts of others hold what once was there, which
 * SQLite overwrites in most places and not in all. Others who want to write wait meanwhile: half a second for 100 MB,
 * for which there must be room twice more.
 *
 * @returns False when somebody reads so long that the log cannot be emptied: then it holds pages as they were.
 */
export async function eraseFreed(db: DatabaseSync): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      db.exec('VACUUM');
      break;
    } catch (cause) {
      if (tries >= TRIES || resultCode(cause) !== SQLITE_BUSY) throw cause;
      await wait(WAIT_MILLIS);
    }
  }
  for (let tries = 1; tries <= TRIES; tries++) {
    if (emptyLog(db)) return true;
    await wait(WAIT_MILLIS);
  }
  return false;
}
