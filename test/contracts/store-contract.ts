import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent, StoredEvent } from '../../src/model/event.ts';
import type { Filter } from '../../src/model/filter.ts';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import type { Figure, FoldRequest, FoldRow, Measure, ScanRequest, Store } from '../../src/store/store.ts';
import { passes, plainFold, rowKey } from '../support/plain-fold.ts';
import { NOW_MICROS, SAMPLE, sample, sampleEvents } from '../support/sample-events.ts';

/** A new empty store, and a way to put events into it. Closed when the running test has finished. */
export type ContractStore = {
  readonly store: Store;
  readonly put: (events: readonly IncomingEvent[]) => Promise<void>;
};

const RANGE = { fromMicros: NOW_MICROS - 4 * MICROS_PER_DAY, toMicros: NOW_MICROS };
const T0 = NOW_MICROS - MICROS_PER_DAY;
const FIELDS = [...Object.keys(SAMPLE.fields), 'source', 'inferred', 'cluster', 'unheard_of'];
/** A run makes a store of its own, which takes some tens of milliseconds. */
const RUNS = { numRuns: 25 };

export const scanned = async (store: Store, request: Partial<ScanRequest> = {}): Promise<StoredEvent[]> => {
  const full: ScanRequest = { metric: SAMPLE.name, range: RANGE, filters: [], order: 'oldest_first', ...request };
  return (await Array.fromAsync(store.scan(full))).flat();
};

export const foldRequest = (request: Partial<FoldRequest> = {}): FoldRequest => ({
  metric: SAMPLE.name,
  ranges: [RANGE],
  filters: [],
  groupBy: [],
  measures: [{ fn: 'count' }],
  ...request,
});

/** Sums of floats depend on their order; stores sum integers. */
function expectFigure(actual: Figure, expected: Figure): void {
  if (typeof actual === 'number' && typeof expected === 'number') {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
  } else expect(actual).toEqual(expected);
}

export function expectRows(rows: readonly FoldRow[], expected: ReadonlyMap<string, readonly Figure[]>): void {
  expect(rows.map(({ bucket, group }) => rowKey(bucket, group)).sort()).toEqual([...expected.keys()].sort());
  for (const { bucket, group, figures } of rows) {
    const wanted = expected.get(rowKey(bucket, group)) ?? [];
    expect(figures.length).toBe(wanted.length);
    for (const [index, figure] of figures.entries()) expectFigure(figure, wanted[index]);
  }
}

const text = fc.constantFrom(
  'Node-A',
  'Node',
  'node b',
  'task-1',
  'large',
  'good',
  'src/a.ts',
  'a.ts',
  'blue',
  'otlp',
  '',
  'never',
);
const value = fc.oneof(text, fc.boolean(), fc.constantFrom(0, 1, 2, -1, 0.1, 0.1 + 0.2, 1.5, 12.345));
export const filter: fc.Arbitrary<Filter> = fc.constantFrom(...FIELDS).chain((field) =>
  fc.oneof(
    fc.record({ field: fc.constant(field), op: fc.constantFrom('eq', 'ne'), value }),
    fc.record({
      field: fc.constant(field),
      op: fc.constantFrom('in', 'not_in'),
      values: fc.array(value, { maxLength: 3 }),
    }),
    fc.record({
      field: fc.constant(field),
      op: fc.constantFrom('lt', 'lte', 'gt', 'gte'),
      value: fc.constantFrom(0, 1, 0.3, 2.5, -2, 1e9),
    }),
    fc.record({ field: fc.constant(field), op: fc.constantFrom('prefix', 'not_prefix'), value: text }),
    fc.record({ field: fc.constant(field), op: fc.constantFrom('present', 'absent') }),
  ),
);

