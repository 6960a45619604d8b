import type { FieldValue } from '../../model/event.ts';
import type { Figure, FoldRow } from '../store.ts';
import { type CellDecoder, compareValues } from './cells.ts';
import { type BlockLayout, NO_CELL } from './rollup-block.ts';

/** Slot of a group of a block that does not pass the filters. */
export const NO_SLOT = -1;

/** Whether a group passes a filter, by the cell of one dimension. */
export type CellTest = { readonly index: number; readonly passes: (cell: number) => boolean };

/** The groups of an answer, each with a slot: a small number by which its figures are kept. */
export class RollupGroups {
  readonly #keys: readonly number[];
  /** Of the bucket that is being filled: buckets come one after another. */
  #known = new Map<number | string, number>();
  #bucket = -1;
  readonly #buckets: number[] = [];
  /** By key: the cell of each slot. */
  readonly #cells: readonly number[][];

  /** @param keys Positions of the dimensions that tell groups apart; negative for a field that no event has. */
  constructor(keys: readonly number[]) {
    this.#keys = keys;
    this.#cells = keys.map(() => []);
  }

  /** The slot of each group of a block. */
  slotsOf(
    bucket: number,
    length: number,
    cells: readonly (readonly number[])[],
    tests: readonly CellTest[],
  ): Int32Array {
    if (bucket !== this.#bucket) this.#known = new Map();
    this.#bucket = bucket;
    const slots = new Int32Array(length);
    const columns = this.#keys.map((index) => cells[index]);
    for (let at = 0; at < length; at++) {
      slots[at] = tests.every(({ index, passes }) => passes(cells[index]?.[at] ?? NO_CELL))
        ? this.#slotAt(columns, at)
        : NO_SLOT;
    }
    return slots;
  }

  #slotAt(columns: readonly (readonly number[] | undefined)[], at: number): number {
    const key: number | string =
      columns.length <= 1 ? (columns[0]?.[at] ?? NO_CELL) : columns.map((column) => column?.[at] ?? NO_CELL).join(',');
    let slot = this.#known.get(key);
    if (slot === undefined) {
      slot = this.#buckets.length;
      this.#known.set(key, slot);
      this.#buckets.push(this.#bucket);
      for (const [index, column] of columns.entries()) this.#cells[index]?.push(column?.[at] ?? NO_CELL);
    }
    return slot;
  }

  /** By bucket, then by the values of the group. */
  rows(layout: BlockLayout, decoder: CellDecoder, figuresOf: (slot: number) => readonly Figure[]): FoldRow[] {
    const values = this.#keys.map((key, index) => valuesOf(this.#cells[index] ?? [], layout.dimensions[key], decoder));
    const buckets = this.#buckets;
    const slots = Array.from(buckets.keys()).sort((a, b) => {
      let order = (buckets[a] as number) - (buckets[b] as number);
      for (let index = 0; order === 0 && index < values.length; index++) {
        const { ranks } = values[index] as KeyValues;
        order = (ranks[a] as number) - (ranks[b] as number);
      }
      return order;
    });
    return slots.map((slot) => ({
      bucket: buckets[slot] as number,
      group: values.map(({ sorted, ranks }) => sorted[ranks[slot] as number]),
      figures: figuresOf(slot),
    }));
  }
}

/** The values of one key: each once, in their order, and for each slot which of them it has. */
type KeyValues = { readonly sorted: readonly (FieldValue | undefined)[]; readonly ranks: Uint32Array };

function valuesOf(
  cells: readonly number[],
  column: BlockLayout['dimensions'][number] | undefined,
  decoder: CellDecoder,
): KeyValues {
  const distinct = [...new Set(cells)];
  if (column !== undefined)
    decoder.prepare(
      { column },
      distinct.filter((cell) => cell !== NO_CELL),
    );
  const pairs = distinct
    .map((cell) => ({
      cell,
      value: column === undefined || cell === NO_CELL ? undefined : decoder.decode({ column }, cell),
    }))
    .sort((a, b) => compareValues(a.value, b.value));
  const rankOf = new Map(pairs.map(({ cell }, rank) => [cell, rank]));
  return { sorted: pairs.map(({ value }) => value), ranks: Uint32Array.from(cells, (cell) => rankOf.get(cell) ?? 0) };
}
