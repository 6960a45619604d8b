import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../model/errors.ts';
import { APPLICATION_ID, inTransaction, MIGRATIONS, pragmaNumber, SCHEMA_VERSION, toStored } from '../file/schema.ts';
import { convertOlderRollups } from './older-rollups.ts';

/** The version whose migration writes rollups anew: see older-rollups.ts. */
const NEW_ROLLUPS = 2;

/**
 * Bring a file to this version's schema; an empty file becomes a store.
 *
 * @throws StoreError `STORE_FOREIGN` when the file is another program's.
 */
export function migrate(db: DatabaseSync, nowMicros: number): void {
  if (pragmaNumber(db, 'application_id') === APPLICATION_ID && pragmaNumber(db, 'user_version') >= SCHEMA_VERSION)
    return;
  if (pragmaNumber(db, 'page_count') === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  inTransaction(db, () => {
    const version = pragmaNumber(db, 'user_version');
    const ours = pragmaNumber(db, 'application_id') === APPLICATION_ID;
    if (!ours && Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']) > 0) {
      throw new StoreError('STORE_FOREIGN', 'The file is a SQLite database of another program');
    }
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    if (version <= NEW_ROLLUPS) {
      convertOlderRollups(db);
      db.exec('DROP TABLE rollup_hour; DROP TABLE rollup_day');
    }
    if (!ours) {
      const insert = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
      insert.run('store_id', randomBytes(6).toString('hex'));
      insert.run('created', nowMicros);
      insert.run('raw_from', toStored(0));
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    }
    if (version < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/**
 * Let an older file that cannot be written be read as if it were of this version: the tables it lacks are there, for
 * this connection alone.
 */
export function standInForMissing(db: DatabaseSync): void {
  const version = Math.max(1, pragmaNumber(db, 'user_version'));
  for (const migration of MIGRATIONS.slice(version)) {
    db.exec(migration.replaceAll('CREATE TABLE', 'CREATE TEMP TABLE'));
  }
  if (version > NEW_ROLLUPS) return;
  db.exec('CREATE TEMP TABLE dirty AS SELECT * FROM main.dirty');
  convertOlderRollups(db);
}
