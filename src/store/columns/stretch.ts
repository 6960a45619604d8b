import type { Chunk } from './chunk.ts';

/** Rows of a chunk, from `lo` up to `hi`, and what they belong to: slots are numbers from 0 on. */
export type Stretch = {
  readonly chunk: Chunk;
  readonly lo: number;
  readonly hi: number;
  /** Slot of each row of the chunk, -1 for rows that are left out; absent when all are of one slot. */
  readonly slots: Int32Array | undefined;
  readonly slot: number;
  /** How many slots there are so far. */
  readonly size: number;
};

/** The same numbers, with room for so many; those that are new are `empty`. */
export function withRoom(numbers: Float64Array<ArrayBuffer>, size: number, empty = 0): Float64Array<ArrayBuffer> {
  if (numbers.length >= size) return numbers;
  const grown = new Float64Array(Math.max(size, 2 * numbers.length, 16)).fill(empty, numbers.length);
  grown.set(numbers);
  return grown;
}
