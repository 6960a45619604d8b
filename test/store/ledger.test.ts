import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { EVENT_DROP_REASONS } from '../../src/model/event.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import type { ProducerLedger } from '../../src/store/store.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

/** What was recorded less what is accounted for: 0 when nothing went missing. */
const missing = ({ recorded, inDatabase, inSpool, expired, dropped }: ProducerLedger): number =>
  recorded -
  inDatabase -
  inSpool -
  expired -
  EVENT_DROP_REASONS.reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);

describe('the ledger', () => {
  it('accounts for every event: stored, spooled, expired, dropped', async () => {
    const { store, put, spool } = await openBench();
    const once = sample(NOW_MICROS - 10, {}, { identity: 'once' });
    await put([sample(NOW_MICROS - 5 * MICROS_PER_DAY), once, once]);
    await store.upkeep({ ...UNLIMITED, rawDays: 2 }, NOW_MICROS);
    spool([sample(NOW_MICROS - 5), sample(NOW_MICROS - 4)]);
    const [account] = await store.ledger();
    expect(account).toMatchObject({
      pid: process.pid,
      alive: true,
      recorded: 5,
      inDatabase: 1,
      inSpool: 2,
      expired: 1,
      dropped: { duplicate: 1 },
    });
    expect(account === undefined ? 1 : missing(account)).toBe(0);
    await store.drain();
    expect((await store.ledger()).map(missing)).toEqual([0]);
  });

  it('tells one producer what of its events was dropped or waits, without counting rows', async () => {
    const { store, put, spool } = await openBench();
    expect(await store.dropsOf('nobody')).toBeUndefined();
    const once = sample(NOW_MICROS - 10, {}, { identity: 'once' });
    await put([once, once]);
    spool([sample(NOW_MICROS - 5)]);
    const [account] = await store.ledger();
    expect(await store.dropsOf(account?.producer ?? '')).toMatchObject({ inSpool: 1, dropped: { duplicate: 1 } });
  });

  it('tells of all producers what no rows need to be counted for', async () => {
    const { store, put, spool } = await openBench();
    await put([sample(NOW_MICROS - 10)]);
    spool([sample(NOW_MICROS - 5)]);
    const ledger = await store.ledger();
    const known = ledger.map(({ producer, recorded, inSpool, expired }) => ({ producer, recorded, inSpool, expired }));
    expect(await store.accounts()).toMatchObject(known);
  });

  it('knows a producer that nobody has drained yet', async () => {
    const { store, spool } = await openBench();
    spool([sample(NOW_MICROS - 1)]);
    expect(await store.ledger()).toMatchObject([{ recorded: 1, inSpool: 1, inDatabase: 0, alive: true }]);
  });

  it('keeps producers apart', async () => {
    const first = await openBench();
    const second = await openBench(first.directory);
    await first.put([sample(NOW_MICROS - 1)]);
    await second.put([sample(NOW_MICROS - 2), sample(NOW_MICROS - 3)]);
    const ledger = await first.store.ledger();
    expect(ledger.map(({ inDatabase }) => inDatabase).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('shows rows that vanished, because it counts them', async () => {
    const { store, put } = await openBench();
    await put([sample(NOW_MICROS - 1), sample(NOW_MICROS - 2)]);
    const other = new DatabaseSync(store.path);
    other.exec('DELETE FROM "m_sample.taken" WHERE t = (SELECT max(t) FROM "m_sample.taken")');
    other.close();
    expect((await store.ledger()).map(missing)).toEqual([1]);
  });
});

describe('the figures of a store', () => {
  it('are of its files and its tables', async () => {
    const { store, put, spool } = await openBench();
    await put([sample(NOW_MICROS - 7), sample(NOW_MICROS - 3)]);
    spool([sample(NOW_MICROS - 1)]);
    const stats = await store.stats();
    expect(stats).toMatchObject({
      path: store.path,
      events: 2,
      oldestMicros: NOW_MICROS - 7,
      newestMicros: NOW_MICROS - 3,
      rawFromMicros: 0,
      spoolSegments: 1,
      quarantinedFiles: [],
      readOnly: false,
      schemaVersion: 3,
    });
    expect(stats.databaseBytes % 4_096).toBe(0);
    expect(stats.spoolBytes).toBeGreaterThan(0);
  });

  it('cannot be asked of a closed store', async () => {
    const { store, directory } = await openBench();
    await store.close();
    await store.close();
    await expect(store.stats()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    rmSync(directory, { recursive: true });
  });
});
