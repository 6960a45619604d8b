import { QuantileSketch } from '../../model/quantile-sketch.ts';
import type { Stretch } from './stretch.ts';

/** A sketch of a column of numbers for each slot, in the unit of the field. */
export class Sketches {
  readonly #sketches: (QuantileSketch | undefined)[] = [];
  readonly #column: string;
  readonly #scale: number;

  constructor(column: string, scale: number) {
    this.#column = column;
    this.#scale = scale;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const numbers = chunk.numbers(this.#column);
    for (let i = lo; i < hi; i++) {
      const of = slots === undefined ? slot : (slots[i] as number);
      const value = numbers[i] as number;
      if (of < 0 || Number.isNaN(value)) continue;
      (this.#sketches[of] ??= new QuantileSketch()).add(value / this.#scale);
    }
  }

  /** @returns `undefined` when no row had a number. */
  of(slot: number): QuantileSketch | undefined {
    return this.#sketches[slot];
  }
}
