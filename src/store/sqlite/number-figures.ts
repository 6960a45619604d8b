import type { Stretch } from './fold-groups.ts';

/** Slots that there is room for at first. */
const FIRST_SLOTS = 64;

/**
 * Count, sum, least and greatest of a column, in stored steps.
 *
 * Sums keep what rounding takes from them and give it back at the end (Knuth's TwoSum): exact below 2^53, and beyond it
 * the nearest number whatever the order of the rows.
 */
export class NumberFigures {
  readonly #column: string;
  #counts = new Float64Array(FIRST_SLOTS);
  #sums = new Float64Array(FIRST_SLOTS);
  #lost = new Float64Array(FIRST_SLOTS);
  #least = new Float64Array(FIRST_SLOTS).fill(Number.POSITIVE_INFINITY);
  #greatest = new Float64Array(FIRST_SLOTS).fill(Number.NEGATIVE_INFINITY);

  constructor(column: string) {
    this.#column = column;
  }

  add({ chunk, lo, hi, slots, slot }: Stretch): void {
    const numbers = chunk.numbers(this.#column);
    if (slots === undefined) this.#addToOne(numbers, lo, hi, slot);
    else this.#addToMany(numbers, lo, hi, slots);
  }

  /** @returns `undefined` for other figures than the count when no row had a number. */
  of(fn: 'count' | 'sum' | 'min' | 'max', slot: number): number | undefined {
    const count = this.#counts[slot] ?? 0;
    if (fn === 'count') return count;
    if (count === 0) return undefined;
    if (fn === 'sum') return (this.#sums[slot] as number) + (this.#lost[slot] as number);
    return (fn === 'min' ? this.#least : this.#greatest)[slot];
  }

  #addToOne(numbers: Float64Array, lo: number, hi: number, slot: number): void {
    this.#makeRoom(slot);
    let [count, least, greatest] = [0, this.#least[slot] as number, this.#greatest[slot] as number];
    let [sum, lost] = [this.#sums[slot] as number, this.#lost[slot] as number];
    for (let i = lo; i < hi; i++) {
      const value = numbers[i] as number;
      if (Number.isNaN(value)) continue;
      count++;
      const next = sum + value;
      const added = next - sum;
      lost += sum - (next - added) + (value - added);
      sum = next;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    this.#counts[slot] = (this.#counts[slot] as number) + count;
    this.#sums[slot] = sum;
    this.#lost[slot] = lost;
    this.#least[slot] = least;
    this.#greatest[slot] = greatest;
  }

  #addToMany(numbers: Float64Array, lo: number, hi: number, slots: Int32Array): void {
    let most = 0;
    for (let i = lo; i < hi; i++) if ((slots[i] as number) > most) most = slots[i] as number;
    this.#makeRoom(most);
    const [counts, sums, lost, least, greatest] = [this.#counts, this.#sums, this.#lost, this.#least, this.#greatest];
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
      if (value < (least[slot] as number)) least[slot] = value;
      if (value > (greatest[slot] as number)) greatest[slot] = value;
    }
  }

  #makeRoom(slot: number): void {
    const room = this.#counts.length;
    if (slot < room) return;
    const grown = (old: Float64Array, empty: number) => {
      const next = new Float64Array(Math.max(2 * room, slot + 1)).fill(empty, room);
      next.set(old);
      return next;
    };
    this.#counts = grown(this.#counts, 0);
    this.#sums = grown(this.#sums, 0);
    this.#lost = grown(this.#lost, 0);
    this.#least = grown(this.#least, Number.POSITIVE_INFINITY);
    this.#greatest = grown(this.#greatest, Number.NEGATIVE_INFINITY);
  }
}
