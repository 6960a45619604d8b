import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import { HOURS_PER_DAY, type RolledRows } from '../../columns/rolled-rows.ts';
import { RollupChunk } from '../../columns/rollup-chunk.ts';
import { encodeRollup, StoredRollup } from '../../columns/rollup-codec.ts';
import { noteDamage } from '../file/damage-notes.ts';
import { prepared } from '../file/prepared.ts';
import { readMeta } from '../file/schema.ts';
import type { EventTable } from '../rows/event-tables.ts';
import { cachedRollup } from './rollup-cache.ts';

/** The UTC day of a stored hour: both count from the same midnight. */
export const dayOf = (hour: number): number => Math.floor(hour / HOURS_PER_DAY);

/** The first stored hour whose raw rows are kept; all before have expired. */
export function rawFromHour(db: DatabaseSync): number {
  return Math.floor(Number(readMeta(db, 'raw_from') ?? 0) / MICROS_PER_HOUR);
}

/** The parts of a day's rollup; `undefined` when one of them is not what was written. */
export type RolledDay = { readonly day: number; readonly parts: readonly RollupChunk[] | undefined };

/** The rolled up days of a metric between two, in order. Use within one read transaction. */
export function* readDays(
  db: DatabaseSync,
  table: EventTable,
  fromDay: number,
  beforeDay: number,
): Generator<RolledDay> {
  const rows = prepared(
    db,
    'SELECT id, day FROM rollup WHERE metric = ? AND day >= ? AND day < ? ORDER BY day, part',
  ).all(table.metricId, fromDay, beforeDay) as unknown as { readonly id: number; readonly day: number }[];
  for (let i = 0; i < rows.length;) {
    const day = rows[i]?.day ?? 0;
    const parts: (RollupChunk | undefined)[] = [];
    for (; rows[i]?.day === day; i++) parts.push(rollupChunk(db, table, rows[i]?.id ?? 0, day));
    const whole = parts.filter((part) => part !== undefined);
    yield { day, parts: whole.length === parts.length ? whole : undefined };
  }
}

/** The rollup of one day; no parts when there is none. */
export function readDay(db: DatabaseSync, table: EventTable, day: number): RolledDay {
  const [found] = readDays(db, table, day, day + 1);
  return found ?? { day, parts: [] };
}

/** One part, decoded columns included if it was asked for before; `undefined` when the bytes are not those that were written. */
export function rollupChunk(db: DatabaseSync, table: EventTable, id: number, day: number): RollupChunk | undefined {
  return cachedRollup(db, id, (grown) => {
    const row = prepared(db, 'SELECT crc, b FROM rollup WHERE id = ?').get(id);
    if (row === undefined) return undefined;
    const bytes = row['b'] as Uint8Array;
    if (crc32(bytes) === row['crc']) return new RollupChunk(new StoredRollup(bytes, table.columns), day, grown);
    noteDamage(db, 'rollup', id);
    return undefined;
  });
}

/** A part of a day's rollup as it is stored. */
export type EncodedRollup = { readonly n: number; readonly bytes: Uint8Array };

/** Encodes a day; takes some milliseconds, so call it outside of transactions. */
export const toEncodedRollups = (parts: readonly RolledRows[], { columns }: EventTable): EncodedRollup[] =>
  parts.map((part) => ({
    n: part.events().reduce((sum, events) => sum + events, 0),
    bytes: encodeRollup(part, columns),
  }));

/** Put the rollup of a day in the place of the one there is; no parts when it has no events. Call inside a write transaction. */
export function replaceDay(db: DatabaseSync, table: EventTable, day: number, parts: readonly EncodedRollup[]): void {
  db.prepare('DELETE FROM rollup WHERE metric = ? AND day = ?').run(table.metricId, day);
  const insert = db.prepare('INSERT INTO rollup (metric, day, part, n, crc, b) VALUES (?, ?, ?, ?, ?, ?)');
  for (const [part, { n, bytes }] of parts.entries()) {
    insert.run(table.metricId, day, part, n, crc32(bytes), bytes);
  }
}
