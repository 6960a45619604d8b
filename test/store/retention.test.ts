import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventData } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { filePages } from '../support/file-pages.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const HOUR_START = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
/** One event a quarter of an hour, for so many days up to now. */
const quarters = (days: number, more: EventData = {}) =>
  Array.from({ length: days * 96 }, (_, i) =>
    sample(NOW_MICROS - 1 - i * 15 * MICROS_PER_MINUTE, { node_id: `Node-${i % 5}`, tests: i, ...more }),
  );
const everything = (from: number) => foldRequest({ ranges: [{ fromMicros: from, toMicros: HOUR_START }] });

describe('retention', () => {
  it('lets raw detail expire by whole hours, and says from when on there is any', async () => {
    const { store, put } = await openBench();
    await put(quarters(10));
    const before = await store.foldRollups(everything(HOUR_START - 11 * MICROS_PER_DAY));
    const report = await store.upkeep({ ...UNLIMITED, rawDays: 7 }, NOW_MICROS);
    const { oldestMicros, rawFromMicros, events } = await store.stats();
    expect(rawFromMicros % MICROS_PER_HOUR).toBe(0);
    expect(report.rawFromMicros).toBe(rawFromMicros);
    expect(oldestMicros).toBeGreaterThanOrEqual(rawFromMicros);
    expect(NOW_MICROS - rawFromMicros).toBeGreaterThanOrEqual(7 * MICROS_PER_DAY);
    expect(NOW_MICROS - rawFromMicros).toBeLessThan(7 * MICROS_PER_DAY + 2 * MICROS_PER_HOUR);
    expect(events + report.expiredEvents).toBe(960);
    expect(report.droppedForSpaceEvents).toBe(0);
    expect(await store.foldRollups(everything(HOUR_START - 11 * MICROS_PER_DAY))).toEqual(before);
  });

  it('lets rollups expire by whole days, never before the raw detail', async () => {
    const { store, put } = await openBench();
    await put(quarters(10));
    await store.upkeep({ rawDays: 2, rollupDays: 5, maxBytes: 1e12 }, NOW_MICROS);
    const midnight = Math.floor(NOW_MICROS / MICROS_PER_DAY) * MICROS_PER_DAY;
    const old = { fromMicros: midnight - 20 * MICROS_PER_DAY, toMicros: midnight - 5 * MICROS_PER_DAY };
    expect(await store.foldRollups(foldRequest({ ranges: [old] }))).toEqual([]);
    const { firstMicros } = await store.coverage(SAMPLE.name, old);
    expect(firstMicros).toBe(old.toMicros);
    await store.upkeep({ rawDays: 4, rollupDays: 1, maxBytes: 1e12 }, NOW_MICROS);
    const kept = { fromMicros: old.toMicros + MICROS_PER_DAY, toMicros: HOUR_START };
    const [row] = await store.foldRollups(foldRequest({ ranges: [kept] }));
    expect(row?.figures[0]).toBe((kept.toMicros - kept.fromMicros) / (15 * MICROS_PER_MINUTE));
  });

  it('takes no more than a day when the clock leaps ahead', async () => {
    const { store, put } = await openBench();
    await put(quarters(10));
    const years = NOW_MICROS + 3_650 * MICROS_PER_DAY;
    for (let run = 0; run < 3; run++) await store.upkeep({ ...UNLIMITED, rawDays: 9 }, years);
    const { events } = await store.stats();
    expect(events).toBeGreaterThanOrEqual(8 * 96);
  });

  it('does not take an event from the future for the newest', async () => {
    const { store, put, clock } = await openBench();
    await put(quarters(2));
    clock.micros += 400 * MICROS_PER_DAY;
    await put([sample(clock.micros)]);
    await store.upkeep({ ...UNLIMITED, rawDays: 30 }, NOW_MICROS);
    expect((await store.stats()).events).toBe(2 * 96 + 1);
  });

  it('forgets identities with their events', async () => {
    const { store, put } = await openBench();
    const old = sample(NOW_MICROS - 5 * MICROS_PER_DAY, {}, { identity: 'old' });
    const recent = sample(NOW_MICROS - MICROS_PER_HOUR, {}, { identity: 'recent' });
    await put([old, recent]);
    await store.upkeep({ ...UNLIMITED, rawDays: 2 }, NOW_MICROS);
    await put([recent]);
    expect((await store.stats()).events).toBe(1);
  });
});

