import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import type { IncomingEvent } from '../../src/model/event.ts';
import type { Store } from '../../src/store/store.ts';
import { expectRows, foldRequest, rollupRequests, UNLIMITED } from '../contracts/store-contract.ts';
import { plainFold } from '../support/plain-fold.ts';
import { NOW_MICROS, SAMPLE, sample, sampleEvents } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const RUNS = { numRuns: 20 };
const DAYS = Math.floor(NOW_MICROS / MICROS_PER_DAY) * MICROS_PER_DAY;
/** Whole hours that hold all sample events but those of the running hour. */
const FINISHED = { fromMicros: DAYS - 4 * MICROS_PER_DAY, toMicros: NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR) };

async function expectRollupsEqual(store: Store, events: readonly IncomingEvent[]): Promise<void> {
  for (const asked of rollupRequests([FINISHED])) {
    expectRows(await store.foldRollups(asked), plainFold(events, asked));
  }
}

describe('rollups', () => {
  it('equal the events they stand for, and are made anew when late ones come', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(sampleEvents, fc.integer({ min: 0, max: 60 }), async (events, early) => {
        const { store, put } = await openBench();
        await put(events.slice(0, early));
        await store.upkeep(UNLIMITED, NOW_MICROS);
        await put(events.slice(early));
        await expectRollupsEqual(store, events);
        await store.upkeep(UNLIMITED, NOW_MICROS);
        await expectRollupsEqual(store, events);
        const { rollups, raw } = await store.coverage(SAMPLE.name, FINISHED);
        // Of a metric that no event made known, nothing is rolled up.
        expect([rollups, raw]).toEqual(events.length === 0 ? [[], [FINISHED]] : [[FINISHED], []]);
      }),
      RUNS,
    );
  });

  it('still equal all events when raw detail has expired, late ones among them', { timeout: 300_000 }, async () => {
    const oneDay = { rawDays: 1, rollupDays: 1_000, maxBytes: 1e12 };
    await fc.assert(
      fc.asyncProperty(sampleEvents, fc.integer({ min: 0, max: 60 }), async (events, early) => {
        const { store, put } = await openBench();
        const recent = sample(NOW_MICROS - 60_000_001);
        await put([...events.slice(0, early), recent]);
        const first = await store.upkeep(oneDay, NOW_MICROS);
        await put(events.slice(early));
        await expectRollupsEqual(store, events);
        const second = await store.upkeep(oneDay, NOW_MICROS);
        await expectRollupsEqual(store, events);
        const { events: left } = await store.stats();
        expect(left + first.expiredEvents + second.expiredEvents).toBe(events.length + 1);
        const [account] = await store.ledger();
        expect(account?.expired).toBe(first.expiredEvents + second.expiredEvents);
        expect(await store.upkeep(oneDay, NOW_MICROS)).toMatchObject({ rolledUpHours: 0, expiredEvents: 0 });
      }),
      RUNS,
    );
  });

  it('give the very sketch that the events give, merged over days and hours', async () => {
    const { store, put } = await openBench();
    const events = Array.from({ length: 3_000 }, (_, i) =>
      sample(FINISHED.toMicros - 1 - i * 97_000_000, { wait_ms: (i * 7_919) % 100_003, change: (i % 11) - 5 }),
    );
    await put(events);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    for (const field of ['wait_ms', 'change']) {
      const asked = foldRequest({ ranges: [FINISHED], measures: [{ fn: 'sketch', field }] });
      const [ofEvents, ofRollups] = [await store.fold(asked), await store.foldRollups(asked)].map(
        ([row]) => row?.figures[0],
      );
      expect(ofRollups).toBeInstanceOf(QuantileSketch);
      const numbers = (sketch: unknown) => (sketch instanceof QuantileSketch ? sketch.toNumbers() : undefined);
      expect(numbers(ofRollups)).toEqual(numbers(ofEvents));
    }
  });

  it('answer by group from raw rows where an hour had too many groups, and from the block when those are gone', async () => {
    const { store, put } = await openBench();
    const at = DAYS - 2 * MICROS_PER_DAY;
    const events = Array.from({ length: 1_200 }, (_, i) =>
      sample(at + i, { node_id: `Node-${i % 600}`, tests: i, outcome: i % 2 === 0 ? 'good' : 'bad' }),
    );
    await put([...events, sample(NOW_MICROS - 1)]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    await expectRollupsEqual(store, events);
    const report = await store.upkeep({ ...UNLIMITED, rawDays: 1 }, NOW_MICROS);
    expect(report.expiredEvents).toBe(1_200);
    await expectRollupsEqual(store, events);
  });

  it('leave the running hour and the future to raw rows', async () => {
    const { store, put } = await openBench();
    await put([sample(NOW_MICROS - 1), sample(NOW_MICROS + MICROS_PER_HOUR)]);
    expect((await store.upkeep(UNLIMITED, NOW_MICROS)).rolledUpHours).toBe(0);
    const hour = FINISHED.toMicros;
    const range = { fromMicros: hour - MICROS_PER_HOUR, toMicros: hour + 3 * MICROS_PER_HOUR };
    const { rollups, raw, firstMicros } = await store.coverage(SAMPLE.name, range);
    expect(raw.map(({ fromMicros, toMicros }) => [fromMicros - hour, toMicros - hour])).toEqual([
      [0, 2 * MICROS_PER_HOUR],
    ]);
    expect(rollups).toHaveLength(2);
    expect(firstMicros).toBe(NOW_MICROS - 1);
  });

  it('refuse what they do not keep', async () => {
    const { store, put } = await openBench();
    await put([sample(DAYS, { node_id: 'a', task_id: 't', tests: 1, wait_ms: 1 })]);
    const ranges = [FINISHED];
    const refused = [
      foldRequest({ ranges, groupBy: ['task_id'] }),
      foldRequest({ ranges, groupBy: ['source'] }),
      foldRequest({ ranges, filters: [{ field: 'wait_ms', op: 'gt', value: 1 }] }),
      foldRequest({ ranges, measures: [{ fn: 'distinct', field: 'node_id' }] }),
      foldRequest({ ranges, measures: [{ fn: 'first', field: 'tests' }] }),
      foldRequest({ ranges, groupBy: ['node_id'], measures: [{ fn: 'sketch', field: 'tests' }] }),
      foldRequest({ ranges: [{ fromMicros: DAYS + 1, toMicros: DAYS + MICROS_PER_HOUR }] }),
    ];
    for (const asked of refused) {
      await expect(store.foldRollups(asked)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    }
  });

  it('know nothing of fields that came later than their events', async () => {
    const { store, put, directory } = await openBench();
    await put([sample(DAYS, { tests: 2 })]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const { count, name } = await import('../../src/model/field.ts');
    const wider = { ...SAMPLE, fields: { ...SAMPLE.fields, later: count(''), place: name('') } };
    const second = await openBench(directory, [wider]);
    await second.put([sample(DAYS + 1, { tests: 3, later: 5, place: 'here' })]);
    const asked = foldRequest({
      ranges: [FINISHED],
      groupBy: ['place'],
      measures: [{ fn: 'count' }, { fn: 'sum', field: 'later' }, { fn: 'sum', field: 'tests' }],
    });
    const expected = [
      ['here', [1, 5, 3]],
      [undefined, [1, undefined, 2]],
    ];
    for (const reader of [store, second.store]) {
      const rows = await reader.foldRollups(asked);
      expect(rows.map(({ group, figures }) => [group[0], figures])).toEqual(expected);
    }
    await second.store.upkeep(UNLIMITED, NOW_MICROS);
    expect((await store.foldRollups(asked)).map(({ group, figures }) => [group[0], figures])).toEqual(expected);
  });
});
