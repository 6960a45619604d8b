import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Worker } from 'node:worker_threads';
import { openMetrics } from '../../src/index.ts';
import { EVERY_KIND, imbalances, turn } from '../support/recording.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('threads of one process record and ask at once, each as a producer of its own', async () => {
  const directory = join(temporaryFolder(), '.ai');
  const file = new URL('../support/recording-thread.ts', import.meta.url);
  const threads = Array.from(
    { length: 5 },
    (_, n) => new Worker(file, { workerData: { directory, name: `t${n}`, events: 2_000, exit: n % 2 === 0 } }),
  );
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  const ends = Promise.all(threads.map((thread) => once(thread, 'exit')));
  for (let n = 0; n < 2_000; n++) {
    metrics.record(EVERY_KIND, { an_id: `main-${n}`, a_count: n });
    if (n % 20 === 0) await turn();
  }
  expect(await ends).toEqual(threads.map(() => [0]));
  const ledger = await metrics.ledger();
  expect(ledger.map(({ inDatabase }) => inDatabase)).toEqual(Array.from({ length: 6 }, () => 2_000));
  expect(new Set(ledger.map(({ producer }) => producer)).size).toBe(6);
  expect(new Set(ledger.map(({ pid }) => pid))).toEqual(new Set([process.pid]));
  expect(imbalances(ledger)).toEqual(ledger.map(() => 0));
  await metrics.close();
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  const row = db.prepare('SELECT count(*) AS n, count(DISTINCT an_id) AS ids FROM "m_test.every_kind"').get();
  db.close();
  expect(row).toEqual({ n: 12_000, ids: 12_000 });
});

it('a thread that is stopped from outside loses nothing of a turn that had ended', async () => {
  const directory = join(temporaryFolder(), '.ai');
  const file = new URL('../support/recording-thread.ts', import.meta.url);
  const thread = new Worker(file, { workerData: { directory, name: 't', events: 1e9, exit: false } });
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  while ((await metrics.drain()).events === 0) await turn();
  await thread.terminate();
  await metrics.drain();
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  const { n, last } = db.prepare('SELECT count(*) AS n, max(a_count) AS last FROM "m_test.every_kind"').get() ?? {};
  db.close();
  expect(n).toBe(Number(last) + 1);
  expect(imbalances(await metrics.ledger())).toEqual([0]);
  await metrics.close();
});
