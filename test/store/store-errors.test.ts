import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { QueryError, StoreError } from '../../src/model/errors.ts';
import { toStoreError } from '../../src/store/sqlite/file/store-errors.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const translated = (cause: unknown) => toStoreError(cause, '/x/metrics.db');

describe('what went wrong in a store', () => {
  it('is told by the code of what SQLite or the file system reported', () => {
    const codes = [5, 6, 8, 10, 11, 13, 14, 26, 1].map((errcode) =>
      translated(Object.assign(new Error('e'), { errcode })),
    );
    expect(codes.map((error) => (error instanceof StoreError ? error.code : error))).toEqual([
      'STORE_BUSY',
      'STORE_BUSY',
      'STORE_READ_ONLY',
      'STORE_FAILED',
      'STORE_CORRUPT',
      'STORE_FULL',
      'STORE_READ_ONLY',
      'STORE_CORRUPT',
      'STORE_FAILED',
    ]);
    expect(translated(Object.assign(new Error('e'), { code: 'ENOSPC' }))).toMatchObject({ code: 'STORE_FULL' });
    expect(translated('text')).toMatchObject({ code: 'STORE_FAILED' });
  });

  it('keeps the finer bits of a code out of it, and the place and the cause in it', () => {
    const cause = Object.assign(new Error('database is locked'), { errcode: 5 | (2 << 8) });
    expect(translated(cause)).toMatchObject({ code: 'STORE_BUSY', cause });
    expect(translated(cause).message).toContain('/x/metrics.db');
  });

  it('is left alone when it is one of ours already', () => {
    const error = new QueryError('UNKNOWN_METRIC', 'no');
    expect(translated(error)).toBe(error);
  });

  it('comes out of every method as a StoreError', async () => {
    const { store, put } = await openBench();
    await put([sample(NOW_MICROS - 1)]);
    const writer = new DatabaseSync(store.path);
    writer.exec('PRAGMA writable_schema = ON; DROP TABLE "m_sample.taken"');
    writer.close();
    await expect(store.stats()).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_FAILED' });
  });
});

describe('a store that cannot be written', () => {
  it.skipIf(process.getuid?.() === 0)('answers, and refuses upkeep', async () => {
    const { store, put, directory } = await openBench();
    await put([sample(NOW_MICROS - 1)]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    await store.close();
    chmodSync(directory, 0o500);
    const reader = await openBench(directory);
    expect(await reader.store.stats()).toMatchObject({ events: 1, readOnly: true });
    await expect(reader.store.upkeep(UNLIMITED, NOW_MICROS)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    chmodSync(directory, 0o700);
  });

  it('of a newer version is read and left as it is', async () => {
    const { store, put, directory } = await openBench();
    await put([sample(NOW_MICROS - 1)]);
    await store.close();
    const newer = new DatabaseSync(store.path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const { store: reader } = await openBench(directory);
    expect(await reader.stats()).toMatchObject({ events: 1, readOnly: true, schemaVersion: 99 });
    expect(await reader.drain()).toMatchObject({ events: 0 });
    await expect(reader.upkeep(UNLIMITED, NOW_MICROS)).rejects.toMatchObject({ code: 'STORE_NEWER' });
  });
});
