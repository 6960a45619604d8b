import { describe, expect, it } from 'vitest';
import type { StoreError } from '../../src/model/errors.ts';
import { MICROS_PER_SECOND } from '../../src/model/range.ts';
import { startBusyWriter } from '../support/busy-writer.ts';
import { allEvents, filled, isMeant, REQUEST, traces, without } from '../support/forgettable.ts';
import { imbalances } from '../support/recording.ts';
import type { StoreBench } from '../support/sqlite-stores.ts';

/** Room for a few steps. */
const GAP_MILLIS = 25;

/** A store of which nothing waits in the spool. */
async function drained(): Promise<StoreBench> {
  const bench = await filled();
  await bench.endSpool();
  await bench.store.drain();
  return bench;
}

describe('forgetting beside a process that writes all the time', () => {
  it('waits for its turn at each step, however long that is in all, and says so', async () => {
    const bench = await drained();
    const { store, clock } = bench;
    const before = await allEvents(store);
    const writer = await startBusyWriter(store.path);
    const started = clock.monotonicMillis();
    const report = await store.forget(REQUEST, 'remove', (_part, isWaiting) => {
      // As if it had written for so long before.
      if (isWaiting && writer.leaveGap(GAP_MILLIS)) clock.micros += 100 * MICROS_PER_SECOND;
    });
    expect(report.state).toBe('erased');
    expect(clock.monotonicMillis() - started).toBeGreaterThan(120_000);
    await writer.end();
    expect(await allEvents(store)).toEqual(before.filter((event) => !isMeant(event)).map(without));
    expect(await traces(bench)).toEqual([]);
    expect(imbalances(await store.ledger())).toEqual([0]);
  });

  it('gives up when it gets no turn for two minutes: says what is removed, and the next time goes on', async () => {
    const bench = await drained();
    const { store, clock } = bench;
    const before = await allEvents(store);
    const writer = await startBusyWriter(store.path);
    const forgetting = store.forget(REQUEST, 'remove', (part, isWaiting) => {
      if (!isWaiting) return;
      if (part > 0.4) clock.micros += 60 * MICROS_PER_SECOND;
      else writer.leaveGap(GAP_MILLIS);
    });
    await expect(forgetting).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: expect.stringContaining('Others have been writing for 2 minutes'),
    });
    await writer.end();
    const removed = before.length - (await allEvents(store)).length;
    expect(removed).toBeGreaterThan(0);
    expect(await forgetting.catch((error: StoreError) => error.hint)).toBe(
      `Events removed so far: ${removed}; names and bytes go last. Run the same again: it goes on from there.`,
    );
    expect(imbalances(await store.ledger())).toEqual([0]);
    expect(await traces(bench)).not.toEqual([]);
    expect((await store.forget(REQUEST, 'remove')).state).toBe('erased');
    expect(await allEvents(store)).toEqual(before.filter((event) => !isMeant(event)).map(without));
    expect(await traces(bench)).toEqual([]);
  });

  it('ends when the store is closed meanwhile, which is no damage', async () => {
    const { store } = await drained();
    const writer = await startBusyWriter(store.path);
    const forgetting = store.forget(REQUEST, 'remove', (_part, isWaiting) => {
      if (isWaiting) void store.close();
    });
    await expect(forgetting).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await writer.end();
  });

  it('changes nothing when it gets no turn at all', async () => {
    const { store, clock } = await drained();
    const before = await allEvents(store);
    const writer = await startBusyWriter(store.path);
    const forgetting = store.forget(REQUEST, 'remove', (_part, isWaiting) => {
      if (isWaiting) clock.micros += 60 * MICROS_PER_SECOND;
    });
    await expect(forgetting).rejects.toMatchObject({
      code: 'STORE_BUSY',
      hint: expect.stringContaining('Events removed so far: 0;'),
    });
    await writer.end();
    expect(await allEvents(store)).toEqual(before);
  });
});
