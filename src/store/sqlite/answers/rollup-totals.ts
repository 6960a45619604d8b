import type { DatabaseSync } from 'node:sqlite';
import { isNumeric } from '../../../model/field.ts';
import { HOURS_PER_DAY } from '../../columns/rolled-rows.ts';
import { EVENTS, figureColumn, type RollupChunk } from '../../columns/rollup-chunk.ts';
import { readDay } from '../rollups/rollup-book.ts';
import type { EventTable } from '../rows/event-tables.ts';

/** A figure of all events of an hour of a day. */
type HourTotal = readonly [hourOfDay: number, aggregation: string, value: number];

/**
 * The totals of each hour of a day as JSON: `[[7, "count", 12], [7, "sum(duration_ms)", 3.5], …]`. Of a rollup that is
 * damaged, none.
 */
export function dayTotals(db: DatabaseSync, table: EventTable, day: number): string {
  const { parts = [] } = readDay(db, table, day);
  const totals: HourTotal[] = [];
  for (let hour = 0; hour < HOURS_PER_DAY; hour++) totals.push(...hourTotals(parts, table, hour));
  return JSON.stringify(totals);
}

function* hourTotals(parts: readonly RollupChunk[], { columns }: EventTable, hour: number): Generator<HourTotal> {
  const fold = (column: string, join: (a: number, b: number) => number): number | undefined => {
    let total: number | undefined;
    for (const chunk of parts) {
      const numbers = chunk.numbers(column);
      const before = chunk.starts[hour + 1] ?? 0;
      for (let row = chunk.starts[hour] ?? 0; row < before; row++) {
        const number = numbers[row] as number;
        if (!Number.isNaN(number)) total = total === undefined ? number : join(total, number);
      }
    }
    return total;
  };
  const plus = (a: number, b: number): number => a + b;
  const events = fold(EVENTS, plus);
  if (events === undefined) return;
  yield [hour, 'count', events];
  for (const { name, scale } of columns.filter(isNumeric)) {
    const sum = fold(figureColumn('sum', name), plus);
    if (sum === undefined) continue;
    yield [hour, `sum(${name})`, sum / scale];
    yield [hour, `avg(${name})`, sum / (fold(figureColumn('count', name), plus) ?? 1) / scale];
    yield [hour, `min(${name})`, (fold(figureColumn('min', name), Math.min) ?? 0) / scale];
    yield [hour, `max(${name})`, (fold(figureColumn('max', name), Math.max) ?? 0) / scale];
  }
}
