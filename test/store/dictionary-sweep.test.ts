import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { foldRequest, UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

function namesIn(directory: string): string[] {
  const db = new DatabaseSync(join(directory, 'metrics.db'), { readOnly: true });
  try {
    return db
      .prepare('SELECT s FROM dict ORDER BY s')
      .all()
      .map((row) => String(row['s']));
  } finally {
    db.close();
  }
}

/** One event a minute, oldest first, each of a task of its own. */
const tasks = (count: number, endMicros: number, prefix: string) =>
  Array.from({ length: count }, (_, i) =>
    sample(endMicros - (count - i) * 60_000_000, { node_id: `Node-${prefix}`, task_id: `${prefix}-${i}` }),
  );

describe('names', () => {
  it('go when the last event that held them has expired, and come back as new ones', async () => {
    const { store, put, directory } = await openBench();
    await put(tasks(11_000, NOW_MICROS - 20 * MICROS_PER_DAY, 'old'));
    await put(tasks(100, NOW_MICROS - MICROS_PER_HOUR, 'new'));
    expect(namesIn(directory)).toContain('old-0');
    await store.upkeep({ ...UNLIMITED, rawDays: 10 }, NOW_MICROS);

    const names = namesIn(directory);
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
