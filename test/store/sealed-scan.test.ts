import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import type { ScanRequest, Store } from '../../src/store/store.ts';
import { filter, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, SAMPLE, sample, sampleEvents } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const RANGE = { fromMicros: NOW_MICROS - 4 * MICROS_PER_DAY, toMicros: NOW_MICROS };
const OLDEST = NOW_MICROS - 3 * MICROS_PER_DAY;
const ORDERS: readonly ScanRequest['order'][] = [
  'oldest_first',
  'newest_first',
  ...[...Object.keys(SAMPLE.fields), 'source', 'inferred', 'cluster', 'unheard_of'].flatMap((field) =>
    (['ascending', 'descending'] as const).map((direction) => ({ field, direction })),
  ),
];

/** Rows of the typed table and of blocks. */
function rowsOf(path: string): { readonly hot: number; readonly sealed: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  const count = (sql: string): number => Number(db.prepare(sql).get()?.['n']);
  try {
    return {
      hot: count('SELECT count(*) AS n FROM "m_sample.taken"'),
      sealed: count('SELECT coalesce(sum(n), 0) AS n FROM block'),
    };
  } finally {
    db.close();
  }
}

/** Events a second apart, of which every third has a number and a name. */
const spread = (count: number, from = OLDEST, step = 1_000_000) =>
  Array.from({ length: count }, (_, i) =>
    sample(from + i * step, i % 3 === 0 ? { tests: (i * 7_919) % 1_000, node_id: `N${i % 11}` } : {}),
  );

const seal = (bench: StoreBench, nowMicros = NOW_MICROS) => bench.store.upkeep(UNLIMITED, nowMicros);

async function answersOf(store: Store, filters: ScanRequest['filters'], limit: number | undefined, offset: number) {
  const answers: StoredEvent[][] = [];
  for (const order of ORDERS) {
    answers.push(await scanned(store, { order, filters, limit, ...(typeof order !== 'string' && { offset }) }));
  }
  return answers;
}

describe('a scan', () => {
  it('gives the same whether rows are sealed or not, in every order and through every filter', async () => {
    const request = fc.record({
      events: sampleEvents,
      filters: fc.array(filter, { maxLength: 2 }),
      limit: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      offset: fc.integer({ min: 0, max: 5 }),
      upTo: fc.integer({ min: -70, max: 48 }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ events, filters, limit, offset, upTo }) => {
        const bench = await openBench();
        await bench.put(events);
        const before = await answersOf(bench.store, filters, limit, offset);
        // Some hours, or all: sealing leaves out the last day.
        await seal(bench, NOW_MICROS + upTo * MICROS_PER_HOUR);
        expect(await answersOf(bench.store, filters, limit, offset)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('merges late rows into their places among sealed ones', async () => {
    const bench = await openBench();
    await bench.put(spread(3_000));
    await seal(bench);
    await bench.put(spread(2_500, OLDEST + 500_000));
    expect(rowsOf(bench.store.path)).toEqual({ hot: 2_500, sealed: 3_000 });
    const oldest = await scanned(bench.store);
    expect(oldest.map(({ atMicros }) => atMicros)).toEqual(
      [...spread(3_000), ...spread(2_500, OLDEST + 500_000)].map(({ atMicros }) => atMicros).toSorted((a, b) => a - b),
    );
    const newest = await scanned(bench.store, { order: 'newest_first' });
    expect(newest).toEqual(oldest.toReversed());
    expect(await scanned(bench.store, { order: 'newest_first', limit: 700 })).toEqual(newest.slice(0, 700));
  });

  it.each(['oldest_first', 'newest_first', { field: 'tests', direction: 'descending' }] as const)(
    'in the order %j gives each event once while rows are sealed, brought back and added between two batches',
    async (order) => {
      const bench = await openBench();
      await bench.put(spread(3_500));
      const expected = await scanned(bench.store, { order });
      const found: StoredEvent[] = [];
      let batches = 0;
      for await (const batch of bench.store.scan({ metric: SAMPLE.name, range: RANGE, filters: [], order })) {
        found.push(...batch);
        // Sealed; then a late row and a new column beyond the range; then merged, so that blocks are replaced.
        if (batches === 0) await seal(bench);
        if (batches === 1) await bench.put([sample(RANGE.fromMicros - 1, { wait_ms: 1 })]);
        if (batches >= 2) await seal(bench);
        batches++;
      }
      expect(batches).toBe(4);
      expect(rowsOf(bench.store.path)).toEqual({ hot: 0, sealed: 3_501 });
      expect(found).toEqual(expected);
    },
  );

  it('goes on with what is left when blocks are dropped between two batches', async () => {
    const bench = await openBench();
    await bench.put(spread(3_000));
    await seal(bench);
    await bench.put(spread(3_000, OLDEST + 500_000));
    const expected = await scanned(bench.store);
    const dropping = new DatabaseSync(bench.store.path);
    const found: StoredEvent[] = [];
    for await (const batch of bench.store.scan({
      metric: SAMPLE.name,
      range: RANGE,
      filters: [],
      order: 'oldest_first',
    })) {
      found.push(...batch);
      dropping.exec('DELETE FROM block');
    }
    dropping.close();
    const isHot = ({ atMicros }: StoredEvent): boolean => (atMicros - OLDEST) % 1_000_000 === 500_000;
    expect(found).toEqual([...expected.slice(0, 1_000), ...expected.slice(1_000).filter(isHot)]);
  });

  it('sorts names as SQLite does, also those beyond 16 bits', async () => {
    const bench = await openBench();
    const names = ['z', '\u{1F600}', '\uFFFD', '\uE000x', 'ä', '', '\u{1F600}a'];
    await bench.put(names.map((model, i) => sample(OLDEST + i, { model })));
    const order = { field: 'model', direction: 'ascending' } as const;
    const before = await scanned(bench.store, { order });
    await seal(bench);
    expect(rowsOf(bench.store.path).hot).toBe(0);
    expect(await scanned(bench.store, { order })).toEqual(before);
  });

  it('leaves out a block whose bytes are damaged, and gives the rest', async () => {
    const bench = await openBench();
    await bench.put(spread(10));
    await seal(bench);
    const db = new DatabaseSync(bench.store.path);
    db.exec("UPDATE block SET b = x'00'");
    db.close();
    await bench.put([sample(NOW_MICROS - 1)]);
    expect(await scanned(bench.store)).toHaveLength(1);
    expect(await scanned(bench.store, { order: { field: 'tests', direction: 'ascending' } })).toHaveLength(1);
  });
});
