import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { Figure } from '../store.ts';
import { type BlockLayout, NO_CELL, type RollupBlock } from './rollup-block.ts';
import { NO_SLOT } from './rollup-groups.ts';

/** What one measure needs of a block. Positions are those of the layout. */
export type Wanted =
  | { readonly from: 'events' }
  | { readonly from: 'dimension'; readonly index: number }
  | { readonly from: 'number'; readonly index: number; readonly fn: 'count' | 'sum' | 'min' | 'max' }
  | { readonly from: 'sketch'; readonly index: number }
  | { readonly from: 'nothing'; readonly figure: Figure };

/** One measure of every group of an answer. */
export class RollupFigures {
  readonly #want: Wanted;
  readonly #scale: number;
  /** By slot of the group; a hole where no event had the field. */
  readonly #numbers: (number | undefined)[] = [];
  readonly #sketches: QuantileSketch[] = [];

  constructor(want: Wanted, layout: BlockLayout) {
    this.#want = want;
    this.#scale = want.from === 'number' && want.fn !== 'count' ? (layout.numbers[want.index]?.scale ?? 1) : 1;
  }

  /** @param slots The slot of each group of the block. */
  add(block: RollupBlock, cells: readonly (readonly number[])[], slots: Int32Array): void {
    const want = this.#want;
    switch (want.from) {
      case 'events':
        this.#addAll(slots, block.counts);
        return;
      case 'dimension':
        this.#addPresent(slots, block.counts, cells[want.index]);
        return;
      case 'nothing':
        return;
      case 'sketch':
        if (want.index < block.layout.numbers.length) this.#addSketch(slots, block.sketch(want.index));
        return;
      case 'number':
        // A field that came later than the block was absent in its events.
        if (want.index < block.layout.numbers.length) this.#addNumbers(slots, block, want);
    }
  }

  figure(slot: number): Figure {
    const want = this.#want;
    if (want.from === 'nothing') return want.figure;
    if (want.from === 'sketch') return this.#sketches[slot];
    const number = this.#numbers[slot];
    if (want.from === 'number' && want.fn !== 'count') return number === undefined ? undefined : number / this.#scale;
    return number ?? 0;
  }

  #addNumbers(slots: Int32Array, block: RollupBlock, want: Extract<Wanted, { from: 'number' }>): void {
    const { counts, sums, least, greatest } = block.figures(want.index);
    switch (want.fn) {
      case 'count':
        this.#addAll(slots, counts);
        return;
      case 'sum':
        this.#combine(slots, counts, sums, (known, more) => known + more);
        return;
      case 'min':
        this.#combine(slots, counts, least, Math.min);
        return;
      case 'max':
        this.#combine(slots, counts, greatest, Math.max);
    }
  }

  #addAll(slots: Int32Array, counts: readonly number[]): void {
    const numbers = this.#numbers;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      if (slot !== NO_SLOT) numbers[slot] = (numbers[slot] ?? 0) + (counts[at] as number);
    }
  }

  #addPresent(slots: Int32Array, counts: readonly number[], cells: readonly number[] | undefined): void {
    this.#addAll(
      slots,
      counts.map((count, at) => ((cells?.[at] ?? NO_CELL) === NO_CELL ? 0 : count)),
    );
  }

  #combine(
    slots: Int32Array,
    counts: readonly number[],
    values: readonly number[],
    both: (known: number, more: number) => number,
  ): void {
    const numbers = this.#numbers;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      if (slot === NO_SLOT || counts[at] === 0) continue;
      const value = values[at] as number;
      const known = numbers[slot];
      numbers[slot] = known === undefined ? value : both(known, value);
    }
  }

  /** The sketch is of the whole block, and is only asked for where a block is one group of the answer. */
  #addSketch(slots: Int32Array, sketch: QuantileSketch): void {
    const slot = slots[0];
    if (slot === undefined || sketch.count === 0) return;
    (this.#sketches[slot] ??= new QuantileSketch()).merge(sketch);
  }
}
