import type { FieldValue } from '../../../model/event.ts';
import { cellAt } from '../../columns/cell-at.ts';
import type { Chunk, CodedCells, Key } from '../../columns/chunk.ts';
import { SlotBook } from '../../columns/slot-book.ts';
import type { Stretch } from '../../columns/stretch.ts';
import type { Figure, FoldRow } from '../../store.ts';
import type { CellDecoder, Place } from '../rows/cells.ts';
import { codedBy, columnCells } from '../rows/row-columns.ts';
import { combined, type GroupCodes } from './group-codes.ts';
import { GroupOrder, type ValueBook } from './group-order.ts';

/** Rows of a chunk, from `lo` up to `hi`, that lie in one bucket. */
export type Part = { readonly bucket: number; readonly lo: number; readonly hi: number };

/** More different values of a field than fit into memory: a pair of numbers below it is one exact number. */
const MOST_VALUES = 2 ** 26;

/** Gives each combination of a bucket and of values a slot: a number from 0 on. */
export class FoldGroups {
  readonly #places: readonly (Place | undefined)[];
  readonly #decoder: CellDecoder;
  readonly #buckets: number;
  /** By place: a number for each value that occurred, and a cell that stands for it. */
  readonly #values: readonly ValueBook[];
  /** Numbers of the values of each group of more than one field. */
  readonly #groups: (readonly number[])[] = [];
  /** By field from the second on: the pair of what stands for the fields before, and of its own number. */
  readonly #pairs: readonly Map<number, number>[];
  readonly #slots = new SlotBook();
  #slotsOfRows = new Int32Array(0);
  #slotsOfCodes = new Int32Array(0);
  #groupsOfCodes = new Int32Array(0);
  #knownCodes: number[] = [];

  /** @param buckets How many there are. */
  constructor(places: readonly (Place | undefined)[], decoder: CellDecoder, buckets: number) {
    this.#places = places;
    this.#decoder = decoder;
    this.#buckets = buckets;
    this.#values = places.map(() => ({ numbers: new Map(), cells: [] }));
    this.#pairs = places.slice(1).map(() => new Map());
  }

