import type { DatabaseSync } from 'node:sqlite';
import { isDimension } from '../../../model/field.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, type TimeRange } from '../../../model/range.ts';
import type { Coverage } from '../../store.ts';
import { blockBounds } from '../blocks/block-book.ts';
import { hoursWithoutRows } from '../blocks/damaged-spans.ts';
import { unreadableSpans } from '../blocks/unreadable-spans.ts';
import { keptWhileUnchanged } from '../file/kept-while-unchanged.ts';
import { prepared } from '../file/prepared.ts';
import { fromStored, readMeta, toStored } from '../file/schema.ts';
import { type EventTable, toColumn } from '../rows/event-tables.ts';
import { lostHours } from './lost-hours.ts';
import { dayOf, rawFromHour, readDay } from './rollup-book.ts';

/**
 * Every whole hour that has not changed since it was rolled up is covered: one without events has no block and needs
 * none. An hour that lost raw rows, because they expired or are damaged, is covered even when late events came in,
 * since the fold adds those. One of which rows and rollup are lost is left to raw rows, and told of as damaged.
 */
export function coverageOf(db: DatabaseSync, table: EventTable, range: TimeRange): Coverage {
  const from = Math.ceil(toStored(range.fromMicros) / MICROS_PER_HOUR);
  const before = Math.floor(toStored(range.toMicros) / MICROS_PER_HOUR);
  const isWithoutRows = hoursWithoutRows(db, table);
  const changed = prepared(db, 'SELECT hour FROM dirty WHERE metric = ? AND hour >= ? AND hour < ? ORDER BY hour')
    .all(table.metricId, from, before)
    .map((row) => Number(row['hour']))
    .filter((hour) => !isWithoutRows(hour));
  const lost = lostHours(db, table, from, before);
  const unrolled = lost.length === 0 ? changed : [...new Set([...changed, ...lost])].sort((a, b) => a - b);
  const rollups: TimeRange[] = [];
  const raw: TimeRange[] = [];
  let at = range.fromMicros;
  const upTo = (into: TimeRange[], moment: number): void => {
    if (moment > at) {
      const last = into.at(-1);
      if (last !== undefined && last.toMicros === at) into[into.length - 1] = { ...last, toMicros: moment };
      else into.push({ fromMicros: at, toMicros: moment });
      at = moment;
    }
  };
  if (from < before) {
    upTo(raw, startOf(from));
    for (const hour of unrolled) {
      upTo(rollups, startOf(hour));
      upTo(raw, startOf(hour + 1));
    }
    upTo(rollups, startOf(before));
  }
  upTo(raw, range.toMicros);
  return {
    rollups,
    raw,
    rawFromMicros: fromStored(Number(readMeta(db, 'raw_from') ?? toStored(0))),
    damaged: [...unreadableSpans(db, table, range), ...lost.map(hourRange)],
    firstMicros: keptWhileUnchanged(db, `first of ${table.metricId}`, () => firstMoment(db, table)),
    // One without a column is absent from every event, and groups as that.
    dimensions: table.declared
      .map(toColumn)
      .filter(isDimension)
      .map(({ name }) => name),
  };
}

const startOf = (hour: number): number => fromStored(hour * MICROS_PER_HOUR);
const hourRange = (hour: number): TimeRange => ({ fromMicros: startOf(hour), toMicros: startOf(hour + 1) });

/** The first event; where earlier ones have expired, the start of the first hour that is rolled up. */
function firstMoment(db: DatabaseSync, table: EventTable): number | undefined {
  const rolled = firstRolledUp(db, table);
  const first = prepared(db, `SELECT min(t) AS t FROM ${table.table}`).get()?.['t'];
  const damaged = prepared(db, 'SELECT min(t0) AS t FROM damaged_block WHERE metric = ?').get(table.metricId)?.['t'];
  const known = [first, blockBounds(db, table.metricId)?.first, damaged, rolled].filter(
    (moment) => typeof moment === 'number',
  );
  return known.length === 0 ? undefined : fromStored(Math.min(...known));
}

/** The start of the first hour that is rolled up, where the rows of that day may have expired. */
function firstRolledUp(db: DatabaseSync, table: EventTable): number | undefined {
  const day = prepared(db, 'SELECT min(day) AS day FROM rollup WHERE metric = ?').get(table.metricId)?.['day'];
  if (typeof day !== 'number' || day > dayOf(rawFromHour(db))) return undefined;
  const { parts } = readDay(db, table, day);
  return parts?.[0]?.first ?? day * MICROS_PER_DAY;
}
