import type { DatabaseSync } from 'node:sqlite';
import type { InTurn } from '../file/in-turn.ts';
import { inTransaction } from '../file/schema.ts';

/** Identities that one transaction looks at: some 5 ms. */
const IDENTITIES_PER_STEP = 8_192;
/** Half a microsecond behind a time, no event ever lies. */
const MARK = 0.5;

/**
 * Mark what events were derived from that are forgotten, or lose a name. The identities stay, so that a history that is
 * read again does not bring back what is gone; with a time that no event has, so that no event is filled from the second
 * telling: neither the one that lost a name nor another that lies there by then. They go with the age of the events,
 * like all identities. Marking again changes nothing.
 *
 * @param times Stored times under which they may be noted; what else is noted under the same gains nothing from a second
 *   telling any more.
 */
export async function markIdentities(
  db: DatabaseSync,
  times: readonly number[],
  pause: () => Promise<void>,
  inTurn: InTurn,
): Promise<void> {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS noted_at (t INTEGER PRIMARY KEY); DELETE FROM temp.noted_at');
  try {
    const add = db.prepare('INSERT OR IGNORE INTO temp.noted_at SELECT value FROM json_each(?)');
    for (let at = 0; at < times.length; at += IDENTITIES_PER_STEP) {
      add.run(JSON.stringify(times.slice(at, at + IDENTITIES_PER_STEP)));
      await pause();
    }
    const next = db.prepare('SELECT h FROM identity WHERE h > ? ORDER BY h LIMIT 1 OFFSET ?');
    next.setReadBigInts(true);
    const mark = db.prepare(
      `UPDATE identity SET t = t + ${MARK} WHERE h > ? AND h <= ? AND t IN (SELECT t FROM temp.noted_at)`,
    );
    for (let after = -1n; ;) {
      const upTo = next.get(after, IDENTITIES_PER_STEP)?.['h'] as bigint | undefined;
      const from = after;
      await inTurn(() => inTransaction(db, () => mark.run(from, upTo ?? LARGEST)));
      if (upTo === undefined) return;
      after = upTo;
      await pause();
    }
  } finally {
    db.exec('DROP TABLE IF EXISTS temp.noted_at');
  }
}

const LARGEST = 0x7fff_ffff_ffff_ffffn;
