import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { prepared } from './prepared.ts';

/** "AMMX": tells our files from any other SQLite file. */
export const APPLICATION_ID = 0x41_4d_4d_58;

/**
 * Raised by one with each migration. A file with a higher number was written by a newer version: it is read and
 * drained as far as its tables are known, and never migrated down.
 */
export const SCHEMA_VERSION = 3;

/**
 * Stored times are microseconds since 2025-01-01T00:00:00Z: as the row's key that takes seven bytes instead of eight
 * until 2042. Earlier moments are negative and take nine.
 */
export const EPOCH_MICROS = Date.UTC(2025, 0, 1) * 1_000;

/**
 * Migration n brings a file from version n to n + 1, in one transaction: see migrate.ts. What recording and draining write
 * to is only ever added to, so that an older process that has the file open goes on with both.
 *
 * Tables of events are not here: each is made from the declaration of its metric, see event-tables.ts. None of these
 * names may be `events`, `aggregates` or `metadata`: a Python Amicus may create those in the same file.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- store_id, created (micros), raw_from (stored time before which raw detail has expired)
  CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

  -- names that occur in events, each once, here or in name_block; a number is never given to another name
  CREATE TABLE dict (id INTEGER PRIMARY KEY AUTOINCREMENT, s TEXT NOT NULL UNIQUE);

  -- fields: JSON array of [name, kind, unit or null] in column order; declared: the same of all that producers declared
  CREATE TABLE metric (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, fields TEXT NOT NULL, declared TEXT NOT NULL);

  -- recording processes. recorded: calls of record() it told of; seq: events it spooled; stored: events put into
  -- tables; expired: events removed by retention; dropped: JSON object reason -> events, or fields
  CREATE TABLE producer (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, pid INTEGER NOT NULL, host TEXT NOT NULL,
    started INTEGER NOT NULL, recorded INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL DEFAULT 0,
    stored INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0, dropped TEXT NOT NULL DEFAULT '{}');

  -- spool files. drained: bytes taken; state: 0 open, 1 ended and wholly drained, 2 set aside as damaged,
  -- 3 renamed, so that its writer leaves it, and entered under that name
  CREATE TABLE segment (
    name TEXT PRIMARY KEY, producer INTEGER NOT NULL, drained INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;

  -- who told an event, and how: one small number in each row of the event tables
  CREATE TABLE origin (
    id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, source TEXT NOT NULL, inferred INTEGER NOT NULL,
    cluster TEXT NOT NULL DEFAULT '', UNIQUE (producer, source, inferred, cluster));

  -- identities of derived events (63 bits of a hash), with the stored time of the event they belong to. Without row ids,
  -- since node:sqlite reads the last one after each statement, and most of these are beyond what a number holds
  CREATE TABLE identity (h INTEGER PRIMARY KEY, t INTEGER NOT NULL) WITHOUT ROWID;

  -- hours whose events changed since they were rolled up: hour = stored time / 3,600,000,000
  CREATE TABLE dirty (metric INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (metric, hour)) WITHOUT ROWID;

  -- one block for each metric and hour, and for each metric and UTC day (day = hour / 24): see older-rollup.ts
  CREATE TABLE rollup_hour (metric INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL, b BLOB NOT NULL,
    PRIMARY KEY (metric, hour)) WITHOUT ROWID;
  CREATE TABLE rollup_day (metric INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, b BLOB NOT NULL,
    PRIMARY KEY (metric, day)) WITHOUT ROWID;
  `,
  `
  -- sealed rows of one metric: t0, t1: stored time of the first and the last; n: how many, up to 32,767; origins: JSON
  -- [[origin, rows], ...]; crc: CRC-32 of b. Blocks of a metric never overlap in time, and never change: one that must
  -- is replaced by another, whose id was never used. See docs/format.md
  CREATE TABLE block (
    id INTEGER PRIMARY KEY AUTOINCREMENT, metric INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL,
    n INTEGER NOT NULL, origins TEXT NOT NULL, crc INTEGER NOT NULL, b BLOB NOT NULL);
  CREATE UNIQUE INDEX block_by_time ON block (metric, t0);

  -- blocks whose bytes are not those that were written, for whoever wants to look; found: micros
  CREATE TABLE damaged_block (
    id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, n INTEGER NOT NULL,
    origins TEXT NOT NULL, crc INTEGER NOT NULL, found INTEGER NOT NULL, b BLOB NOT NULL);
  `,
  `
  -- figures of one metric and UTC day (day = hour / 24), by hour and group, in parts of up to 65,535 rows; n: how many
  -- events; crc: CRC-32 of b. A day that changes gets new ones, whose ids were never used. See docs/format.md
  CREATE TABLE rollup (
    id INTEGER PRIMARY KEY AUTOINCREMENT, metric INTEGER NOT NULL, day INTEGER NOT NULL, part INTEGER NOT NULL,
    n INTEGER NOT NULL, crc INTEGER NOT NULL, b BLOB NOT NULL);
  CREATE UNIQUE INDEX rollup_by_day ON rollup (metric, day, part);

  -- rollups whose bytes are not those that were written, of hours that have no rows any more; t0, t1: stored time of
  -- the first and the last moment of which nothing is known; found: micros
  CREATE TABLE damaged_rollup (
    id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, n INTEGER NOT NULL,
    crc INTEGER NOT NULL, found INTEGER NOT NULL, b BLOB NOT NULL);

  -- names that are in dict no longer, up to 4,096 of the numbers id0 to id1; all numbers in dict are greater. n: how many;
  -- filter: which names may be among them, see name-filter.ts; CRC-32 of b and of it. Blocks never overlap, and never
  -- change: one that must is replaced by another, whose id was never used. See docs/format.md
  CREATE TABLE name_block (
    id INTEGER PRIMARY KEY AUTOINCREMENT, id0 INTEGER NOT NULL, id1 INTEGER NOT NULL, n INTEGER NOT NULL,
    crc INTEGER NOT NULL, filter_crc INTEGER NOT NULL, filter BLOB NOT NULL, b BLOB NOT NULL);

  -- those whose bytes are not those that were written; found: micros
  CREATE TABLE damaged_name_block (
    id INTEGER PRIMARY KEY, id0 INTEGER NOT NULL, id1 INTEGER NOT NULL, n INTEGER NOT NULL, crc INTEGER NOT NULL,
    found INTEGER NOT NULL, b BLOB NOT NULL);
  `,
];

/** Microseconds since the Unix epoch → stored time. */
export const toStored = (atMicros: number): number => atMicros - EPOCH_MICROS;
/** Stored time → microseconds since the Unix epoch. */
export const fromStored = (stored: number): number => stored + EPOCH_MICROS;

/** The stored hour in which a stored time lies. */
export const storedHourOf = (stored: number): number => Math.floor(stored / MICROS_PER_HOUR);

/** Run `work` in a write transaction; rolled back when it throws. Waits as long as the handle's busy timeout for the lock. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw cause;
  }
}

/** A value of a PRAGMA that is one number. */
export function pragmaNumber(db: DatabaseSync, pragma: string): number {
  const row = prepared(db, `PRAGMA ${pragma}`).get();
  return Number(row === undefined ? 0 : Object.values(row)[0]);
}

/** A value of the `meta` table; `undefined` when it is not set. */
export function readMeta(db: DatabaseSync, key: string): string | number | undefined {
  const value = prepared(db, 'SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

export function writeMeta(db: DatabaseSync, key: string, value: string | number): void {
  db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
    key,
    value,
  );
}
