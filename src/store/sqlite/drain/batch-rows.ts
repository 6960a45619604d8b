import type { Batch } from '../../bulk.ts';
import type { CodedCells, Key } from '../../columns/chunk.ts';
import { lowerBound } from '../../columns/lower-bound.ts';
import type { SpooledEvent } from '../../spool/decode-event.ts';

/** A column whose cells are numbers, and of each what it stands for in the batch. */
export type NumberedCells = { readonly codes: Uint16Array; readonly numbers: readonly (number | null)[] };

export const rowsIn = ({ atMicros }: Batch): number => atMicros.length;

/** The same events in order of time; of one moment, in the order in which they were told. */
export function inOrderOfTime(batch: Batch): Batch {
  const { atMicros } = batch;
  let isSorted = true;
  for (let i = 1; i < atMicros.length && isSorted; i++) isSorted = Number(atMicros[i]) >= Number(atMicros[i - 1]);
  if (isSorted) return batch;
  const order = Uint32Array.from(atMicros, (_, index) => index);
  return rowsAt(
    batch,
    order.sort((a, b) => Number(atMicros[a]) - Number(atMicros[b]) || a - b),
  );
}

/** Some events of a batch. */
export function rowsAt(batch: Batch, places: Uint32Array): Batch {
  const taken = (from: Float64Array): Float64Array => {
    const cells = new Float64Array(places.length);
    for (let i = 0; i < places.length; i++) cells[i] = from[places[i] as number] as number;
    return cells;
  };
  return {
    metric: batch.metric,
    atMicros: taken(batch.atMicros),
    origins: taken(batch.origins),
    identities: identitiesAt(batch, places.length, (row) => places[row] ?? -1),
    fields: batch.fields.map((field) => field && taken(field)),
  };
}

/** The events between two places. */
export function rowsBetween(batch: Batch, from: number, to: number): Batch {
  return {
    metric: batch.metric,
    atMicros: batch.atMicros.subarray(from, to),
    origins: batch.origins.subarray(from, to),
    identities: identitiesAt(batch, to - from, (row) => from + row),
    fields: batch.fields.map((field) => field?.subarray(from, to)),
  };
}

function identitiesAt({ identities }: Batch, rows: number, placeOf: (row: number) => number): Batch['identities'] {
  const taken = new Map<number, bigint>();
  // Most batches have none.
  for (let row = 0; row < rows && identities.size > 0; row++) {
    const identity = identities.get(placeOf(row));
    if (identity !== undefined) taken.set(row, identity);
  }
  return taken;
}

/** How many events of a batch in order of time happened before a moment. */
export const rowsBefore = ({ atMicros }: Batch, moment: number): number => lowerBound(atMicros, moment);

/**
 * Events of a batch in order of time, parted: copies that keep their moment whatever else is in the batch, and those of
 * stretches where several fall on one microsecond, or one is known by its identity. There an event may be told twice, or
 * is moved on to the next free microsecond, and so may meet the one behind it.
 */
export function partCrowded(batch: Batch): { readonly apart: Batch; readonly crowded: Batch } {
  const { atMicros, identities } = batch;
  const apart: number[] = [];
  const crowded: number[] = [];
  for (let from = 0; from < atMicros.length;) {
    let next = Number(atMicros[from]) + 1;
    let meets = identities.has(from);
    let to = from + 1;
    for (; to < atMicros.length && Number(atMicros[to]) <= next; to++) {
      if (Number(atMicros[to]) < next || identities.has(to)) meets = true;
      next += 1;
    }
    for (; from < to; from++) (meets ? crowded : apart).push(from);
  }
  if (crowded.length === 0) return { apart: batch, crowded: rowsBetween(batch, 0, 0) };
  return { apart: rowsAt(batch, Uint32Array.from(apart)), crowded: rowsAt(batch, Uint32Array.from(crowded)) };
}

/** Cells that are numbers of something, as codes. `room` is used again from call to call: it holds all zeros. */
export function numberedCells(cells: Float64Array, room: Uint16Array): NumberedCells {
  const codes = new Uint16Array(cells.length);
  const numbers: (number | null)[] = [];
  let absent = -1;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number;
    if (Number.isNaN(cell)) {
      if (absent < 0) absent = numbers.push(null) - 1;
      codes[i] = absent;
      continue;
    }
    let code = room[cell] as number;
    if (code === 0) room[cell] = code = numbers.push(cell);
    codes[i] = code - 1;
  }
  for (const number of numbers) if (number !== null) room[number] = 0;
  return { codes, numbers };
}

export const withKeys = ({ codes, numbers }: NumberedCells, keyOf: (number: number) => Key): CodedCells => ({
  codes,
  keys: numbers.map((number) => (number === null ? null : keyOf(number))),
});

/** The events of a batch as if they had come from a spool file. */
export function toSpooledEvents(batch: Batch, listOf: (list: number) => readonly number[]): SpooledEvent[] {
  const { metric, atMicros, origins, identities, fields } = batch;
  return Array.from(atMicros, (at, row) => ({
    metric,
    origin: origins[row] ?? 0,
    atMicros: at,
    identity: identities.get(row),
    isCopy: !identities.has(row),
    values: fields.map((field, index) => {
      const cell = field?.[row];
      if (cell === undefined || Number.isNaN(cell)) return undefined;
      return metric.fields[index]?.[1] === 'names' ? listOf(cell) : cell;
    }),
  }));
}
