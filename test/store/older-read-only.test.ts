import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openReadOnly } from '../../src/store/sqlite/open/open-database.ts';
import { readStats } from '../../src/store/sqlite/answers/stats.ts';
import { makeOlder } from '../support/older-store.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

it('a store from before there were blocks is read where it cannot be written', async () => {
  const { store, put } = await openBench();
  await put([sample(NOW_MICROS - 2), sample(NOW_MICROS - 1)]);
  const db = new DatabaseSync(store.path);
  makeOlder(db, 1);
  db.close();
  const open = openReadOnly(store.path);
  expect(readStats(open)).toMatchObject({ events: 2, sealedBlocks: 0, damaged: [], schemaVersion: 1 });
  open.db.close();
});
