import fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ensureEventTable, type EventTable } from '../../src/store/sqlite/rows/event-tables.ts';
import { EventInserter } from '../../src/store/sqlite/drain/insert-events.ts';
import type { EventRow } from '../../src/store/sqlite/drain/row-layout.ts';
import { migrate } from '../../src/store/sqlite/open/migrate.ts';
import { inTransaction } from '../../src/store/sqlite/file/schema.ts';

function freshTable(): { db: DatabaseSync; table: EventTable; inserter: EventInserter } {
  const db = new DatabaseSync(':memory:');
  migrate(db, 0);
  const table = inTransaction(db, () => ensureEventTable(db, new Map(), 'a.b', [['n', 'count', null]]));
  return { db, table, inserter: new EventInserter(db) };
}

const times = fc.array(fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -1e6, max: 1e6 })), {
  maxLength: 150,
});

describe('inserting rows whose key is their time', () => {
  it('gives each row a time of its own, not before its moment, and never moves a row that is there', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 6 }), (batches) => {
        const { db, table, inserter } = freshTable();
        const second = new EventInserter(db);
        const kept = new Map<number, number>();
        let n = 0;
        for (const [index, batch] of batches.entries()) {
          const rows = batch.map((t): EventRow => [t, 1, n++]);
          const told = new Map(rows.map((row) => [Number(row[2]), row[0]]));
          inTransaction(db, () => (index % 2 === 0 ? inserter : second).insert(table, rows));
          const stored = db.prepare(`SELECT t, n FROM ${table.table}`).all() as { t: number; n: number }[];
          expect(stored).toHaveLength(n);
          for (const row of stored) {
            expect(kept.get(row.n) ?? row.t).toBe(row.t);
            expect(row.t).toBeGreaterThanOrEqual(told.get(row.n) ?? -Infinity);
            kept.set(row.n, row.t);
          }
        }
        // As close as there is room: between a row and its moment, every microsecond is taken.
        const taken = new Set(kept.values());
        const moments = batches.flat();
        for (const [number, t] of kept) {
          for (let free = moments[number] ?? t; free < t; free++) expect(taken.has(free)).toBe(true);
        }
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  it('marks each hour that it touches, once', () => {
    const { db, table, inserter } = freshTable();
    const hour = 3_600_000_000;
    inTransaction(db, () =>
      inserter.insert(table, [
        [0, 1, 1],
        [1, 1, 1],
        [hour, 1, 1],
        [-1, 1, 1],
      ]),
    );
    const marked = db.prepare('SELECT hour FROM dirty ORDER BY hour').all();
    expect(marked).toEqual([{ hour: -1 }, { hour: 0 }, { hour: 1 }]);
  });

  it('forgets the runs of a transaction that was rolled back', () => {
    const { db, table, inserter } = freshTable();
    const rows = (): EventRow[] => Array.from({ length: 100 }, (_, n): EventRow => [5, 1, n]);
    db.exec('BEGIN IMMEDIATE');
    inserter.insert(table, rows());
    db.exec('ROLLBACK');
    inserter.forget();
    inTransaction(db, () => inserter.insert(table, rows()));
    expect(db.prepare(`SELECT min(t) AS a, max(t) AS b FROM ${table.table}`).get()).toEqual({ a: 5, b: 104 });
  });
});
