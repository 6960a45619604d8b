import type { Chunk, CodedCells } from './chunk.ts';
import { DistinctKeys } from './distinct-keys.ts';
import type { Stretch } from './stretch.ts';

/** Slots of a chunk × its keys that are marked in a table, so that a set is asked once for each; beyond, for each row. */
const MOST_MARKS = 2 ** 22;

/** The different keys of each slot, of cells that are present. */
export class KeySets {
  readonly #cellsOf: (chunk: Chunk) => CodedCells;
  readonly #sets: (DistinctKeys | undefined)[] = [];
  #marks = new Uint8Array(0);

  constructor(cellsOf: (chunk: Chunk) => CodedCells) {
    this.#cellsOf = cellsOf;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const cells = this.#cellsOf(chunk);
    const { keys } = cells;
    if (slots === undefined && hi - lo === chunk.rows) {
      // Each key is that of some row.
      const set = this.#set(slot);
      for (const key of keys) if (key !== null) set.add(key);
      return;
    }
    const { codes } = cells;
    if (slots === undefined) {
      const marks = this.#cleanMarks(keys.length);
      for (let i = lo; i < hi; i++) marks[codes[i] as number] = 1;
      const set = this.#set(slot);
      for (const [code, key] of keys.entries()) if (marks[code] === 1 && key !== null) set.add(key);
      return;
    }
    // The slots of a chunk are mostly those that were given last.
    let [least, most] = [Number.POSITIVE_INFINITY, -1];
    for (let i = lo; i < hi; i++) {
      const of = slots[i] as number;
      if (of < 0) continue;
      if (of < least) least = of;
      if (of > most) most = of;
    }
    if (most < 0) return;
    const marked = (most - least + 1) * keys.length;
    const marks = marked <= MOST_MARKS ? this.#cleanMarks(marked) : undefined;
    for (let i = lo; i < hi; i++) {
      const of = slots[i] as number;
      if (of < 0) continue;
      const code = codes[i] as number;
      if (marks !== undefined) {
        const at = (of - least) * keys.length + code;
        if (marks[at] === 1) continue;
        marks[at] = 1;
      }
      const key = keys[code];
      if (key !== undefined && key !== null) this.#set(of).add(key);
    }
  }

  of(slot: number): Iterable<number | string> & { readonly size: number } {
    return this.#sets[slot] ?? NOTHING;
  }

  #set(slot: number): DistinctKeys {
    return (this.#sets[slot] ??= new DistinctKeys());
  }

  #cleanMarks(length: number): Uint8Array {
    if (this.#marks.length < length) this.#marks = new Uint8Array(length);
    else this.#marks.fill(0, 0, length);
    return this.#marks;
  }
}

const NOTHING = new DistinctKeys();
