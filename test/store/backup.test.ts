import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { restoreBackup } from '../../src/store/sqlite/file/backup.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { scanned } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const many = (count: number, before = 1) =>
  Array.from({ length: count }, (_, i) => sample(NOW_MICROS - before - i, { tests: i }));

describe('a backup', () => {
  it('is one whole file of one moment, readable by its owner only, while others write', async () => {
    const { store, put } = await openBench();
    await put(many(60_000));
    const folder = temporaryFolder();
    const path = join(folder, 'copy.db');
    const told: number[] = [];
    const copying = store.backup(path, (part) => told.push(part));
    await put(many(10, 1e9));
    await copying;
    expect(readdirSync(folder)).toEqual(['copy.db']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const copy = new DatabaseSync(path, { readOnly: true });
    expect(copy.prepare('SELECT count(*) AS n FROM "m_sample.taken"').get()?.['n']).toBeGreaterThanOrEqual(60_000);
    copy.close();
  });

  it('takes the place of an older one, and never of the store', async () => {
    const { store, put } = await openBench();
    await put(many(3));
    const path = join(temporaryFolder(), 'copy.db');
    writeFileSync(path, 'old');
    await store.backup(path);
    expect(statSync(path).size).toBeGreaterThan(4_096);
    await expect(store.backup(store.path)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(store.backup(join(path, 'below-a-file.db'))).rejects.toMatchObject({ name: 'StoreError' });
    expect(await scanned(store)).toHaveLength(3);
  });
});

describe('restoring', () => {
  it('puts a backup in place and keeps the old store beside it', async () => {
    const { store, put, directory, clock } = await openBench();
    await put(many(3));
    const backup = join(temporaryFolder(), 'copy.db');
    await store.backup(backup);
    await put([sample(NOW_MICROS - 1e6)]);
    await store.close();
    const aside = await restoreBackup(backup, store.path, NOW_MICROS);
    expect(existsSync(aside ?? '')).toBe(true);
    expect(statSync(store.path).mode & 0o777).toBe(0o600);
    const restored = await SqliteStore.open(directory, clock);
    // What the spool still holds beyond the backup is drained anew.
    expect(await restored.drain()).toMatchObject({ events: 1 });
    expect(await scanned(restored)).toHaveLength(4);
    await restored.close();
  });

  it('puts it where there was none', async () => {
    const { store, put, clock } = await openBench();
    await put(many(2));
    const folder = temporaryFolder();
    await store.backup(join(folder, 'copy.db'));
    expect(await restoreBackup(join(folder, 'copy.db'), join(folder, 'metrics.db'), NOW_MICROS)).toBeUndefined();
    const restored = await SqliteStore.open(folder, clock);
    expect(await scanned(restored)).toHaveLength(2);
    await restored.close();
  });

  it('is refused while somebody writes, for what is no store, and for nothing', async () => {
    const { store, put } = await openBench();
    await put(many(2));
    const folder = temporaryFolder();
    const backup = join(folder, 'copy.db');
    await store.backup(backup);
    const writer = new DatabaseSync(store.path);
    writer.exec('BEGIN IMMEDIATE');
    await expect(restoreBackup(backup, store.path, NOW_MICROS, 50)).rejects.toMatchObject({ code: 'STORE_BUSY' });
    writer.close();
    const foreign = join(folder, 'foreign.db');
    const other = new DatabaseSync(foreign);
    other.exec('CREATE TABLE meta (a)');
    other.close();
    await expect(restoreBackup(foreign, store.path, NOW_MICROS)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    const none = join(folder, 'none.db');
    await expect(restoreBackup(none, store.path, NOW_MICROS)).rejects.toMatchObject({ code: 'STORE_MISSING' });
    expect(await scanned(store)).toHaveLength(2);
    expect(readdirSync(folder).sort()).toEqual(['copy.db', 'foreign.db']);
  });
});
