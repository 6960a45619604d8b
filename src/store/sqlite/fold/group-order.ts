import type { FieldValue } from '../../../model/event.ts';
import type { Key } from '../../columns/chunk.ts';
import { type CellDecoder, compareValues, type Place } from '../rows/cells.ts';

/** Values of one field that occurred: their numbers, and by number a cell that stands for each. */
export type ValueBook = { readonly numbers: Map<Key | FieldValue | undefined, number>; readonly cells: Key[] };

type Value = FieldValue | undefined;

/** Decodes groups and tells their order. Each value is decoded once, in however many groups and buckets it is. */
export class GroupOrder {
  readonly #groups: readonly (readonly number[])[];
  /** By field, then by number. */
  readonly #values: readonly (readonly Value[])[];
  readonly #known: (readonly Value[])[] = [];

  /** @param groups Numbers of the values of each group; of one field, a group is the number of its value. */
  constructor(
    places: readonly (Place | undefined)[],
    decoder: CellDecoder,
    books: readonly ValueBook[],
    groups: readonly (readonly number[])[],
  ) {
    this.#values = places.map((place, index) => {
      const cells = books[index]?.cells ?? [];
      if (place !== undefined) decoder.prepare(place, cells);
      return cells.map((cell) => (place === undefined ? undefined : decoder.decode(place, cell)));
    });
    const [only] = this.#values;
    if (this.#values.length === 0) this.#groups = [[]];
    else this.#groups = this.#values.length === 1 ? (only?.map((_, number) => [number]) ?? []) : groups;
  }

  /** The value of each field of a group. */
  valuesOf(group: number): readonly Value[] {
    return (this.#known[group] ??= this.#groups[group]?.map((number, index) => this.#values[index]?.[number]) ?? []);
  }

  /** Groups in ascending order of their values, and the place of each among them. */
  ranks(): { readonly groups: readonly number[]; readonly rankOf: Int32Array } {
    const ofValues = this.#values.map(ranksOf);
    const count = this.#groups.length;
    const places = ofValues.reduce((product, { length }) => product * (length + 1), 1);
    const groups =
      places * count <= Number.MAX_SAFE_INTEGER ? this.#sortedAsNumbers(ofValues) : this.#sortedOneByOne(ofValues);
    const rankOf = new Int32Array(groups.length);
    for (const [rank, group] of groups.entries()) rankOf[group] = rank;
    return { groups, rankOf };
  }

  /** Ranks of all values and the group's number as one number each: sorted without comparing groups. */
  #sortedAsNumbers(ofValues: readonly Int32Array[]): number[] {
    const count = this.#groups.length;
    const keys = new Float64Array(count);
    for (const [group, numbers] of this.#groups.entries()) {
      let key = 0;
      for (let i = 0; i < numbers.length; i++) {
        const ranks = ofValues[i];
        if (ranks !== undefined) key = key * (ranks.length + 1) + (ranks[numbers[i] ?? 0] ?? 0);
      }
      keys[group] = key * count + group;
    }
    return Array.from(keys.sort(), (key) => key % count);
  }

  #sortedOneByOne(ofValues: readonly Int32Array[]): number[] {
    const rankAt = (group: number, index: number): number => ofValues[index]?.[this.#groups[group]?.[index] ?? 0] ?? 0;
    return [...this.#groups.keys()].sort((a, b) => {
      for (let i = 0; i < ofValues.length; i++) {
        const order = rankAt(a, i) - rankAt(b, i);
        if (order !== 0) return order;
      }
      return 0;
    });
  }
}

/** The place of each value among all in ascending order. Names sort by themselves, without comparing them one by one. */
function ranksOf(values: readonly Value[]): Int32Array {
  const rankOf = new Int32Array(values.length);
  if (values.every((value) => value === undefined || typeof value === 'string')) {
    const texts = values.filter((value) => typeof value === 'string').sort();
    const places = new Map<Value, number>(texts.map((text, place) => [text, place]));
    for (const [number, value] of values.entries()) rankOf[number] = places.get(value) ?? texts.length;
    return rankOf;
  }
  const numbers = [...values.keys()].sort((a, b) => compareValues(values[a], values[b]));
  for (const [place, number] of numbers.entries()) rankOf[number] = place;
  return rankOf;
}
