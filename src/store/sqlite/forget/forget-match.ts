import type { Chunk, Key } from '../../columns/chunk.ts';
import type { Column } from '../../columns/column.ts';
import type { ForgetRequest, NamedIn } from '../../store.ts';
import type { Dictionary } from '../names/dictionary.ts';
import { isCoded } from '../rows/cells.ts';
import type { EventTable } from '../rows/event-tables.ts';

/** A column, and the numbers of the names that are looked for in it. */
export type WantedIn = { readonly column: Column; readonly ids: ReadonlySet<number> };

/** Where a request looks in one table. */
export type TableMatch = {
  readonly table: EventTable;
  /** A row with one of these goes. */
  readonly subjects: readonly WantedIn[];
  /** A row with one of these loses the cell, or the entry of the list. */
  readonly mentions: readonly WantedIn[];
  /** A row with one of these keeps it, which is told. */
  readonly others: readonly WantedIn[];
};

/** A request with the numbers of its names. */
export type WantedNames = {
  readonly subjects: readonly NumbersIn[];
  readonly mentions: readonly NumbersIn[];
  readonly listed: ReadonlySet<number>;
  /** All names in which one of the texts stands. */
  readonly named: readonly number[];
};
type NumbersIn = { readonly field: string; readonly ids: readonly number[] };

/** Reads all names there are: once for each look. */
export function wantedNames(request: ForgetRequest, dictionary: Dictionary): WantedNames {
  const ends = request.subjects.flatMap((place) => place.ends ?? []);
  const ending = dictionary.idsWithEnd([...new Set(ends)]);
  const numbersIn = ({ field, texts, ends: own = [] }: NamedIn): NumbersIn => ({
    field,
    ids: [
      ...dictionary.idsOf(texts),
      ...ending.filter((id) => own.some((end) => dictionary.text(id)?.endsWith(end) === true)),
    ],
  });
  return {
    subjects: request.subjects.map(numbersIn),
    mentions: request.mentions.map(numbersIn),
    listed: new Set(dictionary.idsOf(request.listed)),
    named: dictionary.idsWithWord(request.listed),
  };
}

/** @returns `undefined` where the table has no column that could hold any of the names. */
export function matchOf(names: WantedNames, table: EventTable): TableMatch | undefined {
  const idsIn = (places: readonly NumbersIn[]): ReadonlySet<number> => new Set(places.flatMap(({ ids }) => ids));
  const coded = table.columns.filter(isCoded);
  const wanted = (columns: readonly Column[], ids: (column: Column) => ReadonlySet<number>): WantedIn[] =>
    columns.map((column) => ({ column, ids: ids(column) })).filter((one) => one.ids.size > 0);
  const subjects = wanted(coded, ({ name }) => idsIn(names.subjects.filter(({ field }) => field === name)));
  const mentions = [
    ...wanted(coded, ({ name }) => idsIn(names.mentions.filter(({ field }) => name.endsWith(field)))),
    ...wanted(
      table.columns.filter(({ kind }) => kind === 'names'),
      () => names.listed,
    ),
  ];
  const others = wanted(
    coded.filter(({ kind }) => kind !== 'one_of'),
    (column) => {
      const gone = [...subjects, ...mentions].filter((one) => one.column.name === column.name);
      return new Set(names.named.filter((id) => !gone.some(({ ids }) => ids.has(id))));
    },
  );
  return subjects.length + mentions.length + others.length === 0 ? undefined : { table, subjects, mentions, others };
}

/** Whether a table has a column in which a request looks, whatever is in it. */
export const mayHold = (request: ForgetRequest, { columns }: EventTable): boolean =>
  columns.some(
    ({ name, kind }) =>
      kind === 'names' ||
      request.subjects.some(({ field }) => field === name) ||
      request.mentions.some(({ field }) => name.endsWith(field)),
  );

/** The columns that a match reads. */
export const columnsRead = ({ subjects, mentions, others }: TableMatch): string[] => [
  ...new Set([...subjects, ...mentions, ...others].map(({ column }) => column.name)),
];

/** What becomes of a row. */
export const ROW = { stays: 0, goes: 1, changes: 2 } as const;

/** What becomes of each row of a chunk, and of how many; `undefined` when all of them stay as they are. */
export function fateOfRows(chunk: Chunk, { subjects, mentions }: TableMatch): Uint8Array | undefined {
  const fates = new Uint8Array(chunk.rows);
  let isTouched = false;
  const mark = (wanted: WantedIn, fate: number): void => {
    const { codes, keys } = chunk.coded(wanted.column.name);
    const hits = keys.map((key) => edited(wanted, key) !== key);
    if (!hits.includes(true)) return;
    for (let row = 0; row < fates.length; row++) {
      if (hits[codes[row] as number] !== true || fates[row] !== ROW.stays) continue;
      fates[row] = fate;
      isTouched = true;
    }
  };
  for (const wanted of subjects) mark(wanted, ROW.goes);
  for (const wanted of mentions) mark(wanted, ROW.changes);
  return isTouched ? fates : undefined;
}

/** A cell without the names. */
export function edited({ column, ids }: WantedIn, key: Key): Key {
  if (column.kind !== 'names') return typeof key === 'number' && ids.has(key) ? null : key;
  if (typeof key !== 'string') return key;
  const list = JSON.parse(key) as number[];
  return list.some((id) => ids.has(id)) ? JSON.stringify(list.filter((id) => !ids.has(id))) : key;
}

/** How many of the rows that stay have one of the names where it is kept, by column. */
export function keptNames(chunk: Chunk, { others }: TableMatch, fates: Uint8Array | undefined): Map<string, number> {
  const kept = new Map<string, number>();
  for (const { column, ids } of others) {
    const { codes, keys } = chunk.coded(column.name);
    const hits = keys.map((key) => typeof key === 'number' && ids.has(key));
    if (!hits.includes(true)) continue;
    let rows = 0;
    for (let row = 0; row < codes.length; row++)
      if (hits[codes[row] as number] === true && fates?.[row] !== ROW.goes) rows += 1;
    if (rows > 0) kept.set(column.name, rows);
  }
  return kept;
}
