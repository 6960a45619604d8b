import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { StoreError } from '../../src/model/errors.ts';
import { startChild } from '../support/child-process.ts';
import { EVERY_KIND, imbalances } from '../support/recording.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WRITERS = 2;
/** Files that were left: each writer leaves several. */
const LEFT = 5;

it('files that writers are asked to leave lose and double no event', { timeout: 300_000 }, async () => {
  const directory = join(temporaryFolder(), '.ai');
  const spool = join(directory, 'metrics.spool');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  // Names that no field holds where nodes are named: no event goes, and the files that hold them are to be left.
  const nodes = Array.from({ length: WRITERS }, (_, n) => `writer-${n}`);
  const writers = nodes.map((name) => startChild('steady-recording-child.ts', [directory, name]));
  const metrics = openMetrics({ directory, metrics: [EVERY_KIND] });
  const left = new Set<string>();
  // However busy the machine is: they record until enough was left.
  while (left.size < LEFT) {
    // Writers that never rest may hold the store for longer than anybody waits: then it is said, and tried again.
    const report = await metrics.forget({ nodes, tasks: [], sessions: [] }, 'remove').catch((cause: unknown) => {
      if (cause instanceof StoreError && cause.code === 'STORE_BUSY') return undefined;
      throw cause;
    });
    for (const name of report?.spoolFiles ?? []) if (name.includes('.left.')) left.add(name);
  }
  for (const { process } of writers) process.stdin?.end();
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual(nodes.map(() => 0));
  const recorded = writers.map((writer) => Number(/recorded (\d+)/.exec(writer.output())?.[1]));

  const ledger = await metrics.ledger();
  const ascending = (counts: readonly number[]): number[] => counts.toSorted((a, b) => a - b);
  expect(ascending(ledger.map(({ inDatabase }) => inDatabase))).toEqual(ascending(recorded));
  expect(imbalances(ledger)).toEqual([0, 0]);
  const total = recorded.reduce((sum, events) => sum + events, 0);
  const { rows } = await metrics.aggregate({ metric: EVERY_KIND.name, aggregations: ['count', 'distinct(an_id)'] });
  expect(rows[0]?.values).toEqual({ count: total, 'distinct(an_id)': total });
  await metrics.upkeep();
  expect(readdirSync(spool)).toEqual([]);
  await metrics.close();
});

it('a file that was to be renamed when the process was killed is renamed by the next drain, and read on', async () => {
  const { store, put, directory, endSpool } = await openBench();
  await put([sample(NOW_MICROS - 30), sample(NOW_MICROS - 29)]);
  const spool = join(directory, 'metrics.spool');
  const [name = ''] = readdirSync(spool);
  const db = new DatabaseSync(join(directory, 'metrics.db'));
  db.prepare('INSERT INTO segment SELECT ?, producer, drained, 0 FROM segment').run(
    name.replace('.spool', '.left.spool'),
  );
  db.prepare('UPDATE segment SET state = 3 WHERE name = ?').run(name);
  db.close();
  await put([sample(NOW_MICROS - 28)]);
  expect(readdirSync(spool)).toEqual([name.replace('.spool', '.left.spool')]);
  await put([sample(NOW_MICROS - 27)]);
  await endSpool();
  await store.drain();
  const [ledger] = await store.ledger();
  expect(ledger).toMatchObject({ recorded: 4, inDatabase: 4, inSpool: 0, dropped: {} });
  await store.upkeep(UNLIMITED, NOW_MICROS);
  expect(readdirSync(spool)).toEqual([]);
});
