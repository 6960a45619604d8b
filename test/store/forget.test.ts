import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgetRequestOf } from '../../src/analysis/insights/forget-request.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { expectRows, rollupRequests, UNLIMITED } from '../contracts/store-contract.ts';
import { damageBlock } from '../support/damage-block.ts';
import {
  allEvents,
  filled,
  HELD,
  held,
  history,
  isMeant,
  NODE,
  REQUEST,
  SESSION,
  TASK,
  traces,
  without,
} from '../support/forgettable.ts';
import { plainFold } from '../support/plain-fold.ts';
import { imbalances } from '../support/recording.ts';
import { NOW_MICROS, SAMPLE } from '../support/sample-events.ts';
import { overlapping, storedRows } from '../support/sealed-blocks.ts';

describe('what is forgotten', () => {
  it('is in no byte of any file, and everything else is as it was', { timeout: 60_000 }, async () => {
    const bench = await filled();
    const { store, directory } = bench;
    const before = await allEvents(store);
    const path = join(directory, 'metrics.db');
    expect(storedRows(path, HELD.name).sealed).toBeGreaterThan(2_000);
    expect(storedRows(path, HELD.name).hot).toBeGreaterThan(50);
    // The spool's file of this process, the database and its answers: so this very search finds what is there.
    const found = await traces(bench);
    for (const place of ['answers', 'names', 'metrics.db', '.spool']) {
      expect(found.filter((trace) => trace.includes(place))).not.toEqual([]);
    }
    await bench.endSpool();
    const gone = before.filter(isMeant);
    const looked = await store.forget(REQUEST, 'look');
    const report = await store.forget(REQUEST, 'remove');
    expect(report.state).toBe('erased');
    expect(report.metrics).toEqual(looked.metrics);
    expect(report.metrics.reduce((sum, { events }) => sum + events, 0)).toBe(gone.length);
    expect([report.kept, report.spoolFiles, report.otherFiles]).toEqual([[], [], []]);

    expect(await traces(bench)).toEqual([]);
    expect(await allEvents(store)).toEqual(before.filter((event) => !isMeant(event)).map(without));
    expect(overlapping(storedRows(path, HELD.name).blocks)).toEqual([]);
    const ledger = await store.ledger();
    expect(imbalances(ledger)).toEqual([0]);
    expect(ledger[0]?.dropped).toEqual({ forgotten: gone.length });
    expect((await store.stats()).events).toBe(before.length - gone.length);
    // Also when it is looked for once more, and after the next upkeep.
    expect((await store.forget(REQUEST, 'look')).metrics).toEqual([]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await traces(bench)).toEqual([]);
  });

  it('is in no rollup either: those equal what is left', async () => {
    const { store } = await filled();
    const end = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
    const ranges = [{ fromMicros: end - 4 * 24 * MICROS_PER_HOUR, toMicros: end - 24 * MICROS_PER_HOUR }];
    await store.forget(REQUEST, 'remove');
    const left = history().filter((event) => event.metric === SAMPLE.name && !isMeant(event));
    expect(left.length).toBeGreaterThan(2_000);
    for (const asked of rollupRequests(ranges)) expectRows(await store.foldRollups(asked), plainFold(left, asked));
  });

  it('does not come back when it is told again, and nothing else is filled with its names', async () => {
    const { store, put } = await filled();
    await store.forget(REQUEST, 'remove');
    const before = await allEvents(store);
    const again = history().filter((event) => event.metric === HELD.name);
    await put(again);
    expect(await allEvents(store)).toEqual(before);
    // Another event at the very moment of a forgotten one, without names of its own.
    const forgotten = again.find(isMeant);
    const at = forgotten?.atMicros ?? 0;
    await put([held(at, { size_bytes: 1 })]);
    await put(again);
    const there = (await allEvents(store)).filter(({ metric, atMicros }) => metric === HELD.name && atMicros === at);
    expect(there.map(({ data }) => data)).toEqual([{ size_bytes: 1 }]);
    expect(imbalances(await store.ledger())).toEqual([0]);
  });

  it('of a process that records on is told of, and goes from its spool when it records what is not forgotten', async () => {
    const bench = await filled();
    const { store, put } = bench;
    const report = await store.forget(REQUEST, 'remove');
    expect(report.spoolFiles).toEqual([expect.stringMatching(/\.left\.spool$/)]);
    const left = await traces(bench);
    expect(left.filter((trace) => !trace.includes(String(report.spoolFiles[0])))).toEqual([]);
    expect(left).not.toEqual([]);
    const before = await allEvents(store);
    await put([held(NOW_MICROS - 12, { node_id: 'Node-1' })]);
    await put([held(NOW_MICROS - 11, { node_id: 'Node-2' })]);
    expect(await allEvents(store)).toHaveLength(before.length + 2);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(await traces(bench)).toEqual([]);
    expect(imbalances(await store.ledger())).toEqual([0]);
  });

  it('comes in again when it is recorded again', async () => {
    const { store, put } = await filled();
    await store.forget(REQUEST, 'remove');
    await put([held(NOW_MICROS - 10, { node_id: NODE })]);
    expect((await allEvents(store)).findLast(isMeant)?.data).toEqual({ node_id: NODE });
  });

  it('takes only what was asked for', async () => {
    const { store } = await filled();
    const before = await allEvents(store);
    await store.forget(forgetRequestOf({ nodes: [], tasks: [TASK], sessions: [] }), 'remove');
    expect(await allEvents(store)).toEqual(before.filter(({ data }) => data['task_id'] !== TASK));
    const report = await store.forget(forgetRequestOf({ nodes: ['Node-none'], tasks: [], sessions: [] }), 'remove');
    expect(report).toMatchObject({ metrics: [], state: 'erased' });
  });

  it('is told where its name is part of something else, and stays there', async () => {
    const { store, put } = await filled();
    await put([held(NOW_MICROS - 20, { node_id: 'Node-1', note: `as ${SESSION}, once` })]);
    const { kept } = await store.forget(REQUEST, 'look');
    expect(kept).toEqual([{ metric: HELD.name, field: 'note', events: 1 }]);
    expect((await store.forget(REQUEST, 'remove')).kept).toEqual(kept);
  });

  it('is looked for in the other files of the folder, which are told and left alone', async () => {
    const { store, directory, endSpool } = await filled();
    await endSpool();
    await store.backup(join(directory, 'copy.db'));
    writeFileSync(join(directory, 'state.json'), JSON.stringify({ nodes: [NODE] }));
    writeFileSync(join(directory, 'other.json'), JSON.stringify({ nodes: ['Node-1'] }));
    expect((await store.forget(REQUEST, 'look')).otherFiles.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'copy.db', holds: 'copy' },
      { path: 'state.json', holds: 'name' },
    ]);
  });

  it('takes the bytes of damaged blocks, and not that they were damaged', async () => {
    const { store, directory } = await filled();
    const path = join(directory, 'metrics.db');
    const { rows } = damageBlock(path);
    const end = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
    const range = { fromMicros: end - 3 * MICROS_PER_DAY, toMicros: end };
    const report = await store.forget(REQUEST, 'remove');
    expect(report.damagedBlocks).toBe(1);
    expect((await store.stats()).damaged.map(({ events }) => events)).toEqual([rows]);
    expect((await store.forget(REQUEST, 'look')).damagedBlocks).toBe(0);
    const [ledger] = await store.ledger();
    expect(ledger?.dropped.block_damaged).toBe(rows);
    expect(imbalances(await store.ledger())).toEqual([0]);
    expect((await store.coverage(SAMPLE.name, range)).damaged?.length ?? 0).toBeLessThanOrEqual(1);
  });
});