/** What every store must do alike. */
export function storeContract(name: string, open: () => Promise<ContractStore>): void {
  describe(`${name}: the contract of stores`, () => {
    it('gives back what was put in, field by field', async () => {
      const { store, put } = await open();
      const data = {
        node_id: 'Node-A',
        task_id: 'task-1',
        outcome: 'good',
        cached: false,
        tests: 0,
        change: -7,
        wait_ms: 0.001,
        cost_usd: 0.025,
        files: ['a.ts', 'src/ü.ts'],
      };
      await put([sample(T0, data, { source: 'otlp', inferred: true, cluster: 'blue' }), sample(T0 + 1, { files: [] })]);
      const [first, second] = await scanned(store);
      expect(first).toMatchObject({
        metric: SAMPLE.name,
        atMicros: T0,
        timestamp: T0 / 1e6,
        node_id: 'Node-A',
        data,
        source: 'otlp',
        inferred: true,
        cluster: 'blue',
      });
      expect(first?.id.endsWith(`:${SAMPLE.name}:${T0}`)).toBe(true);
      expect(second).toMatchObject({ data: { files: [] }, source: 'library', inferred: false });
      expect(Object.keys(second?.data ?? {})).toEqual(['files']);
      expect(second).not.toHaveProperty('node_id');
      expect(second).not.toHaveProperty('cluster');
    });

    it('keeps two events of one moment, at moments of their own', async () => {
      const { store, put } = await open();
      await put([sample(T0, { tests: 1 }), sample(T0, { tests: 2 }), sample(T0 + 1, { tests: 3 })]);
      const events = await scanned(store);
      expect(events.map(({ data }) => data['tests']).toSorted((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3]);
      expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    });

    it('stores an event of one identity once', async () => {
      const { store, put } = await open();
      const event = sample(T0, { tests: 1 }, { identity: 'request-1' });
      await put([event]);
      await put([event, sample(T0 + 5, { tests: 1 }, { identity: 'request-1' })]);
      expect(await scanned(store)).toHaveLength(1);
    });

    it('tells its metrics as they were declared', async () => {
      const { store, put } = await open();
      expect(await store.metrics()).toEqual([]);
      await put([sample(T0)]);
      const [metric] = await store.metrics();
      expect(metric?.name).toBe(SAMPLE.name);
      const told = Object.entries(metric?.fields ?? {}).map(([field, { kind, unit, scale }]) => [
        field,
        kind,
        unit,
        scale,
      ]);
      expect(told).toEqual(
        Object.entries(SAMPLE.fields).map(([field, { kind, unit, scale }]) => [field, kind, unit, scale]),
      );
    });

    it('answers with nothing where it has nothing', async () => {
      const { store } = await open();
      expect(await scanned(store)).toEqual([]);
      expect(await store.fold(foldRequest())).toEqual([]);
      expect(await store.foldRollups(foldRequest())).toEqual([]);
      expect((await store.stats()).events).toBe(0);
      expect(await store.ledger()).toEqual([]);
    });

    it('scans in batches, both ways, within the range, up to the limit', async () => {
      const { store, put } = await open();
      const moments = Array.from({ length: 2_500 }, (_, i) => T0 + i * 1_000);
      await put(moments.map((at) => sample(at)));
      const batches = await Array.fromAsync(
        store.scan({ metric: SAMPLE.name, range: RANGE, filters: [], order: 'newest_first' }),
      );
      expect(batches.every(({ length }) => length <= 1_000)).toBe(true);
      expect(batches.flat().map(({ atMicros }) => atMicros)).toEqual(moments.toReversed());
      const range = { fromMicros: moments[10] ?? 0, toMicros: moments[2_000] ?? 0 };
      const some = await scanned(store, { range, limit: 1_500 });
      expect(some.map(({ atMicros }) => atMicros)).toEqual(moments.slice(10, 1_510));
    });

    it('scans by a field, events without it last, in pages', async () => {
      const { store, put } = await open();
      const nodes = ['b', 'ä', 'a', undefined, 'B', 'a'];
      await put(nodes.map((node_id, i) => sample(T0 + i, { node_id, tests: i })));
      const order = { field: 'node_id', direction: 'ascending' } as const;
      const ascending = await scanned(store, { order });
      expect(ascending.map(({ node_id }) => node_id)).toEqual(['B', 'a', 'a', 'b', 'ä', undefined]);
      const descending = await scanned(store, {
        order: { field: 'tests', direction: 'descending' },
        limit: 2,
        offset: 1,
      });
      expect(descending.map(({ data }) => data['tests'])).toEqual([4, 3]);
    });

    it('filters as a plain filter does', { timeout: 300_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          sampleEvents,
          fc.array(fc.array(filter, { maxLength: 3 }), { maxLength: 30 }),
          async (events, all) => {
            const { store, put } = await open();
            await put(events);
            for (const filters of all) {
              const expected = events.filter((event) => filters.every((one) => passes(event, one)));
              const found = await scanned(store, { filters });
              expect(found.map(({ atMicros }) => atMicros)).toEqual(
                expected.map(({ atMicros }) => atMicros).sort((a, b) => a - b),
              );
            }
          },
        ),
        RUNS,
      );
    });

    const fns = ['count', 'sum', 'min', 'max', 'first', 'last', 'distinct'] as const;
    const numeric = ['tests', 'change', 'wait_ms', 'cost_usd'];
    const measure: fc.Arbitrary<Measure> = fc.oneof(
      fc.constant({ fn: 'count' } as const),
      fc.record({
        fn: fc.constantFrom(...fns),
        field: fc.constantFrom(...FIELDS.filter((field) => field !== 'files')),
      }),
      fc.record({
        fn: fc.constant('percentile' as const),
        field: fc.constantFrom(...numeric),
        p: fc.constantFrom(0, 50, 95, 99.9, 100),
      }),
    );

    it('folds as a plain fold does, by group, bucket and range', { timeout: 300_000 }, async () => {
      const boundary = fc.integer({ min: RANGE.fromMicros, max: RANGE.toMicros });
      const boundaries = fc
        .uniqueArray(boundary, { minLength: 2, maxLength: 6 })
        .map((all) => all.sort((a, b) => a - b));
      const request = fc.record({
        ranges: boundaries.map((all) =>
          all.flatMap((fromMicros, i) =>
            i % 2 === 0 && i + 1 < all.length ? [{ fromMicros, toMicros: all[i + 1] ?? 0 }] : [],
          ),
        ),
        filters: fc.array(filter, { maxLength: 1 }),
        groupBy: fc.uniqueArray(fc.constantFrom(...FIELDS), { maxLength: 2 }),
        buckets: fc.option(boundaries, { nil: undefined }),
        measures: fc.array(measure, { minLength: 1, maxLength: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(sampleEvents, fc.array(request, { maxLength: 20 }), async (events, requests) => {
          const { store, put } = await open();
          await put(events);
          expect(await store.metrics()).toHaveLength(Math.min(1, events.length));
          for (const asked of requests.map(foldRequest)) expectRows(await store.fold(asked), plainFold(events, asked));
        }),
        RUNS,
      );
    });

    it('gives rows in ascending order of bucket, then of group, the absent last', async () => {
      const { store, put } = await open();
      const nodes = ['b', undefined, 'a', 'B'];
      await put(
        nodes.flatMap((node_id, i) => [sample(T0 + i, { node_id }), sample(T0 + MICROS_PER_HOUR + i, { node_id })]),
      );
      const rows = await store.fold(
        foldRequest({ groupBy: ['node_id'], buckets: [T0, T0 + MICROS_PER_HOUR, T0 + 2 * MICROS_PER_HOUR] }),
      );
      expect(rows.map(({ bucket, group }) => [bucket, group[0]])).toEqual(
        [0, 1].flatMap((bucket) => ['B', 'a', 'b', undefined].map((node) => [bucket, node])),
      );
    });

    it('gives all values as a sketch within its stated error', async () => {
      const { store, put } = await open();
      await put(Array.from({ length: 1_000 }, (_, i) => sample(T0 + i, { wait_ms: i + 1 })));
      const [row] = await store.fold(foldRequest({ measures: [{ fn: 'sketch', field: 'wait_ms' }] }));
      const sketch = row?.figures[0];
      expect(sketch).toBeInstanceOf(QuantileSketch);
      const median = sketch instanceof QuantileSketch ? (sketch.quantile(0.5) ?? 0) : 0;
      expect(Math.abs(median - 500)).toBeLessThanOrEqual(500 * QuantileSketch.relativeError + 1);
    });

    it('covers a range without gaps, and what it covers folds as the events do', { timeout: 300_000 }, async () => {
      const cut = fc.integer({ min: RANGE.fromMicros, max: RANGE.toMicros });
      await fc.assert(
        fc.asyncProperty(sampleEvents, fc.integer({ min: 0, max: 60 }), cut, cut, async (events, early, a, b) => {
          const { store, put } = await open();
          await put(events.slice(0, early));
          await store.upkeep(UNLIMITED, NOW_MICROS);
          await put(events.slice(early));
          const range = { fromMicros: Math.min(a, b), toMicros: Math.max(a, b) };
          const { rollups, raw } = await store.coverage(SAMPLE.name, range);
          const parts = [...rollups, ...raw].sort((one, other) => one.fromMicros - other.fromMicros);
          let at = range.fromMicros;
          for (const part of parts) {
            expect(part.fromMicros).toBe(at);
            expect(part.toMicros).toBeGreaterThan(at);
            at = part.toMicros;
          }
          expect(at).toBe(range.toMicros);
          for (const part of rollups)
            expect([part.fromMicros, part.toMicros].map((end) => end % MICROS_PER_HOUR)).toEqual([0, 0]);
          for (const asked of rollupRequests(rollups)) {
            expectRows(await store.foldRollups(asked), plainFold(events, asked));
          }
        }),
        RUNS,
      );
    });

    it('covers nothing of no time, whether it knows the metric or not', async () => {
      const { store, put } = await open();
      const nothing = { fromMicros: T0, toMicros: T0 };
      expect(await store.coverage(SAMPLE.name, nothing)).toMatchObject({ rollups: [], raw: [] });
      await put([sample(T0)]);
      expect(await store.coverage(SAMPLE.name, nothing)).toMatchObject({ rollups: [], raw: [] });
    });

    it('counts every recorded event in the ledger', async () => {
      const { store, put } = await open();
      const event = sample(T0, {}, { identity: 'one' });
      await put([event, event, sample(T0 + 1)]);
      for (const { recorded, inDatabase, inSpool, expired, dropped } of await store.ledger()) {
        expect(recorded).toBe(3);
        expect(inDatabase + inSpool + expired + (dropped.duplicate ?? 0)).toBe(recorded);
      }
    });
  });
}

export const UNLIMITED = { rawDays: 1_000, rollupDays: 10_000, maxBytes: 1e12 };

/** Questions that rollups can answer. */
export function rollupRequests(ranges: FoldRequest['ranges']): FoldRequest[] {
  const fields = ['tests', 'change', 'wait_ms', 'cost_usd'];
  const measures: Measure[] = [
    { fn: 'count' },
    ...fields.flatMap((field) => (['count', 'sum', 'min', 'max'] as const).map((fn) => ({ fn, field }))),
  ];
  const days = Array.from({ length: 6 }, (_, i) => Math.floor(NOW_MICROS / MICROS_PER_DAY - 4 + i) * MICROS_PER_DAY);
  const requests: Partial<FoldRequest>[] = [
    { measures },
    { measures, groupBy: ['node_id', 'cached'] },
    { measures, groupBy: ['outcome'], buckets: days },
    { measures, filters: [{ field: 'model', op: 'prefix', value: 'large' }], groupBy: ['unheard_of'] },
    { measures, filters: [{ field: 'node_id', op: 'ne', value: 'Node-A' }], buckets: days },
    { measures, filters: [{ field: 'cached', op: 'eq', value: true }] },
  ];
  return requests.map((request) => foldRequest({ ...request, ranges }));
}
