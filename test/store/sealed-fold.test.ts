import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../src/model/event.ts';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { compareValues } from '../../src/store/sqlite/rows/cells.ts';
import type { FoldRequest, FoldRow, Measure } from '../../src/store/store.ts';
import { expectRows, filter, UNLIMITED } from '../contracts/store-contract.ts';
import { fieldOfEvent, passes, plainFold } from '../support/plain-fold.ts';
import { NOW_MICROS, SAMPLE, sample, sampleEvents } from '../support/sample-events.ts';
import { storedRows } from '../support/sealed-blocks.ts';
import { openBench } from '../support/sqlite-stores.ts';

const OLDEST = NOW_MICROS - 3 * MICROS_PER_DAY;
const FIELDS = [...Object.keys(SAMPLE.fields), 'node_id', 'source', 'inferred', 'cluster', 'unheard_of'];
const NUMBERS = ['tests', 'change', 'wait_ms', 'cost_usd'];

const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.constant({ fn: 'count' } as const),
  fc.record({
    fn: fc.constantFrom('count', 'distinct'),
    field: fc.constantFrom(...FIELDS),
  }),
  fc.record({
    fn: fc.constantFrom('sum', 'min', 'max', 'first', 'last'),
    field: fc.constantFrom(...FIELDS.filter((field) => field !== 'files')),
  }),
  fc.record({
    fn: fc.constant('percentile' as const),
    field: fc.constantFrom(...NUMBERS),
    p: fc.constantFrom(0, 50, 95, 99.9, 100),
  }),
);
const boundaries = fc
  .uniqueArray(fc.integer({ min: OLDEST - MICROS_PER_HOUR, max: NOW_MICROS }), { minLength: 2, maxLength: 8 })
  .map((all) => all.sort((a, b) => a - b));
const request = fc.record({
  ranges: boundaries.map((all) =>
    all.flatMap((fromMicros, i) =>
      i % 2 === 0 && i + 1 < all.length ? [{ fromMicros, toMicros: all[i + 1] ?? 0 }] : [],
    ),
  ),
  filters: fc.array(filter, { maxLength: 2 }),
  groupBy: fc.uniqueArray(fc.constantFrom(...FIELDS), { maxLength: 3 }),
  buckets: fc.option(boundaries, { nil: undefined }),
  measures: fc.array(measure, { minLength: 1, maxLength: 6 }),
});

/** By bucket, then by the values of the group. */
const compareRows = (a: FoldRow, b: FoldRow): number =>
  a.bucket - b.bucket ||
  (a.group.map((value, i) => compareValues(value, b.group[i])).find((order) => order !== 0) ?? 0);

const asking = (asked: Partial<FoldRequest>): FoldRequest => ({
  metric: SAMPLE.name,
  ranges: [{ fromMicros: OLDEST - MICROS_PER_DAY, toMicros: NOW_MICROS }],
  filters: [],
  groupBy: [],
  measures: [{ fn: 'count' }],
  ...asked,
});

