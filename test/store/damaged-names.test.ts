import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { forgetRequestOf } from '../../src/analysis/insights/forget-request.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { mendNotedNames, unreadableNames } from '../../src/store/sqlite/names/damaged-names.ts';
import { listNameBlocks, readNames } from '../../src/store/sqlite/names/name-blocks.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { foldRequest, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { runInProcess } from '../support/run-cli.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';
import { namesByText, storedNames } from '../support/stored-names.ts';

const range = { fromMicros: 0, toMicros: NOW_MICROS + MICROS_PER_DAY };

/** Two full blocks of names, each of one task, of events that are sealed or not. */
async function sealedBench(): Promise<StoreBench> {
  const bench = await openBench();
  await bench.put(
    Array.from({ length: 9_300 }, (_, i) => sample(NOW_MICROS - (9_300 - i) * MICROS_PER_MINUTE, { task_id: `t${i}` })),
  );
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  return bench;
}

/** Flip a bit in the first block of names. */
function damage({ store }: StoreBench, column: 'b' | 'filter'): void {
  const db = new DatabaseSync(store.path);
  const row = db.prepare(`SELECT id, ${column} AS bytes FROM name_block ORDER BY id0 LIMIT 1`).get();
  const bytes = Buffer.from(row?.['bytes'] as Uint8Array);
  bytes[1_000] = (bytes[1_000] ?? 0) ^ 16;
  db.prepare(`UPDATE name_block SET ${column} = ? WHERE id = ?`).run(bytes, Number(row?.['id']));
  db.close();
}

const countOf = async (store: SqliteStore, measure: object = { fn: 'count' }): Promise<unknown> =>
  (await store.fold(foldRequest({ ranges: [range], measures: [measure as never] })))[0]?.figures[0];

describe('damaged names', () => {
  it('are absent from events, which stay, and are counted and told of', async () => {
    const bench = await sealedBench();
    damage(bench, 'b');
    const other = await SqliteStore.open(bench.directory, bench.clock);
    const events = await scanned(other, { range });
    expect(events).toHaveLength(9_300);
    expect(events.filter(({ data }) => data['task_id'] === undefined)).toHaveLength(4_096);
    expect(events.at(-1)?.data['task_id']).toBe('t9299');
    expect(await other.verify()).toMatchObject({ names: 8_276, unreadableNames: 4_096, damaged: [] });
    expect(await other.stats()).toMatchObject({ unreadableNames: 4_096, events: 9_300 });
    expect(await other.verify()).toMatchObject({ names: 8_276 - 4_096, unreadableNames: 4_096 });
    expect(await countOf(other)).toBe(9_300);
    const groups = await other.fold(
      foldRequest({ ranges: [range], groupBy: ['task_id'], measures: [{ fn: 'count' }] }),
    );
    expect(groups.filter(({ group }) => group[0] === undefined).map(({ figures }) => figures[0])).toEqual([4_096]);
    const doctor = await runInProcess(['doctor'], { env: { AMICUS_METRICS_DIRECTORY: bench.directory } });
    expect(doctor.stdout).toContain('4,096 names of tasks, nodes, files and the like cannot be read');
    expect(doctor.code).toBe(1);
    await other.close();
  });

  it('are met by a question, set aside by the next upkeep, and given anew', async () => {
    const bench = await sealedBench();
    const before = namesByText(bench.store.path);
    damage(bench, 'b');
    const other = await openBench(bench.directory);
    await scanned(other.store, { range, limit: 1 });
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await other.store.stats()).toMatchObject({ unreadableNames: 4_096 });
    await other.put([sample(NOW_MICROS - 5, { task_id: 't5' }), sample(NOW_MICROS - 4, { task_id: 't5000' })]);
    const after = namesByText(bench.store.path);
    expect(after.get('t5000')).toBe(before.get('t5000'));
    expect(after.get('t5')).toBeGreaterThan(Math.max(...before.values()));
    const filters = [{ field: 'task_id', op: 'eq', value: 't5' } as const];
    expect((await scanned(other.store, { range, filters })).map(({ atMicros }) => atMicros)).toEqual([NOW_MICROS - 5]);
  });

  it('are set aside by the next look when somebody else was writing', async () => {
    const bench = await sealedBench();
    damage(bench, 'b');
    const [reader, writer] = [new DatabaseSync(bench.store.path, { timeout: 0 }), new DatabaseSync(bench.store.path)];
    for (const block of listNameBlocks(reader)) readNames(reader, block);
    writer.exec('BEGIN IMMEDIATE');
    expect(() => mendNotedNames(reader, NOW_MICROS)).toThrow(/locked/);
    writer.exec('COMMIT');
    expect(unreadableNames(reader)).toBe(0);
    mendNotedNames(reader, NOW_MICROS);
    expect(unreadableNames(reader)).toBe(4_096);
    reader.close();
    writer.close();
  });

  it('are forgotten when no event has them any more', async () => {
    const bench = await sealedBench();
    damage(bench, 'b');
    await bench.store.verify();
    await bench.put(
      Array.from({ length: 9_000 }, (_, i) => sample(NOW_MICROS - 9_000 + i, { tests: i, node_id: `n${i % 3}` })),
    );
    await bench.store.upkeep({ ...UNLIMITED, rawDays: 1 }, NOW_MICROS + 3 * MICROS_PER_DAY);
    expect(await bench.store.stats()).toMatchObject({ unreadableNames: 4_096 });
    await bench.store.upkeep({ ...UNLIMITED, rawDays: 0 }, NOW_MICROS + 30 * MICROS_PER_DAY);
    expect(await bench.store.stats()).toMatchObject({ unreadableNames: 0 });
  });

  it('may be what is to be forgotten, so their bytes go too', async () => {
    const bench = await sealedBench();
    damage(bench, 'b');
    const request = forgetRequestOf({ nodes: [], tasks: ['t9000'], sessions: [] });
    expect(await bench.store.forget(request, 'remove')).toMatchObject({ damagedBlocks: 1, state: 'erased' });
    expect(await bench.store.forget(request, 'look')).toMatchObject({ damagedBlocks: 0, metrics: [] });
    expect(await bench.store.stats()).toMatchObject({ unreadableNames: 4_096, events: 9_299 });
  });

  it('are none when only the filter is: names keep their numbers, and it is made anew', async () => {
    const bench = await sealedBench();
    const before = namesByText(bench.store.path);
    damage(bench, 'filter');
    const other = await openBench(bench.directory);
    await other.put([sample(NOW_MICROS - 5, { task_id: 't5' }), sample(NOW_MICROS - 4, { task_id: 'fresh' })]);
    const after = namesByText(bench.store.path);
    expect([after.get('t5'), after.size]).toEqual([before.get('t5'), before.size + 1]);
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await other.store.verify()).toMatchObject({ names: 8_276, unreadableNames: 0 });
    const [first] = storedNames(bench.store.path).sealed;
    expect(first?.[1]).toBe('t0');
  });
});
