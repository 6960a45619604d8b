import { describe, expect, it } from 'vitest';
import type { IncomingEvent, StoredEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import type { FoldRequest } from '../../src/store/store.ts';
import { startChild } from '../support/child-process.ts';
import { foldRequest, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { overlapping, storedRows } from '../support/sealed-blocks.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const RANGE = { fromMicros: NOW_MICROS - 20 * MICROS_PER_DAY, toMicros: NOW_MICROS + 20 * MICROS_PER_DAY };
const STEPS = 60;

/** Makes events of the ten days before a moment, told by few identities and at few moments, so that they meet. */
class Teller {
  readonly #random: () => number;
  #told: IncomingEvent[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  fresh(nowMicros: number): IncomingEvent[] {
    const from = nowMicros - this.below(240) * MICROS_PER_HOUR;
    const step = this.below(3) === 0 ? 0 : this.below(1_000_000_000) + 1;
    const events = Array.from({ length: this.below(400) }, (_, i) => {
      const identity = `event-${this.#told.length + i}`;
      const data = this.below(2) === 0 ? { tests: i, node_id: `N${this.below(5)}` } : { wait_ms: i / 4 };
      return sample(Math.min(nowMicros, from + i * step), data, { identity, source: 'amicus-state' });
    });
    this.#told.push(...events);
    return events;
  }

  /** Some events once more, with a field that they lacked. */
  again(): IncomingEvent[] {
    return Array.from({ length: this.#told.length === 0 ? 0 : this.below(40) }, () => {
      const event = this.#told[this.below(this.#told.length)] ?? sample(NOW_MICROS);
      return this.below(3) === 0 ? event : { ...event, data: { ...event.data, cost_usd: 0.5, cached: true } };
    });
  }
}

const QUESTIONS: readonly Partial<FoldRequest>[] = [
  { groupBy: ['node_id'], measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }, { fn: 'max', field: 'wait_ms' }] },
  {
    buckets: Array.from({ length: 41 }, (_, i) => RANGE.fromMicros + i * MICROS_PER_DAY),
    measures: [{ fn: 'count' }, { fn: 'percentile', field: 'wait_ms', p: 90 }, { fn: 'sum', field: 'cost_usd' }],
  },
  {
    filters: [{ field: 'cached', op: 'eq', value: true }],
    measures: [
      { fn: 'count' },
      { fn: 'first', field: 'node_id' },
      { fn: 'last', field: 'node_id' },
      { fn: 'distinct', field: 'node_id' },
    ],
  },
];

async function answersOf({ store }: StoreBench) {
  const folds = await Promise.all(QUESTIONS.map((asked) => store.fold(foldRequest({ ranges: [RANGE], ...asked }))));
  return { events: await scanned(store, { range: RANGE }), folds };
}

async function expectSame(one: StoreBench, other: StoreBench): Promise<void> {
  const [answer, expected] = [await answersOf(one), await answersOf(other)];
  // Ids are made of the store's own.
  const withoutId = (event: StoredEvent): StoredEvent => ({ ...event, id: '' });
  expect(answer.events.map(withoutId)).toEqual(expected.events.map(withoutId));
  expect(answer.folds).toEqual(expected.folds);
}

describe('a store whose upkeep seals', () => {
  it.each([1, 2, 3, 4, 5, 6])('answers as one that never had upkeep, whatever came when (%i)', async (seed) => {
    const teller = new Teller(seed);
    const [sealing, plain] = [await openBench(), await openBench()];
    let now = NOW_MICROS - 5 * MICROS_PER_DAY;
    for (let step = 0; step < STEPS; step++) {
      const kind = teller.below(6);
      if (kind <= 2) {
        const events = kind <= 1 ? teller.fresh(now) : teller.again();
        for (const bench of [sealing, plain]) await bench.put(events);
      } else if (kind <= 4) {
        now += teller.below(9) * MICROS_PER_HOUR;
        await sealing.store.upkeep(UNLIMITED, now);
      }
      if (step % 10 === 9) await expectSame(sealing, plain);
    }
    await sealing.store.upkeep(UNLIMITED, now + 2 * MICROS_PER_DAY);
    await expectSame(sealing, plain);
    const { blocks, hot, sealed } = storedRows((await sealing.store.stats()).path, SAMPLE.name);
    expect(overlapping(blocks)).toEqual([]);
    expect(sealed).toBeGreaterThan(0);
    expect(hot).toBe(0);
  });

  it(
    'answers so, too, when another process drains late and second tellings while it seals',
    { timeout: 300_000 },
    async () => {
      const teller = new Teller(7);
      const [sealing, plain] = [await openBench(), await openBench()];
      const history = Array.from({ length: 20_000 }, (_, i) =>
        sample(
          NOW_MICROS - 9 * MICROS_PER_DAY + i * 30_000_000,
          { tests: i },
          { identity: `h${i}`, source: 'amicus-state' },
        ),
      );
      for (const bench of [sealing, plain]) await bench.put(history);
      const child = startChild('draining-child.ts', [sealing.directory]);
      for (let round = 0; round < 20; round++) {
        const richer = Array.from({ length: 50 }, () => {
          const event = history[teller.below(history.length)] ?? sample(NOW_MICROS);
          return { ...event, data: { ...event.data, wait_ms: 2.5 } };
        });
        // At moments of their own, since the order of those at one moment depends on when they were drained.
        const late = Array.from({ length: 50 }, (_, i) =>
          sample(NOW_MICROS - (9 - i / 10) * MICROS_PER_DAY + round + 1, { tests: round }),
        );
        for (const events of [late, richer]) {
          sealing.spool(events);
          plain.spool(events);
        }
        await sealing.store.upkeep(UNLIMITED, NOW_MICROS);
      }
      child.process.stdin?.end();
      await child.ended;
      for (const { store } of [sealing, plain]) await store.drain({ waitMillis: 5_000 });
      await sealing.store.upkeep(UNLIMITED, NOW_MICROS);
      await expectSame(sealing, plain);
      expect(storedRows(sealing.store.path, SAMPLE.name)).toMatchObject({ hot: 0 });
    },
  );
});
