import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_SECOND } from '../../../model/range.ts';
import { toStored } from '../file/schema.ts';

/** From one stored time up to another, without it. */
export type StoredSpan = { readonly from: number; readonly before: number };

export const ALL_TIMES: StoredSpan = { from: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };

/** A span of seconds since the Unix epoch. */
export const toStoredSpan = (from: number, before: number): StoredSpan => ({
  from: toStored(Math.floor(from * MICROS_PER_SECOND)),
  before: toStored(Math.ceil(before * MICROS_PER_SECOND)),
});

/** So many times as many blocks with each step. */
const STEP = 8;

/**
 * Spans to look for the newest rows in, or the oldest: the last block of all these metrics, then more, at last all
 * times. Whoever finds enough rows in one need not look in the next.
 */
export function wideningSpans(db: DatabaseSync, metricIds: readonly number[], newestFirst: boolean): StoredSpan[] {
  const bounds = db
    .prepare('SELECT t0, t1 FROM main.block WHERE metric IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(metricIds))
    .map(({ t0, t1 }) => Number(newestFirst ? t0 : t1))
    .sort((a, b) => (newestFirst ? b - a : a - b));
  const spans: StoredSpan[] = [];
  for (let blocks = 1; blocks < bounds.length; blocks *= STEP) {
    const end = bounds[blocks - 1] ?? 0;
    spans.push(newestFirst ? { ...ALL_TIMES, from: end } : { ...ALL_TIMES, before: end + 1 });
  }
  return [...spans, ALL_TIMES];
}
