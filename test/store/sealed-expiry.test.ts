import { fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { foldRequest, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { filePages } from '../support/file-pages.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openBench } from '../support/sqlite-stores.ts';

const CHILD = fileURLToPath(new URL('../support/upkeep-child.ts', import.meta.url));
const EVENTS = 60_000;
const STEP = 14 * MICROS_PER_SECOND;
const OLDEST = NOW_MICROS - EVENTS * STEP;
const END = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
const WHOLE = { fromMicros: NOW_MICROS - 20 * MICROS_PER_DAY - (NOW_MICROS % MICROS_PER_DAY), toMicros: END };
const all = foldRequest({ ranges: [WHOLE], measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });

/** Some ten days of events, sealed all but the last hours. */
async function sealed(data: (i: number) => object = (i) => ({ tests: i })) {
  const bench = await openBench();
  await bench.put(Array.from({ length: EVENTS }, (_, i) => sample(OLDEST + i * STEP, { ...data(i) })));
  await bench.endSpool();
  await bench.store.drain();
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  return bench;
}

/** What a store with these events must say of itself, whatever expired. */
async function expectTrue(store: SqliteStore): Promise<void> {
  const { rawFromMicros, oldestMicros, events } = await store.stats();
  const kept = EVENTS - Math.max(0, Math.ceil((rawFromMicros - OLDEST) / STEP));
  expect(events).toBe(kept);
  expect(oldestMicros).toBeGreaterThanOrEqual(rawFromMicros);
  const [raw] = await store.fold(foldRequest({ ranges: [{ fromMicros: 0, toMicros: NOW_MICROS }] }));
  expect(raw?.figures[0]).toBe(kept);
  const [account] = await store.ledger();
  expect(account?.inDatabase).toBe(kept);
  expect((account?.inDatabase ?? 0) + (account?.expired ?? 0)).toBe(EVENTS);
}

describe('sealed events', () => {
  it('expire to the hour, those after it in the same block stay, and rollups tell of all', async () => {
    const { store } = await sealed();
    const before = await store.foldRollups(all);
    const full = await store.stats();
    expect(full.sealedEvents).toBeGreaterThan(EVENTS - 3_000);
    expect(full.oldestMicros).toBe(OLDEST);
    const report = await store.upkeep({ ...UNLIMITED, rawDays: 5 }, NOW_MICROS);
    expect(report.expiredEvents).toBeGreaterThan(20_000);
    expect(NOW_MICROS - report.rawFromMicros).toBeLessThan(5 * MICROS_PER_DAY + 2 * MICROS_PER_HOUR);
    await expectTrue(store);
    expect(await store.foldRollups(all)).toEqual(before);
    const [first] = await scanned(store, { range: WHOLE, order: 'oldest_first', limit: 1 });
    expect(first?.data['tests']).toBe(Math.ceil((report.rawFromMicros - OLDEST) / STEP));
    expect((await store.coverage('sample.taken', WHOLE)).firstMicros).toBe(OLDEST - (OLDEST % MICROS_PER_HOUR));
  });

  it('expire hour after hour, and leave no block cut twice the worse', async () => {
    const { store } = await sealed();
    for (let hours = 0; hours < 6; hours++) {
      await store.upkeep({ ...UNLIMITED, rawDays: 5 }, NOW_MICROS + hours * MICROS_PER_HOUR);
    }
    await expectTrue(store);
    expect((await store.stats()).sealedBlocks).toBeLessThan(6);
  });

  it('make room for a size budget at once, and the file on disk is smaller by it', async () => {
    const random = seededRandom(7);
    const { store } = await sealed(() => ({ tests: Math.floor(random() * 2 ** 40) }));
    const full = await store.stats();
    const maxBytes = full.databaseBytes - filePages(store.path).freeBytes - 120_000;
    const report = await store.upkeep({ ...UNLIMITED, maxBytes }, NOW_MICROS);
    expect(statSync(store.path).size + (await store.stats()).walBytes).toBeLessThanOrEqual(maxBytes);
    expect(report.droppedForSpaceEvents).toBeGreaterThan(20_000);
    expect(report.droppedForSpaceEvents).toBeLessThan(40_000);
    await expectTrue(store);
    // With room to spare: the next upkeep has nothing to do.
    expect((await store.upkeep({ ...UNLIMITED, maxBytes }, NOW_MICROS)).droppedForSpaceEvents).toBe(0);
  });

  it('keep the names that nothing else holds', async () => {
    const { store } = await sealed((i) => ({ task_id: `task-${i}`, files: [`file-${i % 97}.ts`] }));
    await store.upkeep({ ...UNLIMITED, rawDays: 3 }, NOW_MICROS);
    const events = await scanned(store, { order: 'oldest_first' });
    expect(events.length).toBeGreaterThan(18_000);
    const first = EVENTS - events.length;
    events.forEach(({ data }, i) => {
      expect(data['task_id']).toBe(`task-${first + i}`);
      expect(data['files']).toEqual([`file-${(first + i) % 97}.ts`]);
    });
  });

  it('are counted wherever an upkeep that cuts blocks is killed', { timeout: 300_000 }, async () => {
    const { store, directory } = await sealed();
    const before = await store.foldRollups(all);
    for (let kill = 0; kill < 8; kill++) {
      const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const exit = once(child, 'exit');
      await once(child, 'message');
      await sleep(kill * 6);
      child.kill('SIGKILL');
      await exit;
      await expectTrue(store);
      expect(await store.foldRollups(all)).toEqual(before);
    }
    await store.upkeep({ ...UNLIMITED, rawDays: 3 }, NOW_MICROS);
    await expectTrue(store);
    expect((await store.stats()).events).toBeLessThan(20_000);
  });
});
