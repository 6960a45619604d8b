import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { allEvents, filled, isMeant, REQUEST, traces, without } from '../support/forgettable.ts';
import { imbalances } from '../support/recording.ts';
import { NOW_MICROS } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CHILD = fileURLToPath(new URL('../support/forget-child.ts', import.meta.url));

/** Resolves when the child has come so far, or has ended. */
async function hasCome(child: ChildProcess, wanted: number): Promise<void> {
  await new Promise<void>((resolve) => {
    child.on('message', (part) => Number(part) >= wanted && resolve());
    child.once('exit', () => resolve());
  });
}

it.each([
  ['before anything', 0, 0],
  ['while it looks', 0.2, 0],
  ['when it has looked', 0.4, 0],
  ['soon after', 0.4, 3],
  ['among blocks', 0.6, 0],
  ['when rows are gone', 0.8, 0],
  ['among rollups', 0.8, 2],
  ['when names are gone', 0.9, 0],
  ['while it writes the file anew', 0.9, 4],
  ['when it is done', 1, 0],
])('forgetting that is killed %s leaves a sound store, and is done by the next', async (_when, part, millis) => {
  const first = await filled();
  await first.endSpool();
  // Of the first day only sums are left.
  await first.store.upkeep({ ...UNLIMITED, rawDays: 2 }, NOW_MICROS);
  const before = await allEvents(first.store);
  await first.store.close();
  const directory = temporaryFolder();
  cpSync(first.directory, directory, { recursive: true });

  const child = fork(CHILD, [directory, JSON.stringify(REQUEST), String(NOW_MICROS)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  await hasCome(child, part);
  await sleep(millis);
  child.kill('SIGKILL');
  await exit;

  const bench = await openBench(directory, []);
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
  const between = await allEvents(bench.store);
  expect(between.filter((event) => !isMeant(event)).map(without)).toEqual(
    before.filter((event) => !isMeant(event)).map(without),
  );
  expect(imbalances(await bench.store.ledger())).toEqual([0]);

  const report = await bench.store.forget(REQUEST, 'remove');
  expect(report.state).toBe('erased');
  expect((await bench.store.forget(REQUEST, 'look')).metrics).toEqual([]);
  expect(await allEvents(bench.store)).toEqual(before.filter((event) => !isMeant(event)).map(without));
  expect(await traces(bench)).toEqual([]);
  const [ledger] = await bench.store.ledger();
  expect(ledger?.dropped.forgotten).toBe(before.filter(isMeant).length);
  expect(imbalances(await bench.store.ledger())).toEqual([0]);
});
