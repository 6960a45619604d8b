import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_HOUR } from '../../src/model/range.ts';
import { dirtyDays, rollUpDay } from '../../src/store/sqlite/upkeep/rollup-build.ts';
import { toStored } from '../../src/store/sqlite/file/schema.ts';
import { expectRows, foldRequest, rollupRequests } from '../contracts/store-contract.ts';
import { plainFold } from '../support/plain-fold.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const END = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR);
const HOUR = toStored(END) / MICROS_PER_HOUR;
const ranges = [{ fromMicros: END - 12 * MICROS_PER_HOUR, toMicros: END }];
const quarters = Array.from({ length: 40 }, (_, i) =>
  sample(END - 1 - i * 15 * 60_000_000, { node_id: `Node-${i % 3}`, tests: i }),
);
const nothing = async (): Promise<void> => undefined;

/** A connection on which something happens each time between reading and the lock. */
function disturbed(path: string, intrude: () => void): DatabaseSync {
  const db = new DatabaseSync(path);
  const exec = db.exec.bind(db);
  db.exec = (sql) => {
    if (sql === 'BEGIN IMMEDIATE') intrude();
    exec(sql);
  };
  return db;
}

/** Write an event as another process does, and mark its hour. */
function insert(path: string, { atMicros, data }: IncomingEvent): void {
  const other = new DatabaseSync(path);
  const t = toStored(atMicros);
  other.exec('BEGIN IMMEDIATE');
  other.prepare('INSERT INTO "m_sample.taken" (t, o, tests) VALUES (?, 1, ?)').run(t, Number(data['tests']));
  other.prepare('INSERT OR IGNORE INTO dirty VALUES (1, ?)').run(Math.floor(t / MICROS_PER_HOUR));
  other.exec('COMMIT');
  other.close();
}

describe('rolling up', () => {
  it('takes nothing for rolled up that came between reading and writing', async () => {
    const { store, put } = await openBench();
    await put(quarters);
    const late = Array.from({ length: 3 }, (_, i) => sample(END - 91 * 60_000_000 - i, { tests: 100 + i }));
    const waiting = [...late];
    const db = disturbed(store.path, () => {
      const next = waiting.pop();
      if (next !== undefined) insert(store.path, next);
    });
    for (const day of dirtyDays(db, HOUR - 24, HOUR)) await rollUpDay(db, day, NOW_MICROS, nothing);
    const events = [...quarters, ...late];
    for (const asked of rollupRequests(ranges)) expectRows(await store.foldRollups(asked), plainFold(events, asked));
    // Three times somebody came in between: then it is left for the next time, marked as it was.
    expect(dirtyDays(db, HOUR - 24, HOUR)).not.toEqual([]);
    for (const day of dirtyDays(db, HOUR - 24, HOUR)) await rollUpDay(db, day, NOW_MICROS, nothing);
    expect(dirtyDays(db, HOUR - 24, HOUR)).toEqual([]);
    for (const asked of rollupRequests(ranges)) expectRows(await store.foldRollups(asked), plainFold(events, asked));
    db.close();
  });

  it('is not held up by what others write to other hours', async () => {
    const { store, put } = await openBench();
    await put(quarters);
    let written = 0;
    const db = disturbed(store.path, () => insert(store.path, sample(NOW_MICROS - 1 - written++, { tests: 1 })));
    for (const day of dirtyDays(db, HOUR - 24, HOUR)) await rollUpDay(db, day, NOW_MICROS, nothing);
    expect(written).toBeGreaterThan(0);
    expect(dirtyDays(db, HOUR - 24, HOUR)).toEqual([]);
    for (const asked of rollupRequests(ranges)) expectRows(await store.foldRollups(asked), plainFold(quarters, asked));
    db.close();
  });

  it('takes a busy day some hours at a time', async () => {
    const { store, put } = await openBench();
    const events = Array.from({ length: 60_000 }, (_, i) => sample(END - 1 - i * 500_000, { tests: i % 100 }));
    await put(events);
    const db = new DatabaseSync(store.path);
    let pauses = 0;
    for (const day of dirtyDays(db, HOUR - 24, HOUR)) {
      await rollUpDay(db, day, NOW_MICROS, async () => {
        pauses += 1;
      });
    }
    expect(pauses).toBeGreaterThan(3);
    const asked = foldRequest({ ranges, measures: [{ fn: 'count' }, { fn: 'sum', field: 'tests' }] });
    expect((await store.foldRollups(asked))[0]?.figures).toEqual([60_000, 600 * 4_950]);
    db.close();
  });
});
