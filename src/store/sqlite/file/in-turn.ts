import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../model/clock.ts';
import { pragmaNumber } from './schema.ts';
import { isBusy } from './store-errors.ts';

/** So long others may keep somebody who is patient from each of its steps. */
export const PATIENCE_MILLIS = 120_000;
/**
 * Waiting inside SQLite finds a gap between others' writes best, and holds up the process: Ctrl-C and terminal come in
 * between.
 */
const TRY_MILLIS = 100;
const BETWEEN_TRIES_MILLIS = 10;

/**
 * Takes a step that writes, when it is its turn: it is begun anew until no other writer is in its way. So a step leaves
 * nothing half done when it fails, and begins with what it finds in the file.
 */
export type InTurn = <Result>(step: () => Result | Promise<Result>) => Promise<Result>;

/** What a step throws that others are in the way of, and that SQLite does not wait for. */
export class NotItsTurn extends Error {}

/** With no more patience than SQLite has. */
export const atOnce: InTurn = async (step) => step();

/**
 * With patience: as long as a step is taken now and then, it goes on.
 *
 * @param onWait Called again and again while others are in the way.
 * @param givingUp The error of a step that did not get its turn in all the time.
 */
export function patiently(
  db: DatabaseSync,
  clock: Pick<Clock, 'monotonicMillis'>,
  onWait: () => void,
  givingUp: () => Error,
): InTurn {
  let takenMillis = clock.monotonicMillis();
  return async (step) => {
    for (;;) {
      const before = pragmaNumber(db, 'busy_timeout');
      db.exec(`PRAGMA busy_timeout = ${TRY_MILLIS}`);
      try {
        const result = await step();
        takenMillis = clock.monotonicMillis();
        return result;
      } catch (cause) {
        if (!(cause instanceof NotItsTurn) && !isBusy(cause)) throw cause;
        if (clock.monotonicMillis() - takenMillis >= PATIENCE_MILLIS) throw givingUp();
      } finally {
        db.exec(`PRAGMA busy_timeout = ${before}`);
      }
      onWait();
      await wait(BETWEEN_TRIES_MILLIS);
    }
  };
}
