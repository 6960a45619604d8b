import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/store/columns/chunk.ts';
import { cachedChunk } from '../../src/store/sqlite/blocks/chunk-cache.ts';

const MEGABYTE = 2 ** 20;

/** A chunk with a column of some megabytes. */
function chunkOf(megabytes: number): Chunk {
  const numbers = new Float64Array((megabytes * MEGABYTE) / 8);
  const none = { codes: new Uint16Array(1), keys: [1] };
  return {
    rows: 1,
    first: 0,
    last: 0,
    times: () => numbers,
    origins: () => none,
    numbers: () => numbers,
    coded: () => none,
  };
}

/** Asks for blocks one after another, as a question does, and tells which of them had to be read. */
function ask(db: DatabaseSync, ids: readonly number[], megabytes = 1): number[] {
  const read: number[] = [];
  const asker = {};
  for (const id of ids) {
    const chunk = cachedChunk(db, id, asker, () => {
      read.push(id);
      return chunkOf(megabytes);
    });
    chunk?.numbers('duration_ms');
  }
  return read;
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

describe('decoded blocks', () => {
  it('are known to the next question', () => {
    const db = new DatabaseSync(':memory:');
    expect(ask(db, [1, 2, 3])).toEqual([1, 2, 3]);
    expect(ask(db, [2, 3, 4])).toEqual([4]);
    db.close();
  });

  it('make room for those of other questions, those first that were not asked for longest', () => {
    const db = new DatabaseSync(':memory:');
    ask(db, from(0, 20));
    ask(db, from(0, 5));
    ask(db, from(100, 20));
    expect(ask(db, from(100, 20))).toEqual([]);
    expect(ask(db, from(0, 5))).toEqual([]);
    expect(ask(db, from(5, 10)).length).toBeGreaterThan(0);
    db.close();
  });

  it('are still there in part for a question that asks for more than there is room for', () => {
    const db = new DatabaseSync(':memory:');
    expect(ask(db, from(0, 50))).toHaveLength(50);
    const again = ask(db, from(0, 50));
    expect(again.length).toBeLessThan(25);
    expect(ask(db, from(0, 50))).toHaveLength(again.length);
    db.close();
  });

  it('take no more than their share of memory, however large they are', () => {
    const db = new DatabaseSync(':memory:');
    expect(ask(db, [1, 2, 3], 40)).toEqual([1, 2, 3]);
    expect(ask(db, [1, 2, 3], 40).length).toBeGreaterThanOrEqual(2);
    expect(ask(db, from(10, 10))).toHaveLength(10);
    expect(ask(db, from(10, 10))).toEqual([]);
    db.close();
  });
});
