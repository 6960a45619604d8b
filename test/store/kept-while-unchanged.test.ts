import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { keptWhileUnchanged } from '../../src/store/sqlite/file/kept-while-unchanged.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const countRows = (db: DatabaseSync): unknown => db.prepare('SELECT count(*) AS n FROM one').get()?.['n'];

it('what was read from a file is read again once this connection or another has written to it, and not before', () => {
  const path = join(temporaryFolder(), 'some.db');
  const [mine, others] = [new DatabaseSync(path), new DatabaseSync(path)];
  mine.exec('PRAGMA journal_mode = WAL; CREATE TABLE one (n)');
  let reads = 0;
  const count = (): unknown =>
    keptWhileUnchanged(mine, 'rows', (db) => {
      reads += 1;
      return countRows(db);
    });
  expect([count(), count(), reads]).toEqual([0, 0, 1]);
  mine.exec('INSERT INTO one VALUES (1)');
  expect([count(), count(), reads]).toEqual([1, 1, 2]);
  others.exec('INSERT INTO one VALUES (2)');
  expect([count(), count(), reads]).toEqual([2, 2, 3]);
  mine.exec('BEGIN; INSERT INTO one VALUES (3); ROLLBACK');
  expect(count()).toBe(2);
  mine.close();
  others.close();
});
