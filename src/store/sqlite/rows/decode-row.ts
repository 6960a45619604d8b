import type { FieldValue, StoredEvent } from '../../../model/event.ts';
import { eventId } from '../../../model/identity-hash.ts';
import { MICROS_PER_SECOND } from '../../../model/range.ts';
import { fromStored } from '../file/schema.ts';
import type { Cell, CellDecoder, Place } from './cells.ts';
import { type EventTable, quoted } from './event-tables.ts';

/** One row of an event table: stored time, origin, then the columns. */
export type Row = readonly Cell[];

/** What to select so that a row can be decoded. */
export const rowColumns = (table: EventTable): string =>
  ['t', 'o', ...table.columns.map(({ name }) => quoted(name))].join(', ');

/** Rows of a table as events. Absent fields are left out of `data`. */
export function decodeRows(
  rows: readonly Row[],
  table: EventTable,
  decoder: CellDecoder,
  storeId: string,
): StoredEvent[] {
  const data = rows.map((): Record<string, FieldValue> => ({}));
  for (const [index, column] of table.columns.entries()) {
    const place: Place = { column };
    const cellOf = (row: Row): Cell => row[index + 2] ?? null;
    decoder.prepare(place, rows.map(cellOf));
    for (let i = 0; i < rows.length; i++) {
      const value = decoder.decode(place, cellOf(rows[i] as Row));
      if (value !== undefined) (data[i] as Record<string, FieldValue>)[column.name] = value;
    }
  }
  return rows.map((row, i) => toEvent(row, data[i] ?? {}, table, decoder, storeId));
}

function toEvent(
  row: Row,
  data: Record<string, FieldValue>,
  { metric }: EventTable,
  decoder: CellDecoder,
  storeId: string,
): StoredEvent {
  const atMicros = fromStored(Number(row[0]));
  const timestamp = atMicros / MICROS_PER_SECOND;
  const id = eventId(storeId, metric, atMicros);
  const { source, inferred, cluster } = decoder.origin(Number(row[1]));
  const node = data['node_id'];
  // Not by spreading what may be there: it takes as long again as all the rest.
  const event =
    typeof node === 'string'
      ? { id, metric, timestamp, atMicros, node_id: node, data, source, inferred }
      : { id, metric, timestamp, atMicros, data, source, inferred };
  return cluster === undefined ? event : { ...event, cluster };
}
