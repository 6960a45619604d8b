import { cellAt } from './cell-at.ts';
import type { Chunk, CodedCells, Key } from './chunk.ts';
import { type Stretch, withRoom } from './stretch.ts';

/** The cell of the first or the last row of each slot that has one. */
export class EdgeCells {
  readonly #cellsOf: (chunk: Chunk) => Float64Array | CodedCells;
  readonly #isPresent: (key: Key) => boolean;
  readonly #isLast: boolean;
  readonly #cells: Key[] = [];
  #moments = new Float64Array(0);
  /** Row of the chunk at hand that is the edge so far. */
  #rows = new Int32Array(0);

  constructor(
    cellsOf: (chunk: Chunk) => Float64Array | CodedCells,
    isPresent: (key: Key) => boolean,
    edge: 'first' | 'last',
  ) {
    this.#cellsOf = cellsOf;
    this.#isPresent = isPresent;
    this.#isLast = edge === 'last';
  }

  add({ chunk, lo, hi, slots, slot, size }: Stretch): void {
    this.#moments = withRoom(this.#moments, size, this.#isLast ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    const cells = this.#cellsOf(chunk);
    const has = this.#presence(cells);
    const times = chunk.times();
    if (slots !== undefined) {
      this.#addToMany(cells, has, times, lo, hi, slots, size);
      return;
    }
    const step = this.#isLast ? -1 : 1;
    let row = this.#isLast ? hi - 1 : lo;
    while (row >= lo && row < hi && !has(row)) row += step;
    if (row >= lo && row < hi) this.#offer(slot, times[row] as number, cells, row);
  }

  of(slot: number): Key {
    return this.#cells[slot] ?? null;
  }

  #addToMany(
    cells: Float64Array | CodedCells,
    has: (row: number) => boolean,
    times: Float64Array,
    lo: number,
    hi: number,
    slots: Int32Array,
    size: number,
  ): void {
    if (this.#rows.length < size) this.#rows = new Int32Array(2 * size).fill(-1);
    const rows = this.#rows;
    const seen: number[] = [];
    for (let i = lo; i < hi; i++) {
      const slot = slots[i] as number;
      if (slot < 0 || !has(i)) continue;
      // Rows are in order of time.
      if (rows[slot] === -1) seen.push(slot);
      else if (!this.#isLast) continue;
      rows[slot] = i;
    }
    for (const slot of seen) {
      const row = rows[slot] as number;
      this.#offer(slot, times[row] as number, cells, row);
      rows[slot] = -1;
    }
  }

  #offer(slot: number, time: number, cells: Float64Array | CodedCells, row: number): void {
    const known = this.#moments[slot] as number;
    if (this.#isLast ? time < known : time > known) return;
    this.#moments[slot] = time;
    this.#cells[slot] = cellAt(cells, row);
  }

  #presence(cells: Float64Array | CodedCells): (row: number) => boolean {
    if (cells instanceof Float64Array) return (row) => !Number.isNaN(cells[row]);
    const present = Uint8Array.from(cells.keys, (key) => Number(this.#isPresent(key)));
    const { codes } = cells;
    return (row) => present[codes[row] as number] === 1;
  }
}
