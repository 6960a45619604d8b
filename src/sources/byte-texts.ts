const FIRST_SLOTS = 1 << 10;
const FIRST_BYTES = 1 << 14;
/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const HASH_START = 0x811c_9dc5;
const HASH_FACTOR = 0x0100_0193;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const BEHIND_ASCII = 0x80;

/** Numbers texts that lie in bytes, from 0 on, in order of their first occurrence. No string is made of a known one. */
export class ByteTexts {
  /** Number of a text + 1 by its hash, with linear probing; at most half full. */
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  /** Where each text begins in `#bytes`; it ends where the next begins. */
  #starts = new Int32Array(FIRST_SLOTS / 2 + 1);
  #bytes = Buffer.alloc(FIRST_BYTES);
  #count = 0;
  /** Behind the closing quote of the text that `numberAt` read last. */
  end = 0;

  get count(): number {
    return this.#count;
  }

  text(number: number): string {
    return this.#bytes.toString('latin1', this.#starts[number], this.#starts[number + 1]);
  }

  /**
   * The number of the text that begins at an offset, behind its opening quote.
   *
   * @param learn Whether one that is new gets a number.
   * @returns −1 for a text with anything but plain ASCII in it, and for a new one that is not to be learnt.
   */
  numberAt(bytes: Uint8Array, start: number, learn: boolean): number {
    let hash = HASH_START;
    let at = start;
    for (let byte = bytes[at] as number; byte !== QUOTE; byte = bytes[++at] as number) {
      // Written so that the end of the bytes fails.
      if (!(byte >= FIRST_PRINTABLE && byte < BEHIND_ASCII) || byte === BACKSLASH) return -1;
      hash = Math.imul(hash ^ byte, HASH_FACTOR);
    }
    this.end = at + 1;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1;
      if (this.#hashes[number] === hash && this.isAt(number, bytes, start)) return number;
    }
    return learn ? this.#learn(bytes, start, at, hash, slot) : -1;
  }

  /** Where the closing quote of a text lies; −1 when it has anything but plain ASCII in it. */
  static endOf(bytes: Uint8Array, start: number): number {
    let at = start;
    for (let byte = bytes[at] as number; byte !== QUOTE; byte = bytes[++at] as number) {
      if (!(byte >= FIRST_PRINTABLE && byte < BEHIND_ASCII) || byte === BACKSLASH) return -1;
    }
    return at;
  }

  /** Whether a text begins at an offset, behind its opening quote; cheaper than to find out which one does. */
  isAt(number: number, bytes: Uint8Array, start: number): boolean {
    const from = this.#starts[number] as number;
    const length = (this.#starts[number + 1] as number) - from;
    const known = this.#bytes;
    for (let i = 0; i < length; i++) if (known[from + i] !== bytes[start + i]) return false;
    this.end = start + length + 1;
    return bytes[start + length] === QUOTE;
  }

  #learn(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const number = this.#count++;
    const from = this.#starts[number] as number;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * to);
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#hashes[number] = hash;
    this.#starts[number + 1] = to;
    this.#slots[slot] = number + 1;
    if (this.#count === this.#hashes.length) this.#grow();
    return number;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      const hash = this.#hashes[number] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
    this.#hashes = grown(this.#hashes, slots.length / 2);
    this.#starts = grown(this.#starts, slots.length / 2 + 1);
  }
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
