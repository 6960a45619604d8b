/** Most bits that are taken at once: with up to seven before them they fit 32. */
const STRIDE = 24;

/** Writes numbers of given numbers of bits one after another, lowest bit first. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  constructor(bits: number) {
    this.#bytes = new Uint8Array(Math.ceil(bits / 8));
  }

  /** @param value A whole number of at most so many bits. */
  put(value: number, bits: number): void {
    if (bits <= STRIDE) {
      this.#put(value, bits);
      return;
    }
    this.#put(value % 2 ** STRIDE, STRIDE);
    this.put(Math.floor(value / 2 ** STRIDE), bits - STRIDE);
  }

  finish(): Uint8Array {
    if (this.#pendingBits > 0) this.#bytes[this.#length] = this.#pending;
    return this.#bytes;
  }

  #put(value: number, bits: number): void {
    this.#pending |= value << this.#pendingBits;
    this.#pendingBits += bits;
    while (this.#pendingBits >= 8) {
      this.#bytes[this.#length++] = this.#pending;
      this.#pending >>>= 8;
      this.#pendingBits -= 8;
    }
  }
}
