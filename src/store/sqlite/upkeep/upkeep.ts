import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { spoolFolder } from '../../spool/spool-folder.ts';
import type { RetentionSettings, UpkeepReport } from '../../store.ts';
import { sealOldRows } from '../blocks/seal.ts';
import { removeDrainedSegments } from '../drain/segment-book.ts';
import { diskUsage } from '../file/disk-usage.ts';
import { fromStored, readMeta, toStored } from '../file/schema.ts';
import { emptyLog, keepLogSmall } from '../file/write-ahead-log.ts';
import { mendNotedNames } from '../names/damaged-names.ts';
import { sealOldNames } from '../names/seal-names.ts';
import { quarantineNoted } from './damaged-blocks.ts';
import { quarantineNotedRollups } from './damaged-rollups.ts';
import { sweepNames } from './dictionary-sweep.ts';
import { cutoffs, expireBefore, expireIdentities, expireRollups, retentionNow } from './retention.ts';
import { dirtyDays, rollUpDay } from './rollup-build.ts';
import { keepSizeBudget, returnFreePages } from './size-budget.ts';

/**
 * Everything that keeps a store small and quick. Each step is a transaction of its own that can be repeated, and
 * between steps others get their turn: the process may be killed at any point and the next upkeep goes on from there.
 */
export async function runUpkeep(
  db: DatabaseSync,
  path: string,
  settings: RetentionSettings,
  nowMicros: number,
): Promise<UpkeepReport> {
  const runningHour = Math.floor(toStored(nowMicros) / MICROS_PER_HOUR);
  const pause = async (): Promise<void> => {
    keepLogSmall(db, false);
    await nextTurn();
  };
  quarantineNoted(db, nowMicros);
  quarantineNotedRollups(db, nowMicros);
  mendNotedNames(db, nowMicros);
  const rolledUp = await rollUp(db, runningHour, nowMicros, pause);
  const expiredByAge = await expireByAge(db, settings, nowMicros, runningHour, pause);
  await sealOldRows(db, runningHour, pause);
  await sealOldNames(db, pause);

  const removedSegments = removeDrainedSegments(db, spoolFolder(dirname(path)));
  const droppedForSpaceEvents = await keepSizeBudget(db, path, settings.maxBytes, runningHour, nowMicros, pause);
  const expired = rolledUp.expired + expiredByAge + droppedForSpaceEvents;
  if (expired > 0) expireIdentities(db);
  await sweepNames(db, expired, droppedForSpaceEvents > 0, pause);
  quarantineNoted(db, nowMicros);
  await returnFreePages(db, diskUsage(path).totalBytes > settings.maxBytes);
  emptyLog(db);
  db.exec('PRAGMA optimize');

  return {
    rolledUpHours: rolledUp.hours,
    expiredEvents: rolledUp.expired + expiredByAge,
    droppedForSpaceEvents,
    rawFromMicros: fromStored(Number(readMeta(db, 'raw_from') ?? toStored(0))),
    sizeBytes: diskUsage(path).totalBytes,
    removedSegments,
  };
}

/** Finished hours only: the running one would have to be rolled up again. So would hours in the future. */
async function rollUp(
  db: DatabaseSync,
  runningHour: number,
  nowMicros: number,
  pause: () => Promise<void>,
): Promise<{ readonly hours: number; readonly expired: number }> {
  let [hours, expired] = [0, 0];
  for (const day of dirtyDays(db, Number.NEGATIVE_INFINITY, runningHour)) {
    expired += await rollUpDay(db, day, nowMicros, pause);
    hours += day.hours.length;
  }
  return { hours, expired };
}

async function expireByAge(
  db: DatabaseSync,
  settings: RetentionSettings,
  nowMicros: number,
  runningHour: number,
  pause: () => Promise<void>,
): Promise<number> {
  const now = retentionNow(db, nowMicros);
  if (now === undefined) return 0;
  const { hour, day } = cutoffs(now, settings);
  const expired = await expireBefore(db, Math.min(hour, runningHour), nowMicros, pause);
  expireRollups(db, day);
  return expired;
}
