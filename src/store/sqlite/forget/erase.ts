import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../../../model/errors.ts';
import { type InTurn, NotItsTurn } from '../file/in-turn.ts';
import { emptyLog } from '../file/write-ahead-log.ts';

/** To empty the log keeps others from writing for some milliseconds: it is tried so far apart. */
const WAIT_MILLIS = 200;

/**
 * Write the whole file anew, and empty the log. Free pages and the free parts of others hold what once was there, which
 * SQLite overwrites in most places and not in all. Others who want to write wait meanwhile: half a second for 100 MB,
 * for which there must be room twice more.
 *
 * @returns False when somebody reads so long that the log cannot be emptied: then it holds pages as they were.
 */
export async function eraseFreed(db: DatabaseSync, inTurn: InTurn): Promise<boolean> {
  await inTurn(() => db.exec('VACUUM'));
  try {
    await inTurn(async () => {
      if (emptyLog(db)) return;
      await wait(WAIT_MILLIS);
      throw new NotItsTurn();
    });
    return true;
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === 'STORE_BUSY') return false;
    throw cause;
  }
}
