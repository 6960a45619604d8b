import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import { openDatabase } from '../../src/store/sqlite/open/open-database.ts';
import { dirtyDays, rollUpDay } from '../../src/store/sqlite/upkeep/rollup-build.ts';
import type { ProducerLedger } from '../../src/store/store.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { damageBlock } from '../support/damage-block.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const EVENTS = 40_000;
const OLDEST = NOW_MICROS - 10 * MICROS_PER_DAY;
const END = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
const WHOLE = [{ fromMicros: OLDEST - (OLDEST % MICROS_PER_HOUR), toMicros: END }];
const all = foldRequest({ ranges: WHOLE, measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });
/** In the middle of the second block. */
const MIDDLE = OLDEST + 20_000 * 15 * MICROS_PER_SECOND;

const late = (fromMicros: number, events: number, tests: number) =>
  Array.from({ length: events }, (_, i) => sample(fromMicros + 7 + i, { tests }));

/** A sealed history, of which late events have been rolled up and not sealed, as when an upkeep is killed in between. */
async function withCounted(events = late(MIDDLE, 3, 0)): Promise<StoreBench> {
  const bench = await openBench();
  await bench.put(Array.from({ length: EVENTS }, (_, i) => sample(OLDEST + i * 15 * MICROS_PER_SECOND, { tests: 1 })));
  await bench.store.upkeep(UNLIMITED, NOW_MICROS);
  await bench.put(events);
  const { db } = openDatabase(bench.directory, NOW_MICROS);
  for (const day of dirtyDays(db, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
    await rollUpDay(db, day, NOW_MICROS, async () => undefined);
  }
  db.close();
  return bench;
}

const rolledUp = async ({ store }: StoreBench): Promise<unknown> => (await store.foldRollups(all))[0]?.figures;

/** 0 when each recorded event is accounted for. */
const missing = ({ recorded, inDatabase, inSpool, expired, dropped }: ProducerLedger): number =>
  recorded - inDatabase - inSpool - expired - (dropped.block_damaged ?? 0);

describe('late events that were rolled up and not sealed when their block was damaged', () => {
  it('are counted once', async () => {
    const bench = await withCounted();
    const { rows } = damageBlock(bench.store.path, 1);
    await bench.store.verify();
    for (let upkeep = 0; upkeep < 2; upkeep++) {
      expect(await rolledUp(bench)).toEqual([EVENTS + 3, EVENTS]);
      await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    }
    const [account] = await bench.store.ledger();
    expect(account).toMatchObject({ dropped: { block_damaged: rows }, expired: 3 });
    expect(account === undefined ? 1 : missing(account)).toBe(0);
  });

  it('are counted once, and so are those that came later into other hours of the block', async () => {
    const bench = await withCounted();
    await bench.put(late(MIDDLE + MICROS_PER_HOUR, 2, 5));
    const { rows } = damageBlock(bench.store.path, 1);
    await bench.store.verify();
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rolledUp(bench)).toEqual([EVENTS + 5, EVENTS + 10]);
    const [account] = await bench.store.ledger();
    expect(account).toMatchObject({ dropped: { block_damaged: rows }, expired: 5 });
    expect(account === undefined ? 1 : missing(account)).toBe(0);
  });

  it('are not counted again with those that came later into the same hour: these are told of as lost', async () => {
    const bench = await withCounted();
    await bench.put(late(MIDDLE + 1_000, 2, 5));
    const { rows } = damageBlock(bench.store.path, 1);
    await bench.store.verify();
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rolledUp(bench)).toEqual([EVENTS + 3, EVENTS]);
    const [account] = await bench.store.ledger();
    expect(account).toMatchObject({ dropped: { block_damaged: rows + 5 } });
    expect(account === undefined ? 1 : missing(account)).toBe(0);
  });

  it('are all counted where none had been rolled up', async () => {
    const bench = await withCounted([]);
    await bench.put([...late(MIDDLE, 4, 5), ...late(MIDDLE + 3 * MICROS_PER_HOUR, 1, 5)]);
    damageBlock(bench.store.path, 1);
    // Whoever has read the block before still knows its rows: the checksum is of what lies in the file.
    await bench.store.verify();
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rolledUp(bench)).toEqual([EVENTS + 5, EVENTS + 25]);
    expect((await bench.store.ledger()).map(missing)).toEqual([0]);
  });
});
