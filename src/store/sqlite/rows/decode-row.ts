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
  const places = table.columns.map((column): Place => ({ column }));
  for (const [index, place] of places.entries()) {
    decoder.prepare(
      place,
      rows.map((row) => row[index + 2] ?? null),
    );
  }
  return rows.map((row) => {
    const data: Record<string, FieldValue> = {};
    for (const [index, column] of table.columns.entries()) {
      const place = places[index];
      const value = place === undefined ? undefined : decoder.decode(place, row[index + 2] ?? null);
      if (value !== undefined) data[column.name] = value;
    }
    const atMicros = fromStored(Number(row[0]));
    const { source, inferred, cluster } = decoder.origin(Number(row[1]));
    const node = data['node_id'];
    return {
      id: eventId(storeId, table.metric, atMicros),
      metric: table.metric,
      timestamp: atMicros / MICROS_PER_SECOND,
      atMicros,
      ...(typeof node === 'string' && { node_id: node }),
      data,
      source,
      inferred,
      ...(cluster !== undefined && { cluster }),
    };
  });
}
