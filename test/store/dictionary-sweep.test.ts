import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { seededRandom } from '../support/seeded-random.ts';
import { namesByText, storedNames } from '../support/stored-names.ts';

const namesIn = (path: string): string[] => {
  const { hot, sealed } = storedNames(path);
  return [...sealed, ...hot].map(([, text]) => text);
};

/** One event a minute, oldest first, each of a task of its own. */
const tasks = (count: number, endMicros: number, prefix: string) =>
  Array.from({ length: count }, (_, i) =>
    sample(endMicros - (count - i) * 60_000_000, { node_id: `Node-${prefix}`, task_id: `${prefix}-${i}` }),
  );

describe('names', () => {
  it('go when the last event that held them has expired, and come back as new ones', async () => {
    const { store, put } = await openBench();
    await put(tasks(11_000, NOW_MICROS - 20 * MICROS_PER_DAY, 'old'));
    await put(tasks(100, NOW_MICROS - MICROS_PER_HOUR, 'new'));
    expect(namesIn(store.path)).toContain('old-0');
    await store.upkeep({ ...UNLIMITED, rawDays: 10 }, NOW_MICROS);

    const names = namesIn(store.path);
    expect(names.filter((name) => name.startsWith('old-'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('new-'))).toHaveLength(100);
    // Rollups still tell by node what the expired events were.
    const ranges = [{ fromMicros: NOW_MICROS - 40 * MICROS_PER_DAY, toMicros: NOW_MICROS }].map(
      ({ fromMicros, toMicros }) => ({
        fromMicros: fromMicros - (fromMicros % MICROS_PER_HOUR),
        toMicros: toMicros - (toMicros % MICROS_PER_HOUR),
      }),
    );
    const rows = await store.foldRollups(foldRequest({ ranges, groupBy: ['node_id'], measures: [{ fn: 'count' }] }));
    expect(rows.map(({ group, figures }) => [group[0], figures[0]])).toContainEqual(['Node-old', 11_000]);

    // This very connection remembered the numbers of the names that went.
    await put([sample(NOW_MICROS - 5, { node_id: 'Node-new', task_id: 'old-0' })]);
    const range = { fromMicros: NOW_MICROS - 10, toMicros: NOW_MICROS };
    const found = [];
    for await (const batch of store.scan({ metric: 'sample.taken', range, filters: [], order: 'oldest_first' })) {
      found.push(...batch);
    }
    expect(found.map(({ data }) => data['task_id'])).toEqual(['old-0']);
  });
});

function blockRows(path: string): { readonly n: number; readonly b: Uint8Array }[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare('SELECT n, b FROM name_block ORDER BY id0').all() as never;
  } finally {
    db.close();
  }
}

const blocksIn = (path: string): number[] => blockRows(path).map(({ n }) => n);
const bytesOfBlocks = (path: string): Uint8Array[] => blockRows(path).map(({ b }) => b);

describe('sealed names', () => {
  it('go too, and blocks that have become small are joined', async () => {
    const { store, put } = await openBench();
    await put(tasks(11_000, NOW_MICROS - 20 * MICROS_PER_DAY, 'old'));
    // They keep a few of the first block's names, whose old events go.
    await put(
      [7, 77, 777].map((i) => sample(NOW_MICROS - i * 60_000_000, { node_id: 'Node-old', task_id: `old-${i}` })),
    );
    await put(tasks(4_000, NOW_MICROS - MICROS_PER_HOUR, 'new'));
    await store.upkeep(UNLIMITED, NOW_MICROS);
    expect(blocksIn(store.path)).toEqual([4_096, 4_096, 4_096, 1_690]);
    const before = namesByText(store.path);

    await store.upkeep({ ...UNLIMITED, rawDays: 10 }, NOW_MICROS);
    expect(namesIn(store.path).filter((name) => name.startsWith('old-'))).toEqual(['old-7', 'old-77', 'old-777']);
    expect(blocksIn(store.path)).toEqual([2_981]);
    for (const [text, id] of namesByText(store.path)) expect(before.get(text)).toBe(id);
    await put([sample(NOW_MICROS - 5, { task_id: 'old-1' }), sample(NOW_MICROS - 4, { task_id: 'old-77' })]);
    const after = namesByText(store.path);
    expect(after.get('old-77')).toBe(before.get('old-77'));
    expect(after.get('old-1')).toBeGreaterThan(Math.max(...before.values()));
  });

  it('leave no trace, compressed or not, in pages that are free or in the log', async () => {
    const { store, put } = await openBench();
    const random = seededRandom(4);
    const named = (endMicros: number, prefix: string) =>
      tasks(10_500, endMicros, prefix).map(({ atMicros }) => sample(atMicros, { task_id: `${prefix}-${random()}` }));
    const old = named(NOW_MICROS - 20 * MICROS_PER_DAY, 'old');
    await put(old);
    await put(named(NOW_MICROS - MICROS_PER_HOUR, 'new'));
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const [block = new Uint8Array()] = bytesOfBlocks(store.path);
    const inFile = (bytes: string | Uint8Array): boolean =>
      ['', '-wal'].some((suffix) => readFileSync(store.path + suffix).includes(bytes));
    // Behind lengths, which later blocks may have alike.
    const middle = block.subarray(20_000, 20_064);
    expect(inFile(middle)).toBe(true);
    await store.upkeep({ ...UNLIMITED, rawDays: 10 }, NOW_MICROS);
    expect(namesIn(store.path).filter((name) => name.startsWith('old-'))).toEqual([]);
    for (let at = 10_000; at + 64 < block.length; at += 64) expect(inFile(block.subarray(at, at + 64))).toBe(false);
    for (const { data } of old.slice(0, 100)) expect(inFile(String(data['task_id']))).toBe(false);
  });
});
