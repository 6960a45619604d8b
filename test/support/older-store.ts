import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Make an empty store, or one without rollups and sealed rows, look as an earlier schema version left it. What later
 * versions add is dropped, what they dropped is there again.
 */
export function makeOlder(db: DatabaseSync, version: 1 | 2): void {
  db.exec(`
    DROP TABLE rollup; DROP TABLE damaged_rollup; DROP TABLE name_block; DROP TABLE damaged_name_block;
    CREATE TABLE rollup_hour (metric INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL, b BLOB NOT NULL,
      PRIMARY KEY (metric, hour)) WITHOUT ROWID;
    CREATE TABLE rollup_day (metric INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, b BLOB NOT NULL,
      PRIMARY KEY (metric, day)) WITHOUT ROWID;
    PRAGMA user_version = ${version}`);
  if (version === 1) db.exec('DROP TABLE block; DROP TABLE damaged_block');
}

/**
 * A folder with a store that version 2 of the schema wrote: 1,500 events of four days of which the last has its rows, an
 * hour of 600 groups, sums beyond 2^53, and events that came late to an hour without rows and to one with.
 */
export function folderOfVersion2(): string {
  const directory = temporaryFolder();
  const bytes = gunzipSync(readFileSync('test/fixtures/stores/version-2.db.gz'));
  writeFileSync(join(directory, 'metrics.db'), bytes, { mode: 0o600 });
  return directory;
}
