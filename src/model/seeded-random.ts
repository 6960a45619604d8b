/**
 * Numbers that look random and are the same for the same seed: examples are lively and still repeatable, and a figure
 * that is drawn is the same each time it is asked for.
 * A 32-bit counter stirred by multiplications and shifts; good for draws, not for secrets.
 */
export class SeededRandom {
  #counter: number;

  constructor(seed: number) {
    this.#counter = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#counter = (this.#counter + 0x9e3779b9) >>> 0;
    let bits = Math.imul(this.#counter ^ (this.#counter >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number, both ends included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(part: number): boolean {
    return this.next() < part;
  }

  /** From the standard normal distribution, by the transform of Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** From the exponential distribution: how long until the next of events that come at random, `mean` apart. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.whole(0, list.length - 1)];
    if (picked === undefined) throw new RangeError('There is nothing to pick from.');
    return picked;
  }
}