  /**
   * @param parts Ascending.
   * @param selection 1 for each row that counts; absent when all do.
   */
  stretches(chunk: Chunk, parts: readonly Part[], selection: Uint8Array | undefined): Stretch[] {
    if (parts.length === 0) return [];
    if (this.#places.length === 0 && selection === undefined) {
      const slots = parts.map(({ bucket }) => {
        this.#slots.begin(bucket);
        return this.#slots.slotOf(0);
      });
      const { size } = this.#slots;
      return parts.map(({ lo, hi }, index) => ({ chunk, lo, hi, slots: undefined, slot: slots[index] ?? 0, size }));
    }
    const slots = this.#slotsOfRows.length < chunk.rows ? new Int32Array(chunk.rows) : this.#slotsOfRows;
    this.#slotsOfRows = slots;
    const codes = this.#places.length === 0 ? undefined : this.#codesOf(chunk);
    this.#makeRoomForCodes(codes?.size ?? 0);
    const lo = parts[0]?.lo ?? 0;
    let end = lo;
    for (const part of parts) {
      // Rows between two parts.
      if (part.lo > end) slots.fill(-1, end, part.lo);
      this.#slots.begin(part.bucket);
      if (codes === undefined) this.#assignOne(part, slots, selection);
      else this.#assign(part, slots, codes, selection);
      end = part.hi;
    }
    // Codes of the next chunk are others.
    for (const code of this.#knownCodes) this.#groupsOfCodes[code] = -1;
    this.#knownCodes = [];
    return [{ chunk, lo, hi: end, slots, slot: -1, size: this.#slots.size }];
  }

  /** Rows in ascending order of bucket, then of group, absent values last. */
  rows(figuresOf: (slot: number, bucket: number) => Figure[]): FoldRow[] {
    const order = new GroupOrder(this.#places, this.#decoder, this.#values, this.#groups);
    const { groups, rankOf } = order.ranks();
    const { groups: groupOf, buckets, size } = this.#slots;
    const ranks = new Int32Array(size);
    for (let slot = 0; slot < size; slot++) ranks[slot] = rankOf[groupOf[slot] as number] ?? 0;
    const ordered = sortedBy(Int32Array.from(buckets), this.#buckets, sortedBy(ranks, groups.length));
    const rows: FoldRow[] = [];
    for (let i = 0; i < size; i++) {
      const slot = ordered[i] as number;
      const bucket = buckets[slot] as number;
      rows.push({ bucket, group: order.valuesOf(groupOf[slot] as number), figures: figuresOf(slot, bucket) });
    }
    return rows;
  }

  /** By slot: its bucket; and by place, then by slot: a cell that stands for the value. */
  cells(): { readonly buckets: Int32Array; readonly keys: readonly (readonly Key[])[] } {
    const keys = this.#places.map((): Key[] => []);
    for (const group of this.#slots.groups) {
      const numbers = keys.length === 1 ? undefined : this.#groups[group];
      for (let i = 0; i < keys.length; i++) keys[i]?.push(this.#values[i]?.cells[numbers?.[i] ?? group] ?? null);
    }
    return { buckets: Int32Array.from(this.#slots.buckets), keys };
  }

  /** Without groups. */
  #assignOne({ lo, hi }: Part, slots: Int32Array, selection: Uint8Array | undefined): void {
    const first = selection?.indexOf(1, lo) ?? lo;
    if (first < 0 || first >= hi) {
      slots.fill(-1, lo, hi);
      return;
    }
    const slot = this.#slots.slotOf(0);
    if (selection === undefined) slots.fill(slot, lo, hi);
    else for (let i = lo; i < hi; i++) slots[i] = selection[i] === 1 ? slot : -1;
  }

  #assign({ lo, hi }: Part, slots: Int32Array, { codes, groupOf }: GroupCodes, selection?: Uint8Array) {
    const slotsOfCodes = this.#slotsOfCodes;
    const groupsOfCodes = this.#groupsOfCodes;
    const seen: number[] = [];
    for (let i = lo; i < hi; i++) {
      if (selection !== undefined && selection[i] === 0) {
        slots[i] = -1;
        continue;
      }
      const code = codes[i] as number;
      let slot = slotsOfCodes[code] as number;
      if (slot < 0) {
        let group = groupsOfCodes[code] as number;
        if (group < 0) {
          groupsOfCodes[code] = group = groupOf(code);
          this.#knownCodes.push(code);
        }
        slot = this.#slots.slotOf(group);
        slotsOfCodes[code] = slot;
        seen.push(code);
      }
      slots[i] = slot;
    }
    // Clean for the next, at no more cost than this one had.
    for (const code of seen) slotsOfCodes[code] = -1;
  }

  #makeRoomForCodes(size: number): void {
    if (this.#slotsOfCodes.length < size) {
      this.#slotsOfCodes = new Int32Array(size).fill(-1);
      this.#groupsOfCodes = new Int32Array(size).fill(-1);
    }
  }

  #codesOf(chunk: Chunk): GroupCodes {
    const fields = this.#places.map((place, index): GroupCodes => {
      const { codes, keys } = cellsOf(chunk, place);
      return { codes, size: keys.length, groupOf: (code) => this.#intern(index, place, keys[code] ?? null) };
    });
    const [only] = fields;
    if (fields.length === 1 && only !== undefined) return only;
    return combined(chunk.rows, fields, (numbers) => this.#groupOf(numbers));
  }

  #groupOf(numbers: readonly number[]): number {
    let [group = 0] = numbers;
    for (const [index, pairs] of this.#pairs.entries()) {
      const pair = group * MOST_VALUES + (numbers[index + 1] ?? 0);
      group = pairs.get(pair) ?? pairs.size;
      if (group === pairs.size) pairs.set(pair, group);
    }
    this.#groups[group] ??= numbers;
    return group;
  }

  #intern(index: number, place: Place | undefined, key: Key): number {
    const values = this.#values[index] as ValueBook;
    const cell = place === undefined ? key : this.#decoder.toldApart(place, key);
    // Origins of one source are one value.
    const value: FieldValue | null | undefined =
      place !== undefined && 'part' in place ? this.#decoder.decode(place, cell) : cell;
    let number = values.numbers.get(value);
    if (number === undefined) values.numbers.set(value, (number = values.cells.push(cell) - 1));
    return number;
  }
}

/**
 * Slots in ascending order of a number that each has, by counting them.
 *
 * @param before More than any of the numbers.
 * @param slots In which order those of equal numbers stay; that of the slots when absent.
 */
function sortedBy(numbers: Int32Array, before: number, slots?: Int32Array): Int32Array {
  const ends = new Int32Array(before + 1);
  for (const number of numbers) ends[number + 1] = (ends[number + 1] as number) + 1;
  for (let i = 0; i < before; i++) ends[i + 1] = (ends[i + 1] as number) + (ends[i] as number);
  const sorted = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const slot = slots === undefined ? i : (slots[i] as number);
    const number = numbers[slot] as number;
    const at = ends[number] as number;
    ends[number] = at + 1;
    sorted[at] = slot;
  }
  return sorted;
}

/** The cells of any place as codes; those of a column of numbers are told apart by value. */
export function cellsOf(chunk: Chunk, place: Place | undefined): CodedCells {
  if (place === undefined) return { codes: new Uint16Array(chunk.rows), keys: [null] };
  if ('part' in place) return chunk.origins();
  const cells = columnCells(chunk, place.column);
  return cells instanceof Float64Array ? codedBy(chunk.rows, (row) => cellAt(cells, row)) : cells;
}
