/** Fewer keys than this are kept as a set. */
const FEW = 256;
/** About what a set takes for each of its members, in bits. */
const BITS_IN_SET = 256;
const WORD = 32;

/**
 * Different keys. Numbers of names are given one after another: many of them are marked bit by bit, which takes a tenth
 * of the time of a set and never more room.
 */
export class DistinctKeys {
  /** Texts, and numbers for which there is no bit. */
  readonly #set = new Set<number | string>();
  /** How many the set may have before bits are looked at anew. */
  #limit = FEW;
  #bits = new Uint32Array(0);
  #marked = 0;

  get size(): number {
    return this.#set.size + this.#marked;
  }

  add(key: number | string): void {
    if (typeof key === 'number' && key < WORD * this.#bits.length && key >>> 0 === key) this.#mark(key);
    else {
      this.#set.add(key);
      if (this.#set.size >= this.#limit) this.#moveToBits();
    }
  }

  *[Symbol.iterator](): Generator<number | string> {
    yield* this.#set;
    for (const [index, word] of this.#bits.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) yield WORD * index + 31 - Math.clz32(rest & -rest);
    }
  }

  #mark(number: number): void {
    const index = number >>> 5;
    const word = this.#bits[index] as number;
    const marked = word | (1 << (number & 31));
    if (marked === (word | 0)) return;
    this.#bits[index] = marked;
    this.#marked++;
  }

  #moveToBits(): void {
    const numbers: number[] = [];
    for (const key of this.#set) if (typeof key === 'number' && key >>> 0 === key) numbers.push(key);
    const most = BITS_IN_SET * (this.#marked + numbers.length);
    const fitting = numbers.filter((number) => number < most);
    const greatest = fitting.reduce((most, number) => Math.max(most, number), 0);
    // With room for as many again, since names that are new have greater numbers.
    const words = Math.ceil(Math.min(most, 2 * (greatest + 1)) / WORD);
    if (words > this.#bits.length) {
      const grown = new Uint32Array(words);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    for (const number of fitting) {
      this.#set.delete(number);
      this.#mark(number);
    }
    this.#limit = Math.max(FEW, 2 * this.#set.size);
  }
}
