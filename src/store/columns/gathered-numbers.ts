import { type Stretch, withRoom } from './stretch.ts';

/** All numbers of a column, by slot, in stored steps. */
export class GatheredNumbers {
  readonly #column: string;
  /** By slot: stretches of columns as they are, which are not copied. */
  readonly #whole: Float64Array[][] = [];
  #numbers = new Float64Array(0);
  /** Slot of each number. */
  #slots = new Int32Array(0);
  #length = 0;
  #counts = new Float64Array(0);
  #ends: Float64Array | undefined;

  constructor(column: string) {
    this.#column = column;
  }

  add({ chunk, lo, hi, slots, slot, size }: Stretch): void {
    const given = chunk.numbers(this.#column);
    if (slots === undefined) {
      (this.#whole[slot] ??= []).push(given.subarray(lo, hi));
      return;
    }
    this.#counts = withRoom(this.#counts, size);
    this.#numbers = withRoom(this.#numbers, this.#length + hi - lo);
    if (this.#slots.length < this.#numbers.length) {
      const grown = new Int32Array(this.#numbers.length);
      grown.set(this.#slots);
      this.#slots = grown;
    }
    this.#addToMany(given, lo, hi, slots);
  }

  /** What a slot has, absent ones as NaN among them. Not to be changed. Call when all is added. */
  of(slot: number): readonly Float64Array[] {
    const ends = (this.#ends ??= this.#bySlot());
    const end = ends[slot] ?? 0;
    return [...(this.#whole[slot] ?? []), this.#numbers.subarray(end - (this.#counts[slot] ?? 0), end)];
  }

  #addToMany(given: Float64Array, lo: number, hi: number, slotOf: Int32Array): void {
    const [numbers, slots, counts] = [this.#numbers, this.#slots, this.#counts];
    let end = this.#length;
    for (let i = lo; i < hi; i++) {
      const slot = slotOf[i] as number;
      const value = given[i] as number;
      if (slot < 0 || Number.isNaN(value)) continue;
      numbers[end] = value;
      slots[end++] = slot;
      counts[slot] = (counts[slot] as number) + 1;
    }
    this.#length = end;
  }

  /** Sort by slot, by counting. @returns Where each slot ends. */
  #bySlot(): Float64Array {
    const ends = new Float64Array(this.#counts.length);
    let end = 0;
    for (const [slot, count] of this.#counts.entries()) {
      ends[slot] = end;
      end += count;
    }
    const sorted = new Float64Array(this.#length);
    const [numbers, slots] = [this.#numbers, this.#slots];
    for (let i = 0; i < sorted.length; i++) {
      const slot = slots[i] as number;
      const at = ends[slot] as number;
      sorted[at] = numbers[i] as number;
      ends[slot] = at + 1;
    }
    this.#numbers = sorted;
    this.#slots = new Int32Array(0);
    return ends;
  }
}
