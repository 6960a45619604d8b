import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { defineMetric, type Metric } from '../../src/metrics/define-metric.ts';
import { count, measure, name } from '../../src/model/field.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { overlapping, storedRows } from '../support/sealed-blocks.ts';
import { scanned, UNLIMITED } from '../contracts/store-contract.ts';

const OLDEST = NOW_MICROS - 3 * MICROS_PER_DAY;
const ALWAYS = { fromMicros: 0, toMicros: NOW_MICROS + MICROS_PER_DAY };

const spread = (howMany: number, from: number, step: number): IncomingEvent[] =>
  Array.from({ length: howMany }, (_, i) => sample(from + i * step, { tests: i, node_id: `N${i % 7}` }));
const everything = ({ store }: StoreBench, metric = SAMPLE.name) => scanned(store, { metric, range: ALWAYS });
const rowsIn = async ({ store }: StoreBench, metric = SAMPLE.name) => storedRows((await store.stats()).path, metric);

describe('upkeep', () => {
  it('seals what is old and leaves what is recent, however many times it runs', async () => {
    const bench = await openBench();
    await bench.put([
      ...spread(1_000, OLDEST, MICROS_PER_MINUTE),
      ...spread(90, NOW_MICROS - 90 * MICROS_PER_MINUTE, MICROS_PER_MINUTE),
    ]);
    const before = await everything(bench);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const after = await rowsIn(bench);
    expect(after).toMatchObject({ hot: 90, sealed: 1_000 });
    expect(after.blocks).toHaveLength(1);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rowsIn(bench)).toEqual(after);
    expect(await everything(bench)).toEqual(before);
  });

  it('makes full blocks of a long history, and takes in what comes later', async () => {
    const bench = await openBench();
    await bench.put(spread(40_000, OLDEST, MICROS_PER_MINUTE / 40));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await rowsIn(bench)).blocks.map(({ n }) => n)).toEqual([16_384, 16_384, 7_232]);
    await bench.put(spread(5_000, NOW_MICROS - MICROS_PER_DAY, MICROS_PER_MINUTE / 10));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await rowsIn(bench)).blocks.map(({ n }) => n)).toEqual([16_384, 16_384, 12_232]);
    expect(await everything(bench)).toHaveLength(45_000);
  });

  it('merges late events into the blocks whose times they fall into', async () => {
    const bench = await openBench();
    await bench.put(spread(20_000, OLDEST, MICROS_PER_MINUTE / 10));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    // Older than all, at the very times of sealed ones, between them, and in the gap between the two blocks.
    const late = [
      OLDEST - 5,
      OLDEST,
      OLDEST + 1,
      OLDEST + MICROS_PER_HOUR,
      OLDEST + 16_383.5 * (MICROS_PER_MINUTE / 10),
    ];
    await bench.put(late.map((at) => sample(at, { node_id: 'late' })));
    const before = await everything(bench);
    expect(before).toHaveLength(20_005);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const { hot, sealed, blocks } = await rowsIn(bench);
    expect([hot, sealed, overlapping(blocks)]).toEqual([0, 20_005, []]);
    expect(blocks.length).toBeLessThanOrEqual(4);
    expect(await everything(bench)).toEqual(before);
  });

  it('keeps apart all events of a burst at one microsecond, sealed in the middle of it or not', async () => {
    const bench = await openBench();
    const burst = (from: number): IncomingEvent[] =>
      Array.from({ length: 300 }, (_, i) => sample(OLDEST, { tests: from + i }));
    for (const from of [0, 300, 600]) {
      await bench.put(burst(from));
      await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    }
    const events = await everything(bench);
    expect(new Set(events.map(({ id }) => id)).size).toBe(900);
    expect(events.map(({ atMicros }) => atMicros - OLDEST)).toEqual(Array.from({ length: 900 }, (_, i) => i));
    expect(events.map(({ data }) => data['tests'])).toEqual(Array.from({ length: 900 }, (_, i) => i));
  });

  it('seals events of a time before the store began, and leaves those of the future', async () => {
    const bench = await openBench();
    await bench.put([
      sample(Date.UTC(2024, 4) * 1_000),
      sample(Date.UTC(2024, 5) * 1_000),
      sample(NOW_MICROS + MICROS_PER_HOUR),
    ]);
    const before = await everything(bench);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rowsIn(bench)).toMatchObject({ hot: 1, sealed: 2 });
    expect(await everything(bench)).toEqual(before);
  });

  it('moves a row that a version from before there were blocks put at the time of a sealed one', async () => {
    const bench = await openBench();
    await bench.put(spread(10, OLDEST, 1));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const db = new DatabaseSync((await bench.store.stats()).path);
    db.exec(`INSERT INTO "m_sample.taken" (t, o, tests) SELECT t0 + 3, 1, 99 FROM block`);
    db.close();
    await bench.put(spread(1, OLDEST + MICROS_PER_HOUR, 1));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const told = (await everything(bench)).map(({ atMicros, data }) => [atMicros - OLDEST, data['tests']]);
    expect(told.slice(2, 7)).toEqual([
      [2, 2],
      [3, 3],
      [4, 99],
      [5, 4],
      [6, 5],
    ]);
  });

  it('is not stopped by a block whose bytes were changed', async () => {
    const bench = await openBench();
    await bench.put(spread(1_000, OLDEST, MICROS_PER_MINUTE));
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const db = new DatabaseSync((await bench.store.stats()).path);
    db.exec(`UPDATE block SET b = zeroblob(length(b))`);
    db.close();
    const again = await openBench(bench.directory);
    const later = NOW_MICROS - MICROS_PER_DAY * 1.5;
    await again.put([...spread(10, OLDEST + 1, MICROS_PER_MINUTE), sample(later)]);
    await again.store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await everything(again)).map(({ atMicros }) => atMicros)).toContain(later);
    expect(await rowsIn(again)).toMatchObject({ sealed: 1 });
  });
});

