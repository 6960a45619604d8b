import type { FieldValue, StoredEvent } from '../../model/event.ts';
import { type Column, columnsOf } from './columns.ts';
import { csvLine } from './csv-cell.ts';
import type { ExportFormat } from './format.ts';

/**
 * A table: a line of column names, then one line for each event. Moments are ISO 8601 in UTC with microseconds, lists
 * are JSON.
 */
export const csv: ExportFormat = {
  name: 'csv',
  endings: ['csv'],
  doc: 'A table for spreadsheets, one line for each event; text that looks like a formula is defused.',
  binary: false,
  async *encode(metrics, batches) {
    const columns = columnsOf(metrics);
    yield Buffer.from(csvLine(columns.map(({ header }) => header)));
    for await (const batch of batches) {
      let lines = '';
      for (const event of batch) lines += csvLine(columns.map((column) => cellOf(column, event)));
      if (lines !== '') yield Buffer.from(lines);
    }
  },
};

function cellOf({ type, valueOf }: Column, event: StoredEvent): FieldValue | undefined {
  const value = valueOf(event);
  return type === 'moment' && typeof value === 'number' ? isoMicros(value) : value;
}

/** `2026-02-03T10:00:00.500123Z`: exact, and read as a time by spreadsheets and databases. */
function isoMicros(atMicros: number): string {
  const millis = Math.floor(atMicros / 1_000);
  const rest = String(atMicros - millis * 1_000).padStart(3, '0');
  return new Date(millis).toISOString().replace('Z', `${rest}Z`);
}
