import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { damageRollup } from '../support/damage-rollup.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const END = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
const DAY = Math.floor(NOW_MICROS / MICROS_PER_DAY) * MICROS_PER_DAY;
const WHOLE = { fromMicros: DAY - 6 * MICROS_PER_DAY, toMicros: END };
const all = foldRequest({ ranges: [WHOLE], measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });

/** Ten events an hour for five whole days before today, rolled up; the rollup of the oldest day is damaged then. */
async function withDamage(settings = UNLIMITED): Promise<StoreBench & { readonly told: readonly unknown[] }> {
  const bench = await openBench();
  await bench.put(
    Array.from({ length: 5 * 240 }, (_, i) =>
      sample(DAY - 1 - i * 6 * MICROS_PER_MINUTE, { tests: i, node_id: `Node-${i % 3}` }),
    ),
  );
  await bench.put([sample(NOW_MICROS - 1)]);
  await bench.store.upkeep(settings, NOW_MICROS);
  const told = await bench.store.foldRollups(all);
  damageRollup(bench.store.path);
  // Another process: one that has read the rollup keeps what it read.
  return { ...(await openBench(bench.directory)), told };
}

describe('a damaged rollup', () => {
  it('of a day whose events are there is not missed by any question, and made anew by the next upkeep', async () => {
    const { store, told } = await withDamage();
    expect(await store.foldRollups(all)).toEqual(told);
    const { rolledUpHours } = await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(rolledUpHours).toBe(24);
    expect(await store.foldRollups(all)).toEqual(told);
    expect(await store.verify()).toMatchObject({ rollups: 5, damagedRollups: [] });
    expect((await store.upkeep(UNLIMITED, NOW_MICROS)).rolledUpHours).toBe(0);
  });

  it('is noticed when blocks are verified', async () => {
    const { store, told } = await withDamage();
    await store.verify();
    expect((await store.coverage(SAMPLE.name, WHOLE)).raw).toHaveLength(1);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await store.coverage(SAMPLE.name, WHOLE)).raw).toHaveLength(0);
    expect(await store.foldRollups(all)).toEqual(told);
  });

  it('of a day whose events have expired is told of by the first question, and for good', async () => {
    const { store, told } = await withDamage({ ...UNLIMITED, rawDays: 2 });
    const lost = { fromMicros: DAY - 5 * MICROS_PER_DAY, toMicros: DAY - 4 * MICROS_PER_DAY };
    const hours = Array.from({ length: 24 }, (_, i) => ({
      fromMicros: lost.fromMicros + i * MICROS_PER_HOUR,
      toMicros: lost.fromMicros + (i + 1) * MICROS_PER_HOUR,
    }));
    const [before] = told as [{ readonly figures: readonly number[] }];
    for (const look of ['not noticed yet', 'noticed', 'set aside']) {
      const { raw, rollups, damaged } = await store.coverage(SAMPLE.name, WHOLE);
      expect([look, raw, damaged]).toEqual([look, [lost], hours]);
      const [row] = await store.foldRollups({ ...all, ranges: rollups });
      expect(row?.figures[0]).toBe((before?.figures[0] ?? 0) - 240);
      if (look === 'noticed') await store.upkeep({ ...UNLIMITED, rawDays: 2 }, NOW_MICROS);
    }
    const { damagedRollups } = await store.stats();
    expect(damagedRollups).toMatchObject([{ metric: SAMPLE.name, events: 240, fromMicros: lost.fromMicros }]);
    expect(await store.verify()).toMatchObject({ rollups: 4, damagedRollups });
  });

  it('is not told of any more when the figures would have expired', async () => {
    const { store } = await withDamage({ ...UNLIMITED, rawDays: 2 });
    await store.verify();
    expect((await store.stats()).damagedRollups).toHaveLength(1);
    await store.upkeep({ ...UNLIMITED, rawDays: 2, rollupDays: 3 }, NOW_MICROS);
    expect((await store.stats()).damagedRollups).toEqual([]);
  });

  it('takes nothing from what comes late to its day', async () => {
    const { store, put } = await withDamage({ ...UNLIMITED, rawDays: 2 });
    await store.verify();
    await put([sample(DAY - 5 * MICROS_PER_DAY + 7, { tests: 1 })]);
    await store.upkeep({ ...UNLIMITED, rawDays: 2 }, NOW_MICROS);
    const [row] = await store.foldRollups(all);
    expect(row?.figures[0]).toBe(4 * 240 + 1);
    expect((await store.stats()).damagedRollups).toHaveLength(1);
  });
});
