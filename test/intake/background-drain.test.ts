import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { openDatabase } from '../../src/store/sqlite/open/open-database.ts';
import { startChild } from '../support/child-process.ts';
import { EVERY_KIND, imbalances } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Looks without draining. */
function storedIn(directory: string): number {
  if (!existsSync(join(directory, 'metrics.db'))) return 0;
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true, timeout: 5_000 });
  try {
    const table = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'm_test.every_kind'`).get();
    return table === undefined ? 0 : Number(db.prepare('SELECT count(*) AS n FROM "m_test.every_kind"').get()?.['n']);
  } finally {
    db.close();
  }
}

describe('a process that records while nobody asks', () => {
  it('drains by itself what fills up, so that its spool stays small', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const child = startChild('recording-child.ts', [directory, 'w', '300000', '200', 'linger']);
    // All but what did not fill a file.
    while (storedIn(directory) < 200_000) await pause(50);
    child.process.stdin?.end();
    expect([await child.ended, child.output()]).toEqual([0, '']);
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    const ledger = await metrics.ledger();
    expect(ledger.map(({ inDatabase, dropped }) => [inDatabase, dropped])).toEqual([[300_000, {}]]);
    expect(imbalances(ledger)).toEqual([0]);
    await metrics.close();
  });

  it('ends when it has nothing more to do, though its drainer waits for a lock', async () => {
    const directory = join(temporaryFolder(), '.ai');
    mkdirSync(directory);
    const { db } = openDatabase(directory, Date.now() * 1_000);
    db.exec('BEGIN IMMEDIATE');
    const child = startChild('recording-child.ts', [directory, 'w', '100000', '1000']);
    const begin = performance.now();
    expect([await child.ended, child.output()]).toEqual([0, '']);
    expect(performance.now() - begin).toBeLessThan(60_000);
    db.exec('ROLLBACK');
    db.close();
    const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
    expect(imbalances(await metrics.ledger())).toEqual([0]);
    expect((await metrics.stats()).events).toBe(100_000);
    await metrics.close();
  });
});
