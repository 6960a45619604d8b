import type { DatabaseSync } from 'node:sqlite';
import { isDimension, isNumeric } from '../../../model/field.ts';
import { MICROS_PER_HOUR } from '../../../model/range.ts';
import type { Chunk } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { readBlocks } from '../blocks/block-book.ts';
import { hotChunks } from '../blocks/hot-chunks.ts';
import type { Part } from '../fold/fold-groups.ts';
import type { EventTable } from '../rows/event-tables.ts';
import type { RollupDraft } from './rollup-draft.ts';

/** Stored hours of one day. */
export type HourSpan = { readonly from: number; readonly before: number };

/** Ascending hours as spans of such that follow each other. */
export function spansOfHours(hours: readonly number[]): HourSpan[] {
  const spans: HourSpan[] = [];
  for (const hour of hours) {
    const last = spans.at(-1);
    if (last?.before === hour) spans[spans.length - 1] = { from: last.from, before: hour + 1 };
    else spans.push({ from: hour, before: hour + 1 });
  }
  return spans;
}

/** Add the rows of the typed table. */
export function addHotRows(db: DatabaseSync, table: EventTable, span: HourSpan, draft: RollupDraft): void {
  const columns = table.columns.filter((column) => isDimension(column) || isNumeric(column)).map(({ name }) => name);
  for (const chunk of hotChunks(db, table, span.from * MICROS_PER_HOUR, span.before * MICROS_PER_HOUR, columns)) {
    addRows(chunk, span, draft);
  }
}

/** Add the sealed rows. @returns The number of a block that cannot be read: then the sum is too small. */
export function addSealedRows(
  db: DatabaseSync,
  table: EventTable,
  span: HourSpan,
  draft: RollupDraft,
): number | undefined {
  for (const block of readBlocks(db, table, span.from * MICROS_PER_HOUR, span.before * MICROS_PER_HOUR)) {
    const chunk = block.chunk();
    if (chunk === undefined) return block.id;
    addRows(chunk, span, draft);
  }
  return undefined;
}

function addRows(chunk: Chunk, { from, before }: HourSpan, draft: RollupDraft): void {
  const times = chunk.times();
  const parts: Part[] = [];
  let lo = lowerBound(times, from * MICROS_PER_HOUR);
  for (let hour = from; hour < before && lo < times.length; hour++) {
    const hi = lowerBound(times, (hour + 1) * MICROS_PER_HOUR, lo);
    if (lo < hi) parts.push({ bucket: hour - Math.floor(hour / HOURS_PER_DAY) * HOURS_PER_DAY, lo, hi });
    lo = hi;
  }
  if (parts.length > 0) draft.addRows(chunk, parts);
}
