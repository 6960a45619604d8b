import type { DatabaseSync } from 'node:sqlite';
import type { FieldValue, SourceName } from '../../../model/event.ts';
import { isNumeric } from '../../../model/field.ts';
import type { Column } from '../../columns/column.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { type EventTable, quoted } from './event-tables.ts';

/** A value as it lies in a row. */
export type Cell = number | string | null;

/** What an event has besides its declared fields: kept in the row of its origin. */
export type OriginPart = 'source' | 'inferred' | 'cluster';
const ORIGIN_PARTS: readonly string[] = ['source', 'inferred', 'cluster'] satisfies OriginPart[];

/** Where a field of a question lies. */
export type Place = { readonly column: Column } | { readonly part: OriginPart };

/** @returns `undefined` for a field that no event of the metric ever declared: absent everywhere. */
export function placeOf(table: EventTable, field: string): Place | undefined {
  if (ORIGIN_PARTS.includes(field)) return { part: field as OriginPart };
  const column = table.columns.find(({ name }) => name === field);
  return column === undefined ? undefined : { column };
}

/** SQL for the cell: the column, or the number of the origin. */
export const cellSql = (place: Place): string => ('column' in place ? quoted(place.column.name) : 'o');

/** SQL that is true where the event has the field. */
export function presentSql(place: Place): string {
  if ('column' in place) return `${quoted(place.column.name)} IS NOT NULL`;
  return place.part === 'cluster' ? `o IN (SELECT id FROM origin WHERE cluster <> '')` : '1';
}

/** True for columns whose cells are numbers of strings. */
export function isCoded(column: Column): boolean {
  return column.kind === 'id' || column.kind === 'name' || column.kind === 'one_of';
}

/** True where sums and percentiles make sense. */
export const isNumericPlace = (place: Place): boolean => 'column' in place && isNumeric(place.column);

export type Origin = { readonly source: SourceName; readonly inferred: boolean; readonly cluster: string | undefined };

/** Turns cells back into values. Reads origins once: make a new one for each question. */
export class CellDecoder {
  readonly #db: DatabaseSync;
  readonly #dictionary: Dictionary;
  #origins: Map<number, Origin> | undefined;
  #isLost: ((id: number) => boolean) | undefined;

  constructor(db: DatabaseSync, dictionary: Dictionary) {
    this.#db = db;
    this.#dictionary = dictionary;
  }

  /** Fetch the strings of many cells of one place at once, before they are decoded one by one. */
  prepare(place: Place, cells: Iterable<Cell>): void {
    if (!('column' in place)) return;
    if (isCoded(place.column)) this.#dictionary.load(numbersIn(cells));
    else if (place.column.kind === 'names') this.#dictionary.load(listedNumbers(cells));
  }

  /** The value of a cell, in the field's own unit. */
  decode(place: Place, cell: Cell): FieldValue | undefined {
    if ('part' in place) return typeof cell === 'number' ? this.origin(cell)[place.part] : undefined;
    if (cell === null) return undefined;
    switch (place.column.kind) {
      case 'id':
      case 'name':
      case 'one_of':
        return this.#dictionary.text(Number(cell));
      case 'flag':
        return cell !== 0;
      case 'names':
        return (JSON.parse(String(cell)) as number[]).map((id) => this.#dictionary.text(id) ?? '');
      case 'count':
      case 'delta':
      case 'measure':
        return Number(cell) / place.column.scale;
    }
  }

  /** A cell as groups tell it apart from others: one whose name was damaged is absent. */
  toldApart(place: Place, cell: Cell): Cell {
    if (typeof cell !== 'number' || !('column' in place) || !isCoded(place.column)) return cell;
    this.#isLost ??= this.#dictionary.lostNames();
    return this.#isLost(cell) ? null : cell;
  }

  origin(id: number): Origin {
    if (this.#origins?.has(id) !== true) this.#origins = readOrigins(this.#db);
    return this.#origins.get(id) ?? { source: 'library', inferred: false, cluster: undefined };
  }
}

function readOrigins(db: DatabaseSync): Map<number, Origin> {
  const rows = db.prepare('SELECT id, source, inferred, cluster FROM origin').all();
  return new Map(
    rows.map((row) => [
      Number(row['id']),
      {
        source: row['source'] as SourceName,
        inferred: row['inferred'] !== 0,
        cluster: row['cluster'] === '' ? undefined : String(row['cluster']),
      },
    ]),
  );
}

function* numbersIn(cells: Iterable<Cell>): Generator<number> {
  for (const cell of cells) if (typeof cell === 'number') yield cell;
}

function* listedNumbers(cells: Iterable<Cell>): Generator<number> {
  for (const cell of cells) if (typeof cell === 'string') yield* JSON.parse(cell) as number[];
}

/** Order of values in answers: by value, absent last; strings by code unit, lists by their first difference. */
export function compareValues(a: FieldValue | undefined, b: FieldValue | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'object' && typeof b === 'object') {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareValues(a[i], b[i]);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return a < b ? -1 : 1;
}