describe('a fold over sealed rows and others', () => {
  it('answers any question as a plain fold over the events does', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleEvents,
        fc.nat({ max: 60 }),
        fc.integer({ min: -70, max: 48 }),
        fc.array(request, { maxLength: 25 }),
        async (events, early, upTo, requests) => {
          const bench = await openBench();
          await bench.put(events.slice(0, early));
          await bench.store.upkeep(UNLIMITED, NOW_MICROS + upTo * MICROS_PER_HOUR);
          // Late ones lie among those that are sealed.
          await bench.put(events.slice(early));
          for (const asked of requests.map(asking)) {
            const rows = await bench.store.fold(asked);
            expectRows(rows, plainFold(events, asked));
            expect(rows.findIndex((row, i) => i > 0 && compareRows(rows[i - 1] ?? row, row) >= 0)).toBe(-1);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('answers the same before and after rows are sealed, over several chunks', { timeout: 300_000 }, async () => {
    const bench = await openBench();
    const events = Array.from({ length: 40_000 }, (_, i) =>
      sample(OLDEST + i * 5_000_000, {
        node_id: `N${i % 11}`,
        ...(i % 3 !== 0 && { task_id: `task-${(i * 7_919) % 3_001}` }),
        ...(i % 5 !== 0 && { tests: (i * 7_919) % 10_007 }),
        ...(i % 2 === 0 && { wait_ms: ((i * 104_729) % 90_001) / 1_000, cached: i % 4 === 0 }),
        files: [`f${i % 300}`],
      }),
    );
    await bench.put(events);
    const hours = Array.from({ length: 60 }, (_, i) => OLDEST + i * MICROS_PER_HOUR);
    const fields = ['tests', 'wait_ms', 'task_id', 'cached', 'files', 'source'];
    const measures: Measure[] = [
      { fn: 'count' },
      ...fields.flatMap((field) =>
        (['count', 'sum', 'min', 'max', 'first', 'last', 'distinct'] as const).map((fn) => ({ fn, field })),
      ),
      ...[1, 50, 99].flatMap((p) => [
        { fn: 'percentile', field: 'tests', p } as const,
        { fn: 'percentile', field: 'wait_ms', p } as const,
      ]),
    ];
    const requests = [
      { measures },
      { measures, buckets: hours },
      { measures, groupBy: ['node_id'], buckets: hours },
      { measures, groupBy: ['task_id', 'files', 'tests'], ranges: [{ fromMicros: OLDEST, toMicros: OLDEST + 8e9 }] },
      { measures, groupBy: ['task_id', 'node_id'] },
      // More combinations of values than a number counts.
      { groupBy: ['task_id', 'tests', 'wait_ms', 'files'] },
      { measures, groupBy: ['cached'], filters: [{ field: 'tests', op: 'gte', value: 5_000 } as const] },
      { measures, filters: [{ field: 'node_id', op: 'in', values: ['N3', 'N4'] } as const], buckets: hours },
    ].map(asking);
    const answers = async () => Promise.all(requests.map((asked) => bench.store.fold(asked)));
    const before = await answers();
    for (const rows of before)
      expect(rows.findIndex((row, i) => i > 0 && compareRows(rows[i - 1] ?? row, row) >= 0)).toBe(-1);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    expect(storedRows(bench.store.path, SAMPLE.name).sealed).toBe(events.length);
    expect(await answers()).toEqual(before);
    // A part of them against the events themselves.
    const asked = asking({ measures, groupBy: ['node_id'], ranges: [{ fromMicros: OLDEST, toMicros: OLDEST + 3e9 }] });
    const some = events.filter(({ atMicros }) => atMicros < OLDEST + 3e9);
    const known = asked.measures.filter((one) => !('field' in one && one.field === 'files' && one.fn !== 'count'));
    const answer = await bench.store.fold({ ...asked, measures: known });
    expectRows(answer, plainFold(some, { ...asked, measures: known }));
  });

  it('adds exactly beyond what a float counts, in any order', async () => {
    const bench = await openBench();
    const large = Number.MAX_SAFE_INTEGER;
    const values = [large, 1, large, -large, 3, large, -1, large, 1, large - 2, 1, 1, -large, large];
    const events = values.flatMap((change, i) =>
      [0, 1, 2].map((day) => sample(OLDEST + day * MICROS_PER_DAY + i * 1_000, { change, node_id: `N${i % 2}` })),
    );
    await bench.put(events);
    const totalOf = (some: readonly IncomingEvent[]): number =>
      Number(some.reduce((sum, { data }) => sum + BigInt(Number(data['change'])), 0n));
    const check = async () => {
      const measures: Measure[] = [{ fn: 'sum', field: 'change' }];
      const [whole] = await bench.store.fold(asking({ measures }));
      expect(whole?.figures).toEqual([totalOf(events)]);
      for (const { group, figures } of await bench.store.fold(asking({ measures, groupBy: ['node_id'] }))) {
        expect(figures).toEqual([totalOf(events.filter((event) => fieldOfEvent(event, 'node_id') === group[0]))]);
      }
    };
    await check();
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    await check();
  });

  it('gives sketches of the values that pass', async () => {
    const bench = await openBench();
    const events = Array.from({ length: 5_000 }, (_, i) =>
      sample(OLDEST + i * 1_000_000, i % 4 === 0 ? { tests: i } : { tests: (i * 7_919) % 5_000, wait_ms: i + 1 }),
    );
    await bench.put(events);
    await bench.store.upkeep(UNLIMITED, NOW_MICROS);
    const only = { field: 'tests', op: 'lt', value: 2_500 } as const;
    const [row] = await bench.store.fold(asking({ measures: [{ fn: 'sketch', field: 'wait_ms' }], filters: [only] }));
    const expected = new QuantileSketch();
    for (const event of events) {
      const value = event.data['wait_ms'];
      if (passes(event, only) && typeof value === 'number') expected.add(value);
    }
    const sketch = row?.figures[0];
    expect(sketch instanceof QuantileSketch && sketch.buckets()).toEqual(expected.buckets());
  });
});
