import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Filter } from '../../src/model/filter.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { runSql } from '../../src/query/sql.ts';
import { openReadOnly } from '../../src/store/sqlite/open/open-database.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { foldRequest, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { makeOlder } from '../support/older-store.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';
import { namesByText, storedNames } from '../support/stored-names.ts';

const range = { fromMicros: 0, toMicros: NOW_MICROS + MICROS_PER_DAY };
const COUNT = 4_000;

/** Events of old tasks and of ones of the last hour, some of both on one node. */
const tasks = (count: number, prefix = 'task', endMicros = NOW_MICROS - MICROS_PER_DAY) =>
  Array.from({ length: count }, (_, i) =>
    sample(endMicros - (count - i) * MICROS_PER_MINUTE, {
      node_id: `Node-${i % 3}`,
      task_id: `${prefix}-${i}`,
      tests: i,
      ...(i % 100 === 0 && { files: [`src/${prefix}-${i}.ts`, 'README.md'] }),
    }),
  );

/** A store whose first names are sealed, and all it was told. */
async function sealedBench(): Promise<StoreBench> {
  const bench = await openBench();
  await bench.put(tasks(COUNT));
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  return bench;
}

const ordersOf = async (store: SqliteStore): Promise<unknown[]> =>
  (await scanned(store, { range, order: { field: 'task_id', direction: 'descending' }, limit: 30 })).map(
    ({ data }) => data['task_id'],
  );

describe('names', () => {
  it('are sealed when many wait, and events have them as before', async () => {
    const bench = await openBench();
    await bench.put(tasks(COUNT));
    const before = await scanned(bench.store, { range });
    const ordered = await ordersOf(bench.store);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const { hot, sealed } = storedNames(bench.store.path);
    expect(hot).toHaveLength(1_024);
    expect(sealed.length).toBeGreaterThan(COUNT - 1_024);
    expect(await scanned(bench.store, { range })).toEqual(before);
    expect(await ordersOf(bench.store)).toEqual(ordered);
    // Another connection, which never saw them elsewhere.
    const other = await SqliteStore.open(bench.directory, bench.clock);
    expect(await scanned(other, { range })).toEqual(before);
    expect(await ordersOf(other)).toEqual(ordered);
    await other.close();
  });

  it('stay where they are in a small store', async () => {
    const { store, put } = await openBench();
    await put(tasks(3_000));
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(storedNames(store.path).sealed).toEqual([]);
  });

  it('fill blocks, whatever came in between', async () => {
    const { store, put } = await openBench();
    for (const part of ['a', 'b', 'c', 'd']) {
      await put(tasks(3_000, part));
      await store.upkeep(UNLIMITED, NOW_MICROS);
    }
    const db = new DatabaseSync(store.path, { readOnly: true });
    const blocks = db.prepare('SELECT n FROM name_block ORDER BY id0').all();
    db.close();
    expect(blocks.slice(0, -1).map(({ n }) => n)).toEqual([4_096, 4_096]);
    expect(namesByText(store.path).size).toBeGreaterThan(12_000);
  });

  it.each<[Filter, number]>([
    [{ field: 'task_id', op: 'eq', value: 'task-5' }, 1],
    [{ field: 'task_id', op: 'eq', value: 'task-3999' }, 1],
    [{ field: 'task_id', op: 'eq', value: 'task-4000' }, 0],
    [{ field: 'task_id', op: 'in', values: ['task-5', 'task-3999', 'task'] }, 2],
    [{ field: 'task_id', op: 'ne', value: 'task-5' }, COUNT - 1],
    [{ field: 'task_id', op: 'prefix', value: 'task-39' }, 111],
    [{ field: 'task_id', op: 'prefix', value: 'task-1' }, 1_111],
    [{ field: 'task_id', op: 'prefix', value: 'Node' }, 0],
    [{ field: 'task_id', op: 'not_prefix', value: 'task-1' }, COUNT - 1_111],
  ])('are found by %j, sealed or not', async (filter, found) => {
    const { store } = await sealedBench();
    const filters = [filter];
    const fold = await store.fold(foldRequest({ ranges: [range], filters, measures: [{ fn: 'count' }] }));
    expect(fold[0]?.figures[0] ?? 0).toBe(found);
    expect(await scanned(store, { range, filters })).toHaveLength(found);
  });

  it('keep their numbers when they are told again, by whichever process', async () => {
    const bench = await sealedBench();
    const before = namesByText(bench.store.path);
    const again = tasks(COUNT, 'task', NOW_MICROS);
    await bench.put(again.slice(0, 2_000));
    const other = await openBench(bench.directory);
    await other.put([...again.slice(2_000), sample(NOW_MICROS - 1, { task_id: 'new one' })]);
    const after = namesByText(bench.store.path);
    for (const [text, id] of before) expect(after.get(text)).toBe(id);
    expect(after.size).toBe(before.size + 1);
    const rows = await bench.store.fold(
      foldRequest({ ranges: [range], groupBy: ['task_id'], measures: [{ fn: 'count' }] }),
    );
    expect(rows).toHaveLength(COUNT + 1);
  });

  it('are given once though another process seals between two of its drains', async () => {
    const bench = await openBench();
    const other = await openBench(bench.directory);
    await other.put(tasks(COUNT));
    await bench.put(tasks(10, 'warm'));
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    // This connection knows no block yet, and the names are gone from where it would look first.
    await bench.put(tasks(50, 'task', NOW_MICROS));
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    await bench.put(tasks(COUNT, 'other', NOW_MICROS));
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    await bench.put(tasks(50, 'other', NOW_MICROS));
    expect(namesByText(bench.store.path).size).toBeGreaterThan(2 * COUNT);
  });

  it('are there for SQL', async () => {
    const { store } = await sealedBench();
    const rowsOf = async (statement: string) => (await runSql(store.path, statement)).rows;
    expect(await rowsOf(`SELECT tests FROM sample_taken WHERE task_id IN ('task-5', 'task-3999')`)).toEqual([
      [3_999],
      [5],
    ]);
    expect(await rowsOf('SELECT node_id, count(*) FROM sample_taken GROUP BY 1 ORDER BY 1')).toEqual([
      ['Node-0', 1_334],
      ['Node-1', 1_333],
      ['Node-2', 1_333],
    ]);
    expect(await rowsOf(`SELECT data ->> 'files' FROM events WHERE data ->> 'task_id' = 'task-100'`)).toEqual([
      ['["src/task-100.ts","README.md"]'],
    ]);
    await expect(runSql(store.path, 'SELECT name_of(1)')).rejects.toThrow('may not call');
  });

  it('are sealed in a store of version 2, and read in one that cannot be written', async () => {
    const { store, put } = await openBench();
    await put(tasks(COUNT));
    const db = new DatabaseSync(store.path);
    makeOlder(db, 2);
    db.close();
    const readOnly = openReadOnly(store.path);
    expect(readOnly.db.prepare('SELECT count(*) AS n FROM name_block').get()).toEqual({ n: 0 });
    readOnly.db.close();
    await store.close();
    const migrated = await openBench(store.path.replace(/metrics\.db$/, ''));
    await migrated.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(storedNames(store.path).hot).toHaveLength(1_024);
    const events = await scanned(migrated.store, { range, metric: SAMPLE.name });
    expect(events.map(({ data }) => data['task_id'])).toEqual(tasks(COUNT).map(({ data }) => data['task_id']));
  });
});
