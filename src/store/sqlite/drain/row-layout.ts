import type { SQLInputValue } from 'node:sqlite';
import type { Column } from '../../columns/column.ts';
import type { SpooledEvent } from '../../spool/decode-event.ts';
import type { SpooledMetric } from '../../spool/definitions.ts';
import { type EventTable, toColumn } from '../rows/event-tables.ts';

/** A row on its way into an event table: stored time, origin, then the table's columns. */
export type EventRow = [t: number, origin: number, ...columns: SQLInputValue[]];

/** Where a producer's field goes in a table's row, and how its value becomes the column's. */
type Place = {
  readonly position: number;
  readonly keep: 'name' | 'names' | 'as_it_is' | 'nothing';
  readonly factor: number;
};

const TEXT_KINDS = ['id', 'name', 'one_of'];
const NUMBER_KINDS = ['count', 'delta', 'measure'];

/** How events of a metric, as one producer declared it, become rows of its table. */
export class RowLayout {
  readonly table: EventTable;
  readonly #places: readonly Place[];

  constructor(table: EventTable, metric: SpooledMetric) {
    this.table = table;
    this.#places = metric.fields.map((field) => {
      const position = table.columns.findIndex(({ name }) => name === field[0]);
      return placeOf(position, toColumn(field), table.columns[position]);
    });
  }

  /**
   * @param numberOf The number in the store of a name of the file.
   * @param onKindChanged Called for each value whose column holds another kind of thing; it is left out.
   */
  row(event: SpooledEvent, t: number, origin: number, numberOf: (text: number) => number, onKindChanged: () => void) {
    const row: EventRow = [t, origin];
    for (let i = 0; i < this.table.columns.length; i++) row.push(null);
    for (let index = 0; index < event.values.length; index++) {
      const value = event.values[index];
      const place = this.#places[index];
      if (value === undefined || place === undefined) continue;
      if (place.keep === 'nothing') onKindChanged();
      else row[place.position + 2] = cellOf(place, value, numberOf);
    }
    return row;
  }
}

/** Producers of several versions may declare a field differently; the table keeps what it was made with. */
function placeOf(position: number, own: Column, kept: Column | undefined): Place {
  if (kept === undefined) return { position, keep: 'nothing', factor: 1 };
  const bothIn = (kinds: readonly string[]): boolean => kinds.includes(own.kind) && kinds.includes(kept.kind);
  if (bothIn(TEXT_KINDS)) return { position, keep: 'name', factor: 1 };
  if (bothIn(['names'])) return { position, keep: 'names', factor: 1 };
  // A field that became a measure counts in finer steps.
  if (bothIn(NUMBER_KINDS)) return { position, keep: 'as_it_is', factor: kept.scale / own.scale };
  return { position, keep: own.kind === kept.kind ? 'as_it_is' : 'nothing', factor: 1 };
}

function cellOf(place: Place, value: number | readonly number[], numberOf: (text: number) => number): SQLInputValue {
  if (typeof value !== 'number') return JSON.stringify(value.map(numberOf));
  if (place.keep === 'name') return numberOf(value);
  return place.factor === 1 ? value : Math.round(value * place.factor);
}
