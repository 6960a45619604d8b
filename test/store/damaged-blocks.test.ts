import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import type { ProducerLedger } from '../../src/store/store.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { damageBlock } from '../support/damage-block.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const EVENTS = 50_000;
const OLDEST = NOW_MICROS - 10 * MICROS_PER_DAY;
const END = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
const WHOLE = [{ fromMicros: OLDEST - (OLDEST % MICROS_PER_HOUR), toMicros: END }];
const all = foldRequest({ ranges: WHOLE, measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });

/** A sealed history of some blocks, one of which is damaged. */
async function withDamage(): Promise<StoreBench & { readonly id: number; readonly rows: number }> {
  const bench = await openBench();
  await bench.put(Array.from({ length: EVENTS }, (_, i) => sample(OLDEST + i * 15 * MICROS_PER_SECOND, { tests: i })));
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  return { ...bench, ...damageBlock(bench.store.path, 1) };
}

const countOf = async ({ store }: StoreBench): Promise<unknown> =>
  (await store.fold(foldRequest({ ranges: WHOLE })))[0]?.figures[0];

/** 0 when each recorded event is accounted for. */
const missing = ({ recorded, inDatabase, inSpool, expired, dropped }: ProducerLedger): number =>
  recorded - inDatabase - inSpool - expired - (dropped.block_damaged ?? 0);

describe('a damaged block', () => {
  it('takes its own events from answers and no others; rollups still count them', async () => {
    const bench = await withDamage();
    expect(await countOf(bench)).toBe(EVENTS - bench.rows);
    const [row] = await bench.store.foldRollups(all);
    expect(row?.figures).toEqual([EVENTS, (EVENTS * (EVENTS - 1)) / 2]);
  });

  it('is set aside when blocks are verified, and told of: which events, when, and whose', async () => {
    const bench = await withDamage();
    const parts: number[] = [];
    const check = await bench.store.verify((part) => parts.push(part));
    expect(check).toMatchObject({ events: EVENTS, damaged: [{ metric: SAMPLE.name, events: bench.rows }] });
    expect(parts.at(-1)).toBe(1);
    const stats = await bench.store.stats();
    expect(stats.damaged).toEqual(check.damaged);
    expect(stats.events).toBe(EVENTS - bench.rows);
    const [account] = await bench.store.ledger();
    expect(account).toMatchObject({ inDatabase: EVENTS - bench.rows, dropped: { block_damaged: bench.rows } });
    expect(account === undefined ? 1 : missing(account)).toBe(0);
    expect(await countOf(bench)).toBe(EVENTS - bench.rows);
    expect((await bench.store.verify()).damaged).toEqual(check.damaged);
  });

  it('is counted to its producer for good, whatever is drained later', async () => {
    const bench = await withDamage();
    await bench.store.verify();
    await bench.put([sample(NOW_MICROS - 1), sample(NOW_MICROS - 2)]);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });

  it('never makes a rollup smaller: what comes late is added to what was counted', async () => {
    const bench = await withDamage();
    await bench.store.verify();
    const [span] = (await bench.store.stats()).damaged;
    const middle = ((span?.fromMicros ?? 0) + (span?.toMicros ?? 0)) / 2;
    const late = [1, 2, 3].map((i) => sample(Math.floor(middle) + i * 7, { tests: 1 }));
    await bench.put(late);
    const expected = [EVENTS + 3, (EVENTS * (EVENTS - 1)) / 2 + 3];
    // Before they are rolled up, and after; and again.
    expect((await bench.store.foldRollups(all))[0]?.figures).toEqual(expected);
    for (let upkeep = 0; upkeep < 2; upkeep++) {
      await bench.store.upkeep(UNLIMITED, NOW_MICROS);
      expect((await bench.store.foldRollups(all))[0]?.figures).toEqual(expected);
    }
    const { rollups } = await bench.store.coverage(SAMPLE.name, { fromMicros: OLDEST, toMicros: END });
    expect(rollups.length).toBe(1);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });

  it('is set aside before its hour would be rolled up from what is left', async () => {
    const bench = await withDamage();
    // Nobody has noticed it yet when an event comes late into its middle.
    await bench.put([sample(OLDEST + 24_000 * 15 * MICROS_PER_SECOND + 7, { tests: 5 })]);
    const expected = [EVENTS + 1, (EVENTS * (EVENTS - 1)) / 2 + 5];
    expect((await bench.store.foldRollups(all))[0]?.figures).toEqual(expected);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await bench.store.foldRollups(all))[0]?.figures).toEqual(expected);
    expect((await bench.store.stats()).damaged.map(({ events }) => events)).toEqual([bench.rows]);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });

  it('is not told of any more when what was in it would have expired', async () => {
    const bench = await withDamage();
    await bench.store.verify();
    const { expiredEvents } = await bench.store.upkeep({ ...UNLIMITED, rawDays: 1 }, NOW_MICROS);
    expect(expiredEvents).toBeGreaterThan(0);
    expect((await bench.store.stats()).damaged).toEqual([]);
    expect((await bench.store.foldRollups(all))[0]?.figures[0]).toBe(EVENTS);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });

  it('is met and set aside by an upkeep that has to cut it', async () => {
    const bench = await withDamage();
    await bench.store.upkeep({ ...UNLIMITED, rawDays: 5 }, NOW_MICROS);
    const { damaged } = await bench.store.stats();
    expect(damaged.map(({ events }) => events)).toEqual([bench.rows]);
    expect((await bench.store.foldRollups(all))[0]?.figures[0]).toBe(EVENTS);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });
});
