import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { diskUsage } from '../file/disk-usage.ts';
import { pragmaNumber, storedHourOf } from '../file/schema.ts';
import { emptyLog, keepLogSmall } from '../file/write-ahead-log.ts';
import { sweepNames } from './dictionary-sweep.ts';
import { expireBefore, oldestHour } from './retention.ts';

/** What the database takes once its free pages are given back. */
const usedBytes = (db: DatabaseSync): number =>
  (pragmaNumber(db, 'page_count') - pragmaNumber(db, 'freelist_count')) * pragmaNumber(db, 'page_size');

/** Part of the budget that is made free when it is exceeded, so that the next events do not exceed it at once. */
const HEADROOM = 0.02;

/**
 * While database, log and spool take more than the budget, let the oldest raw hours go. Their rollups stay, and so do
 * hours from `beforeHour` on: when that is not enough, the report's size says so.
 *
 * @param pause Called between transactions.
 * @returns How many rows went.
 */
export async function keepSizeBudget(
  db: DatabaseSync,
  path: string,
  maxBytes: number,
  beforeHour: number,
  nowMicros: number,
  pause: () => Promise<void>,
): Promise<number> {
  if (usedBytes(db) + sizeBesides(path) <= maxBytes) return 0;
  emptyLog(db);
  // A log that somebody's reading keeps long counts. What this here adds to it does not: it would never end.
  const most = maxBytes - sizeBesides(path);
  if (usedBytes(db) <= most) return 0;
  const goal = most - maxBytes * HEADROOM;
  const drop = (bytes: number): Promise<number> =>
    expireBefore(db, Math.min(beforeHour, hourThatFrees(db, bytes)), nowMicros, pause);
  // Names go with the events that alone had them, so fewer events need to; but only a sweep tells which.
  let dropped = await drop((usedBytes(db) - goal) * shareOfEvents(db));
  if (dropped > 0) await sweepNames(db, dropped, true, pause);
  while (usedBytes(db) > goal) {
    const rows = await drop(usedBytes(db) - goal);
    if (rows === 0) break;
    dropped += rows;
  }
  return dropped;
}

/** What a name that is not sealed takes besides its text, which lies in a table and in an index. */
const BYTES_OF_NAME = 14;

/** The part of what sealed events and names take together that events do. */
function shareOfEvents(db: DatabaseSync): number {
  const bytes = (sql: string): number => Number(db.prepare(`SELECT ${sql}`).get()?.['bytes'] ?? 0);
  const sealed = bytes('sum(length(b)) AS bytes FROM name_block');
  const names = sealed + bytes(`sum(2 * length(s) + ${BYTES_OF_NAME}) AS bytes FROM dict`);
  const events = bytes('sum(length(b)) AS bytes FROM block');
  return events === 0 ? 1 : events / (events + names);
}

/** What is there besides the database. */
function sizeBesides(path: string): number {
  const { walBytes, spoolBytes } = diskUsage(path);
  return walBytes + spoolBytes;
}

/**
 * The hour before which sealed rows take so many bytes; the next after the oldest hour at least. Rows that are not
 * sealed are few, so they are left out of the sum; what a block has before an hour is taken as a part by time.
 */
function hourThatFrees(db: DatabaseSync, bytes: number): number {
  const oldest = oldestHour(db) ?? 0;
  const blocks = db
    .prepare('SELECT t0, t1, length(b) AS size FROM block')
    .all()
    .map(({ t0, t1, size }) => ({ t0: Number(t0), t1: Number(t1), size: Number(size) }));
  const freedBefore = (hour: number): number =>
    blocks.reduce((sum, { t0, t1, size }) => {
      const part = (hour * MICROS_PER_HOUR - t0) / (t1 - t0 + 1);
      return sum + size * Math.min(1, Math.max(0, part));
    }, 0);
  let low = oldest + 1;
  let high = Math.max(low, ...blocks.map(({ t1 }) => storedHourOf(t1) + 1));
  // All of them, when that is not enough. Behind them it goes on hour by hour: what the rows in typed tables take is not
  // known.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (freedBefore(middle) < bytes) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A file may have this part of its pages free: the rows of the next hours take them again. */
const FREE_PART = 0.05;
/** As many are always left to a small store, in which a busy hour is a large part. */
const FREE_PAGES = 64;
/** Pages moved in one transaction: 1 MB, some 5 ms. */
const PAGES_PER_STEP = 256;
/** Between two such transactions, so that others who wait for the lock do get it. */
const STEP_PAUSE_MILLIS = 2;

/** Give free pages back to the file system: all of them when the space is needed, otherwise those beyond a small part. */
export async function returnFreePages(db: DatabaseSync, needed: boolean): Promise<void> {
  for (let last = Number.POSITIVE_INFINITY; ;) {
    const free = pragmaNumber(db, 'freelist_count');
    const used = pragmaNumber(db, 'page_count') - free;
    const surplus = needed ? free : free - Math.ceil(Math.max(FREE_PAGES, (used * FREE_PART) / (1 - FREE_PART)));
    if (surplus <= 0 || free >= last) return;
    last = free;
    db.exec(`PRAGMA incremental_vacuum(${Math.min(surplus, PAGES_PER_STEP)})`);
    keepLogSmall(db, false);
    await sleep(STEP_PAUSE_MILLIS);
  }
}