describe('a metric that gains a field', () => {
  const wide = (fields: Metric['fields']): Metric =>
    defineMetric({ name: 'grown.metric', category: 'custom', doc: 'Gains fields.', fields });
  const narrow = { items: count('Items.') };
  const event = (atMicros: number, data: IncomingEvent['data']): IncomingEvent => ({
    metric: 'grown.metric',
    atMicros,
    data,
    source: 'library',
    inferred: false,
  });

  it('has it in new blocks, and not in those from before', async () => {
    const old = await openBench(undefined, [wide(narrow)]);
    await old.put([event(OLDEST, { items: 1 }), event(OLDEST + 2, { items: 2 })]);
    await old.store.upkeep(UNLIMITED, NOW_MICROS);

    const grown = await openBench(old.directory, [
      wide({ ...narrow, wait_ms: measure('ms', 'Wait.'), word: name('Word.') }),
    ]);
    await grown.put([
      event(OLDEST + 1, { items: 3, wait_ms: 0.5, word: 'w' }),
      event(NOW_MICROS - 2 * MICROS_PER_DAY, { wait_ms: 7 }),
    ]);
    const expected = [{ items: 1 }, { items: 3, wait_ms: 0.5, word: 'w' }, { items: 2 }, { wait_ms: 7 }];
    for (const bench of [grown, old])
      expect((await everything(bench, 'grown.metric')).map(({ data }) => data)).toEqual(expected);
    await grown.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await rowsIn(grown, 'grown.metric')).toMatchObject({ hot: 0, sealed: 4 });
    for (const bench of [grown, old])
      expect((await everything(bench, 'grown.metric')).map(({ data }) => data)).toEqual(expected);
  });
});

describe('two processes', () => {
  it('may seal and drain at once: nothing is lost, nothing is there twice', async () => {
    const a = await openBench();
    await a.put(spread(30_000, OLDEST, MICROS_PER_MINUTE / 20));
    const other = await openBench(a.directory);
    const late = (round: number): IncomingEvent[] => spread(500, OLDEST + round, MICROS_PER_HOUR / 15);
    const working = [a.store.upkeep(UNLIMITED, NOW_MICROS), other.store.upkeep(UNLIMITED, NOW_MICROS)];
    for (let round = 0; round < 10; round++) {
      other.spool(late(round));
      await other.store.drain({ waitMillis: 5_000 });
    }
    await Promise.all(working);
    await other.store.upkeep(UNLIMITED, NOW_MICROS);
    const { hot, sealed, blocks } = await rowsIn(a);
    expect([hot, sealed, overlapping(blocks)]).toEqual([0, 35_000, []]);
    const events = await everything(a);
    expect(new Set(events.map(({ id }) => id)).size).toBe(35_000);
  });
});
