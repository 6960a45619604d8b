import type { Chunk, CodedCells, Key } from './chunk.ts';
import { type Stretch, withRoom } from './stretch.ts';

/** How many rows each slot has: all, or those that have a value. */
export class RowCounts {
  #counts = new Float64Array(0);
  readonly #cells: ((chunk: Chunk) => CodedCells) | undefined;
  readonly #isPresent: (key: Key) => boolean;

  /** @param cells What is counted where `isPresent`; all rows when absent. */
  constructor(cells?: (chunk: Chunk) => CodedCells, isPresent: (key: Key) => boolean = () => true) {
    this.#cells = cells;
    this.#isPresent = isPresent;
  }

  add({ chunk, lo, hi, slots, slot, size }: Stretch): void {
    this.#counts = withRoom(this.#counts, size);
    const counts = this.#counts;
    const cells = this.#cells?.(chunk);
    const counted = cells && Uint8Array.from(cells.keys, (key) => Number(this.#isPresent(key)));
    if (cells !== undefined && counted?.includes(0) === true) {
      const { codes } = cells;
      for (let i = lo; i < hi; i++) {
        const of = slots === undefined ? slot : (slots[i] as number);
        if (of >= 0) counts[of] = (counts[of] as number) + (counted[codes[i] as number] as number);
      }
    } else if (slots === undefined) counts[slot] = (counts[slot] as number) + hi - lo;
    else {
      for (let i = lo; i < hi; i++) {
        const of = slots[i] as number;
        if (of >= 0) counts[of] = (counts[of] as number) + 1;
      }
    }
  }

  of(slot: number): number {
    return this.#counts[slot] ?? 0;
  }
}
