import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/model/range.ts';
import { expectRows, foldRequest, rollupRequests, scanned, UNLIMITED } from '../contracts/store-contract.ts';
import { plainFold } from '../support/plain-fold.ts';
import { NOW_MICROS, SAMPLE, sample } from '../support/sample-events.ts';
import { overlapping, storedRows } from '../support/sealed-blocks.ts';
import { namesByText, storedNames } from '../support/stored-names.ts';
import { openBench } from '../support/sqlite-stores.ts';

const CHILD = fileURLToPath(new URL('../support/upkeep-child.ts', import.meta.url));
const KILLS = 12;

describe('an upkeep that is killed', () => {
  it('at any point leaves rollups that equal the events, and goes on next time', { timeout: 300_000 }, async () => {
    const { store, put, directory } = await openBench();
    // In order of insertion, oldest last: events of ten days, every 20 minutes.
    const events = Array.from({ length: 10 * 72 }, (_, i) =>
      sample(NOW_MICROS - MICROS_PER_HOUR - i * 20 * MICROS_PER_MINUTE, { node_id: `Node-${i % 3}`, tests: i }),
    );
    await put(events);
    const end = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
    const ranges = [{ fromMicros: end - 20 * 24 * MICROS_PER_HOUR, toMicros: end }];
    for (let kill = 0; kill < KILLS; kill++) {
      const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      // Listened for from the start: an upkeep that has little left to do ends before it is killed.
      const exit = once(child, 'exit');
      await once(child, 'message');
      await sleep(kill * 4);
      child.kill('SIGKILL');
      await exit;
      for (const asked of rollupRequests(ranges)) {
        expectRows(await store.foldRollups(asked), plainFold(events, asked));
      }
      const [account] = await store.ledger();
      expect((account?.inDatabase ?? 0) + (account?.expired ?? 0)).toBe(events.length);
    }
    await store.upkeep({ rawDays: 3, rollupDays: 1_000, maxBytes: 1e12 }, NOW_MICROS);
    const { rawFromMicros } = await store.stats();
    const kept = events.filter(({ atMicros }) => atMicros >= rawFromMicros);
    const [row] = await store.fold(foldRequest({ ranges: [{ fromMicros: 0, toMicros: NOW_MICROS }] }));
    expect(row?.figures[0]).toBe(kept.length);
    expect(kept.length).toBeLessThan(4 * 72);
  });

  it('while it seals leaves each event once, as it was, in a block or beside', { timeout: 300_000 }, async () => {
    const { store, put, directory } = await openBench();
    await put(
      Array.from({ length: 60_000 }, (_, i) => sample(NOW_MICROS - 60 * MICROS_PER_HOUR + i * 3e6, { tests: i })),
    );
    const { path } = await store.stats();
    const range = { fromMicros: 0, toMicros: NOW_MICROS };
    for (let kill = 0; kill < 6; kill++) {
      // What is late makes work for upkeep that has sealed all: each block is to be written anew.
      await put(
        Array.from({ length: 50 }, (_, i) => sample(NOW_MICROS - (59 - i) * MICROS_PER_HOUR, { tests: -kill })),
      );
      const before = await scanned(store, { range });
      const blocks = storedRows(path, SAMPLE.name).blocks;
      const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const exit = once(child, 'exit');
      await once(child, 'message');
      // Odd ones as soon as a block has changed, even ones a little later: amid reading, encoding or writing.
      const mark = blocks.at(-1)?.id ?? 0;
      while (storedRows(path, SAMPLE.name).blocks.every(({ id }) => id <= mark) && child.exitCode === null)
        await sleep(1);
      if (kill % 2 === 0) await sleep(3 * kill);
      child.kill('SIGKILL');
      await exit;
      expect(await scanned(store, { range })).toEqual(before);
      const after = storedRows(path, SAMPLE.name);
      expect([after.hot + after.sealed, overlapping(after.blocks)]).toEqual([before.length, []]);
    }
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const { hot, sealed } = storedRows(path, SAMPLE.name);
    expect(sealed).toBeGreaterThan(57_000);
    expect(hot + sealed).toBe(60_300);
    expect((await store.ledger())[0]?.inDatabase).toBe(60_300);
  });

  it('while it seals or removes names leaves each of them once', { timeout: 300_000 }, async () => {
    const { store, put, directory } = await openBench();
    const told = (prefix: string, endMicros: number) =>
      Array.from({ length: 12_000 }, (_, i) => sample(endMicros - i * 1e6, { task_id: `${prefix}-${i}` }));
    for (let kill = 0; kill < 4; kill++) {
      // Of every other round the child removes what the one before told, because its events expire by age.
      const isOld = kill % 2 === 0;
      await put(told(`kill-${kill}`, NOW_MICROS - (isOld ? 4 * 24 : 3) * MICROS_PER_HOUR));
      const before = namesByText(store.path);
      const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const exit = once(child, 'exit');
      await once(child, 'message');
      const sealed = storedNames(store.path).sealed.length;
      while (storedNames(store.path).sealed.length === sealed && child.exitCode === null) await sleep(1);
      await sleep(kill);
      child.kill('SIGKILL');
      await exit;
      const after = namesByText(store.path);
      for (const [text, id] of after) expect(before.get(text)).toBe(id);
      for (const { data } of await scanned(store, { range: { fromMicros: 0, toMicros: NOW_MICROS } }))
        expect(after.has(String(data['task_id']))).toBe(true);
    }
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(storedNames(store.path).hot).toHaveLength(1_024);
  });
});
