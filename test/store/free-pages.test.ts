import { describe, expect, it } from 'vitest';
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { filePages } from '../support/file-pages.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const random = seededRandom(5);
/** Numbers that do not compress. */
const event = (atMicros: number) => sample(atMicros, { tests: Math.floor(random() * 2 ** 40) });
const hourOf = (startMicros: number, events: number) =>
  Array.from({ length: events }, (_, i) => event(startMicros + Math.floor((i * MICROS_PER_HOUR) / events)));

describe('free pages', () => {
  it('go back to the file system after sealing, but for a twentieth of the file or a quarter of a megabyte', async () => {
    const { store, put } = await openBench();
    await put(Array.from({ length: 40_000 }, (_, i) => event(NOW_MICROS - 1 - i * 60 * MICROS_PER_SECOND)));
    const before = filePages(store.path);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const after = filePages(store.path);
    expect(after.all).toBeLessThan(before.all);
    expect(after.free).toBeLessThanOrEqual(Math.max(64, Math.ceil(after.all * 0.05)));
  });

  it('are kept by a store that fills and seals some each hour, which then neither shrinks nor grows back', async () => {
    const { store, put, clock } = await openBench();
    const sizes: number[] = [];
    const start = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
    for (let hour = 0; hour < 12; hour++) {
      clock.micros = start + (hour + 1) * MICROS_PER_HOUR;
      await put(hourOf(start + hour * MICROS_PER_HOUR, 4_200));
      await store.upkeep(UNLIMITED, clock.micros);
      sizes.push(filePages(store.path).all);
    }
    const steps = sizes.slice(1).map((size, i) => size - (sizes[i] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    const { sealedEvents } = await store.stats();
    expect(sealedEvents).toBeGreaterThan(20_000);
  });
});
