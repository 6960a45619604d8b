import { type Stretch, withRoom } from './stretch.ts';

/** Figures of a column of numbers. Those not wanted cost nothing. */
export type NumberFigure = 'count' | 'sum' | 'min' | 'max';

/**
 * Count, sum, least and greatest of a column, by slot, in stored steps.
 *
 * Sums keep what rounding takes from them and give it back at the end (Knuth's TwoSum): exact below 2^53, and beyond it
 * the nearest number, whatever the order of the rows.
 */
export class NumberFigures {
  readonly #column: string;
  readonly #wanted: ReadonlySet<NumberFigure>;
  #counts = new Float64Array(0);
  #sums = new Float64Array(0);
  #lost = new Float64Array(0);
  #least = new Float64Array(0);
  #greatest = new Float64Array(0);

  constructor(column: string, wanted: ReadonlySet<NumberFigure>) {
    this.#column = column;
    this.#wanted = wanted;
  }

  add({ chunk, lo, hi, slots, slot, size }: Stretch): void {
    const numbers = chunk.numbers(this.#column);
    this.#counts = withRoom(this.#counts, size);
    if (this.#wanted.has('sum')) {
      this.#sums = withRoom(this.#sums, size);
      this.#lost = withRoom(this.#lost, size);
      if (slots === undefined) this.#sumOne(numbers, lo, hi, slot);
      else this.#sumMany(numbers, lo, hi, slots);
    } else if (slots === undefined) this.#counts[slot] = (this.#counts[slot] as number) + countIn(numbers, lo, hi);
    else this.#countMany(numbers, lo, hi, slots);
    if (this.#wanted.has('min')) {
      this.#least = withRoom(this.#least, size, Number.POSITIVE_INFINITY);
      if (slots === undefined) this.#least[slot] = Math.min(this.#least[slot] as number, leastIn(numbers, lo, hi));
      else this.#leastMany(numbers, lo, hi, slots);
    }
    if (this.#wanted.has('max')) {
      this.#greatest = withRoom(this.#greatest, size, Number.NEGATIVE_INFINITY);
      if (slots === undefined) {
        this.#greatest[slot] = Math.max(this.#greatest[slot] as number, greatestIn(numbers, lo, hi));
      } else this.#greatestMany(numbers, lo, hi, slots);
    }
  }

  /** @returns `undefined` for other figures than the count when no row had a number. */
  of(figure: NumberFigure, slot: number): number | undefined {
    const count = this.#counts[slot] ?? 0;
    if (figure === 'count') return count;
    if (count === 0) return undefined;
    if (figure === 'sum') return (this.#sums[slot] as number) + (this.#lost[slot] as number);
    return (figure === 'min' ? this.#least : this.#greatest)[slot];
  }

  #sumOne(numbers: Float64Array, lo: number, hi: number, slot: number): void {
    let [count, sum, size] = [0, 0, 0];
    for (let i = lo; i < hi; i++) {
      const value = numbers[i] as number;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
      size += Math.abs(value);
    }
    this.#counts[slot] = (this.#counts[slot] as number) + count;
    if (size <= Number.MAX_SAFE_INTEGER) {
      this.#plus(slot, sum);
      return;
    }
    for (let i = lo; i < hi; i++) {
      const value = numbers[i] as number;
      if (!Number.isNaN(value)) this.#plus(slot, value);
    }
  }

  #plus(slot: number, value: number): void {
    const sum = this.#sums[slot] as number;
    const next = sum + value;
    const added = next - sum;
    this.#lost[slot] = (this.#lost[slot] as number) + (sum - (next - added) + (value - added));
    this.#sums[slot] = next;
  }

  #sumMany(numbers: Float64Array, lo: number, hi: number, slots: Int32Array): void {
    const [counts, sums, lost] = [this.#counts, this.#sums, this.#lost];
    for (let i = lo; i < hi; i++) {
      const slot = slots[i] as number;
      const value = numbers[i] as number;
      if (slot < 0 || Number.isNaN(value)) continue;
      counts[slot] = (counts[slot] as number) + 1;
      const sum = sums[slot] as number;
      const next = sum + value;
      const added = next - sum;
      lost[slot] = (lost[slot] as number) + (sum - (next - added) + (value - added));
      sums[slot] = next;
    }
  }

  #countMany(numbers: Float64Array, lo: number, hi: number, slots: Int32Array): void {
    const counts = this.#counts;
    for (let i = lo; i < hi; i++) {
      const slot = slots[i] as number;
      if (slot >= 0 && !Number.isNaN(numbers[i])) counts[slot] = (counts[slot] as number) + 1;
    }
  }

  #leastMany(numbers: Float64Array, lo: number, hi: number, slots: Int32Array): void {
    const least = this.#least;
    for (let i = lo; i < hi; i++) {
      const slot = slots[i] as number;
      const value = numbers[i] as number;
      if (slot >= 0 && value < (least[slot] as number)) least[slot] = value;
    }
  }

  #greatestMany(numbers: Float64Array, lo: number, hi: number, slots: Int32Array): void {
    const greatest = this.#greatest;
    for (let i = lo; i < hi; i++) {
      const slot = slots[i] as number;
      const value = numbers[i] as number;
      if (slot >= 0 && value > (greatest[slot] as number)) greatest[slot] = value;
    }
  }
}

function countIn(numbers: Float64Array, lo: number, hi: number): number {
  let count = 0;
  for (let i = lo; i < hi; i++) if (!Number.isNaN(numbers[i])) count++;
  return count;
}

function leastIn(numbers: Float64Array, lo: number, hi: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = lo; i < hi; i++) if ((numbers[i] as number) < least) least = numbers[i] as number;
  return least;
}

function greatestIn(numbers: Float64Array, lo: number, hi: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = lo; i < hi; i++) if ((numbers[i] as number) > greatest) greatest = numbers[i] as number;
  return greatest;
}