describe('the size budget', () => {
  it('takes the oldest raw detail until database and spool are within it, keeps the rollups, and says so', async () => {
    const { store, put, endSpool } = await openBench();
    // Numbers that do not compress, so that it is the events that take the space.
    const random = seededRandom(1);
    const events = Array.from({ length: 30_000 }, (_, i) =>
      sample(NOW_MICROS - 1 - i * 90 * 1_000_000, { tests: Math.floor(random() * 2 ** 40) }),
    );
    await put(events);
    await endSpool();
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const from = HOUR_START - 40 * MICROS_PER_DAY;
    const before = await store.foldRollups(everything(from));
    const full = await store.stats();
    const maxBytes = full.databaseBytes - filePages(store.path).freeBytes + full.spoolBytes - 60_000;
    const report = await store.upkeep({ ...UNLIMITED, maxBytes }, NOW_MICROS);
    const after = await store.stats();
    expect(report.sizeBytes).toBeLessThanOrEqual(maxBytes);
    expect(statSync(after.path).size).toBe(after.databaseBytes);
    expect(report.droppedForSpaceEvents).toBe(full.events - after.events);
    expect(report.droppedForSpaceEvents).toBeGreaterThan(0);
    // No more than that takes: some 7 bytes an event, and a fiftieth of the budget to spare.
    expect(report.droppedForSpaceEvents).toBeLessThan(20_000);
    expect(report.expiredEvents).toBe(0);
    expect(report.rawFromMicros).toBeLessThanOrEqual(after.oldestMicros ?? 0);
    expect(report.rawFromMicros).toBeGreaterThan(full.oldestMicros ?? 0);
    expect(await store.foldRollups(everything(from))).toEqual(before);
    const [account] = await store.ledger();
    expect((account?.inDatabase ?? 0) + (account?.expired ?? 0)).toBe(account?.recorded);
  });

  it('keeps the running hour, even over budget', async () => {
    const { store, put } = await openBench();
    await put([sample(NOW_MICROS - 1), sample(NOW_MICROS - 2)]);
    const report = await store.upkeep({ ...UNLIMITED, maxBytes: 1 }, NOW_MICROS);
    expect(report).toMatchObject({ droppedForSpaceEvents: 0 });
    expect(report.sizeBytes).toBeGreaterThan(1);
    expect((await store.stats()).events).toBe(2);
  });
});

describe('upkeep', () => {
  it('removes drained files of the spool and empties the WAL', async () => {
    const { store, put, endSpool } = await openBench();
    await put(quarters(3));
    await endSpool();
    await store.drain();
    const report = await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(report.removedSegments).toBe(1);
    expect(await store.stats()).toMatchObject({ spoolSegments: 0, spoolBytes: 0 });
    expect(report.sizeBytes).toBe((await store.stats()).databaseBytes + (await store.stats()).walBytes);
  });

  it('lets others record, drain and ask meanwhile', async () => {
    const { store, put } = await openBench();
    await put(quarters(20));
    const progress = { done: false };
    const upkeep = store.upkeep({ ...UNLIMITED, rawDays: 3 }, NOW_MICROS).finally(() => (progress.done = true));
    let asked = 0;
    for (; !progress.done; asked++) {
      await put([sample(NOW_MICROS - 1 - asked * 1_000)]);
      await store.fold(foldRequest());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await upkeep;
    expect(asked).toBeGreaterThan(10);
    const [account] = await store.ledger();
    expect((account?.inDatabase ?? 0) + (account?.expired ?? 0)).toBe(20 * 96 + asked);
  });

  it('is one at a time within a process', async () => {
    const { store, put } = await openBench();
    await put(quarters(1));
    const [first, second] = await Promise.all([
      store.upkeep(UNLIMITED, NOW_MICROS),
      store.upkeep(UNLIMITED, NOW_MICROS),
    ]);
    expect(second).toBe(first);
  });
});
