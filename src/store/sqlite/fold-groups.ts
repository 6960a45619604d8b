import type { FieldValue } from '../../model/event.ts';
import type { Chunk, CodedCells, Key } from '../columns/chunk.ts';
import { type Cell, type CellDecoder, type Place } from './cells.ts';
import { isNumeric } from '../../model/field.ts';

/** More combinations of codes than this in one chunk are looked up, not counted off. */
const MOST_DENSE = 65_536;

/** What one row belongs to: a bucket, and a value of each field that tells groups apart. */
export type FoldGroup = { readonly bucket: number; readonly cells: readonly Cell[] };

/** The slots of some rows of a chunk, from `lo` up to `hi`. */
export type Stretch = {
  readonly chunk: Chunk;
  readonly lo: number;
  readonly hi: number;
  /** Slot of each row of the chunk, -1 for rows that are left out; absent when all are of one slot. */
  readonly slots: Int32Array | undefined;
  readonly slot: number;
};

/** Gives each combination of a bucket and of values a slot: a number from 0 on. */
export class FoldGroups {
  readonly groups: FoldGroup[] = [];
  readonly #places: readonly (Place | undefined)[];
  readonly #decoder: CellDecoder;
  readonly #slotOf = new Map<string | number, number>();
  /** By place: a number for each value that occurred, and a cell that stands for it. */
  readonly #values: readonly Interned[];
  readonly #scratch = new Int32Array(MOST_DENSE);
  #slots = new Int32Array(0);

  constructor(places: readonly (Place | undefined)[], decoder: CellDecoder) {
    this.#places = places;
    this.#decoder = decoder;
    this.#values = places.map(() => ({ numbers: new Map(), cells: [] }));
  }

  /**
   * @param selection 1 for each row that counts; absent when all do.
   * @param pieces Parts of the chunk that lie in one bucket each, ascending.
   */
  *stretches(
    chunk: Chunk,
    pieces: Iterable<{ readonly bucket: number; readonly lo: number; readonly hi: number }>,
    selection: Uint8Array | undefined,
  ): Generator<Stretch> {
    const keys = this.#keysOf(chunk);
    for (const { bucket, lo, hi } of pieces) {
      if (keys.length === 0 && selection === undefined) {
        yield { chunk, lo, hi, slots: undefined, slot: this.#slot(bucket, []) };
        continue;
      }
      if (this.#slots.length < chunk.rows) this.#slots = new Int32Array(chunk.rows);
      const any = this.#assign(bucket, keys, lo, hi, selection);
      if (any) yield { chunk, lo, hi, slots: this.#slots, slot: -1 };
    }
  }

  /** The value of each field of a group. */
  valuesOf({ cells }: FoldGroup): (FieldValue | undefined)[] {
    return this.#places.map((place, index) =>
      place === undefined ? undefined : this.#decoder.decode(place, cells[index] ?? null),
    );
  }

  /** Have all names of all groups at hand before they are decoded one by one. */
  prepare(): void {
    for (const [index, place] of this.#places.entries()) {
      if (place !== undefined) this.#decoder.prepare(place, this.#values[index]?.cells ?? []);
    }
  }

  /** By place: the codes of the rows, and the number of the value of each code. */
  #keysOf(chunk: Chunk): { readonly codes: Uint16Array; readonly numbers: Int32Array }[] {
    return this.#places.flatMap((place, index) => {
      const { codes, keys } = cellsOf(chunk, place);
      return [{ codes, numbers: Int32Array.from(keys, (key) => this.#intern(index, place, key)) }];
    });
  }

  #intern(index: number, place: Place | undefined, key: Key): number {
    const values = this.#values[index] as Interned;
    // Origins of one source are one value.
    const value = place !== undefined && 'part' in place ? this.#decoder.decode(place, key) : key;
    let number = values.numbers.get(value);
    if (number === undefined) values.numbers.set(value, (number = values.cells.push(key) - 1));
    return number;
  }

  #assign(
    bucket: number,
    keys: readonly { readonly codes: Uint16Array; readonly numbers: Int32Array }[],
    lo: number,
    hi: number,
    selection: Uint8Array | undefined,
  ): boolean {
    const slots = this.#slots;
    const combinations = keys.reduce((product, { numbers }) => product * numbers.length, 1);
    const dense = combinations <= MOST_DENSE ? this.#scratch.fill(-1, 0, combinations) : undefined;
    const sparse = new Map<number, number>();
    let any = false;
    for (let i = lo; i < hi; i++) {
      if (selection !== undefined && selection[i] === 0) {
        slots[i] = -1;
        continue;
      }
      let at = 0;
      for (const { codes, numbers } of keys) at = at * numbers.length + (codes[i] as number);
      let slot = dense === undefined ? (sparse.get(at) ?? -1) : (dense[at] as number);
      if (slot < 0) {
        slot = this.#slot(
          bucket,
          keys.map(({ codes, numbers }) => numbers[codes[i] as number] as number),
        );
        if (dense === undefined) sparse.set(at, slot);
        else dense[at] = slot;
      }
      slots[i] = slot;
      any = true;
    }
    return any;
  }

  #slot(bucket: number, numbers: readonly number[]): number {
    // As one number where that is exact; strings cost several times as much.
    const [only = 0] = numbers;
    const key = numbers.length < 2 && only < 2 ** 26 ? bucket * 2 ** 26 + only : `${bucket} ${numbers.join(' ')}`;
    let slot = this.#slotOf.get(key);
    if (slot === undefined) {
      slot = this.groups.length;
      this.#slotOf.set(key, slot);
      this.groups.push({ bucket, cells: numbers.map((number, index) => this.#values[index]?.cells[number] ?? null) });
    }
    return slot;
  }
}

type Interned = { readonly numbers: Map<Key | FieldValue | undefined, number>; readonly cells: Key[] };

/** The cells of any place as codes; those of a column of numbers are told apart by value. */
export function cellsOf(chunk: Chunk, place: Place | undefined): CodedCells {
  if (place === undefined) return { codes: new Uint16Array(chunk.rows), keys: [null] };
  if ('part' in place) return chunk.origins();
  const { name } = place.column;
  return isNumeric(place.column) ? codedNumbers(chunk.numbers(name)) : chunk.coded(name);
}

function codedNumbers(numbers: Float64Array): CodedCells {
  const codes = new Uint16Array(numbers.length);
  const keys: Key[] = [];
  const codeOf = new Map<number, number>();
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number;
    let code = codeOf.get(value);
    if (code === undefined) codeOf.set(value, (code = keys.push(Number.isNaN(value) ? null : value) - 1));
    codes[i] = code;
  }
  return { codes, keys };
}
