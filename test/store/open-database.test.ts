import { linkSync, lstatSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/index.ts';
import { isInPlace, openDatabase, openReadOnly, setAsideDamaged } from '../../src/store/sqlite/open/open-database.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite/file/schema.ts';
import { startChild } from '../support/child-process.ts';
import { imbalances } from '../support/recording.ts';
import { makeOlder } from '../support/older-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NOW = Date.UTC(2026, 10, 24) * 1_000;
const folder = (): string => join(temporaryFolder(), '.ai');
const open = (directory: string) => openDatabase(directory, NOW);

describe('opening the store', () => {
  it('makes it whole, for its owner only, and leaves nothing else behind', () => {
    const directory = folder();
    const { db, path, readOnly, newer } = open(directory);
    expect([readOnly, newer]).toEqual([false, false]);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    // 1 is NORMAL. SQLite's log is copied by drain and upkeep alone; the file is not mapped into memory.
    const settings = { synchronous: 1, wal_autocheckpoint: 0, mmap_size: 0, trusted_schema: 0 };
    for (const [pragma, value] of Object.entries(settings)) {
      expect([pragma, Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]]).toEqual([pragma, value]);
    }
    db.exec('CREATE TABLE x (a)');
    for (const name of readdirSync(directory)) {
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    db.close();
    expect(readdirSync(directory)).toEqual(['metrics.db']);
    expect(path).toBe(join(directory, 'metrics.db'));
  });

  it('finds the same store again', () => {
    const directory = folder();
    const idOf = (): unknown => {
      const { db } = open(directory);
      const row = db.prepare(`SELECT value FROM meta WHERE key = 'store_id'`).get();
      db.close();
      return row?.['value'];
    };
    expect(idOf()).toBe(idOf());
  });

  it('makes one store when twelve processes begin at the same moment', async () => {
    const directory = folder();
    const at = String(Date.now() + 700);
    const children = Array.from({ length: 12 }, (_, n) => startChild('opening-child.ts', [directory, `n${n}`, at]));
    const codes = await Promise.all(children.map(({ ended }) => ended));
    expect(children.map((child, n) => (codes[n] === 0 ? '' : child.output()))).toEqual(children.map(() => ''));
    expect(readdirSync(directory).filter((name) => /corrupt|\.new/.test(name))).toEqual([]);
    const metrics = openMetrics({ directory });
    expect((await metrics.stats()).events).toBe(12);
    expect(imbalances(await metrics.ledger())).toEqual(children.map(() => 0));
    await metrics.close();
  });

  it('takes a store for its own that still has the name it was made under, and removes that', () => {
    const directory = folder();
    open(directory).db.close();
    const path = join(directory, 'metrics.db');
    // As a process leaves it that was killed between naming the store and removing the first name.
    linkSync(path, `${path}.0a1b2c3d.new`);
    const { db } = open(directory);
    db.close();
    expect(readdirSync(directory)).toEqual(['metrics.db']);
    expect(lstatSync(path).nlink).toBe(1);
  });

  it('sets a store aside that has a second name elsewhere', () => {
    const directory = folder();
    open(directory).db.close();
    linkSync(join(directory, 'metrics.db'), join(directory, 'somewhere-else'));
    open(directory).db.close();
    expect(readdirSync(directory).filter((name) => name.includes('.corrupt-'))).toHaveLength(1);
  });

  it('reads the store of a newer version, and changes nothing in it', async () => {
    const directory = folder();
    const { db, path } = open(directory);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}; CREATE VIEW of_the_future AS SELECT 1`);
    db.close();
    const newer = open(directory);
    expect([newer.newer, newer.path]).toEqual([true, path]);
    newer.db.close();
    const metrics = openMetrics({ directory });
    expect(metrics.record('state.read', {})).toBe(true);
    expect(await metrics.query({ metric: 'state.read' })).toMatchObject({ events: [] });
    await expect(metrics.upkeep()).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await metrics.close();
    expect(readdirSync(directory).toSorted()).toEqual(['metrics.db', 'metrics.spool']);
  });

  it('gives a store of version 1 what it lacks, while a process that has it open goes on writing', () => {
    const directory = folder();
    const older = open(directory);
    makeOlder(older.db, 1);
    const note = older.db.prepare('INSERT INTO meta (key, value) VALUES (?, 1)');
    note.run('before');
    const newer = open(directory);
    note.run('after');
    expect(newer.db.prepare("SELECT count(*) AS n FROM meta WHERE key IN ('before', 'after')").get()).toEqual({ n: 2 });
    expect(newer.db.prepare('SELECT count(*) AS n FROM block').get()).toEqual({ n: 0 });
    expect(newer.db.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
    for (const { db } of [older, newer]) db.close();
  });

  it('goes back to the log that many processes need, after a backup took its place', () => {
    const directory = folder();
    const { db, path } = open(directory);
    db.exec('PRAGMA journal_mode = DELETE');
    db.close();
    expect(open(directory).db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(openReadOnly(path).readOnly).toBe(true);
  });

  it('knows when the file was moved or replaced', () => {
    const directory = folder();
    const first = open(directory);
    expect(isInPlace(first)).toBe(true);
    renameSync(first.path, `${first.path}.moved`);
    expect(isInPlace(first)).toBe(false);
    const second = open(directory);
    expect([isInPlace(first), isInPlace(second)]).toEqual([false, true]);
    // Whoever met damage in the first must not take the second away.
    setAsideDamaged(first, NOW);
    expect(isInPlace(second)).toBe(true);
    first.db.close();
    second.db.close();
  });

  it('sets nothing aside in which no damage is to be found', () => {
    const store = open(folder());
    setAsideDamaged(store, NOW);
    expect(isInPlace(store)).toBe(true);
    store.db.close();
  });

  it('says that there is no store where only reading is allowed and none is there', () => {
    const directory = temporaryFolder();
    expect(() => openReadOnly(join(directory, 'metrics.db'))).toThrow(/There is no metrics store/);
    writeFileSync(join(directory, 'metrics.db'), 'x'.repeat(200));
    expect(() => openReadOnly(join(directory, 'metrics.db'))).toThrow(/There is no metrics store/);
  });

  it('leaves what another program keeps in its database alone', () => {
    const directory = temporaryFolder();
    const theirs = new DatabaseSync(join(directory, 'metrics.db'));
    theirs.exec('CREATE TABLE notes (text); INSERT INTO notes VALUES (1)');
    const { db, path } = open(directory);
    db.close();
    expect(path).toBe(join(directory, 'amicus-metrics.db'));
    expect(theirs.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'notes' }]);
    theirs.close();
  });
});
