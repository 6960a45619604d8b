/**
 * Lists of whole numbers as bits: Exp-Golomb codes (as in H.264, clause 9.1) of an order chosen for each list, so that
 * small numbers take one to three bits and a number of n bits about n + 2. On rollups this is a third smaller than
 * bytes of seven bits, and zstd finds nothing more in it.
 */

/** The order of a list takes six bits in front of it. */
const ORDER_BITS = 6;
/** Most bits that are written or read at once. */
const CHUNK_BITS = 24;
const CHUNK = 2 ** CHUNK_BITS;

/** Bits of a number, without leading zeros. 0 has none. */
function bitLength(value: number): number {
  if (value < 2 ** 31) return 32 - Math.clz32(value);
  let length = 31;
  for (let rest = Math.floor(value / 2 ** 31); rest >= 1; rest = Math.floor(rest / 2)) length++;
  return length;
}

/** Negative numbers beside positive ones: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 … */
export const folded = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
export const unfolded = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

export class NumberWriter {
  #bytes = new Uint8Array(256);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  /** @param values Whole numbers from 0 to 2^53. */
  write(values: readonly number[]): void {
    const order = bestOrder(values);
    const unit = 2 ** order;
    this.#put(order, ORDER_BITS);
    for (const value of values) {
      const high = Math.floor(value / unit) + 1;
      const length = bitLength(high);
      this.#put(0, length - 1);
      this.#put(high, length);
      this.#put(value % unit, order);
    }
  }

  /** What was written, filled up to whole bytes. */
  finish(): Uint8Array {
    if (this.#pendingBits > 0) this.#put(0, 8 - this.#pendingBits);
    return this.#bytes.slice(0, this.#length);
  }

  #put(value: number, bits: number): void {
    if (bits > CHUNK_BITS) {
      this.#put(Math.floor(value / CHUNK), bits - CHUNK_BITS);
      this.#put(value % CHUNK, CHUNK_BITS);
      return;
    }
    this.#pending = (this.#pending << bits) | value;
    this.#pendingBits += bits;
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8;
      if (this.#length === this.#bytes.length) {
        const grown = new Uint8Array(2 * this.#length);
        grown.set(this.#bytes);
        this.#bytes = grown;
      }
      this.#bytes[this.#length++] = this.#pending >>> this.#pendingBits;
    }
    this.#pending &= 0xff;
  }
}

/** The order that makes a list shortest, from how many of its numbers have how many bits. */
function bestOrder(values: readonly number[]): number {
  const byLength = new Uint32Array(64);
  let longest = 0;
  for (const value of values) {
    const length = bitLength(value);
    byLength[length] = (byLength[length] ?? 0) + 1;
    if (length > longest) longest = length;
  }
  let best = 0;
  let leastBits = Number.POSITIVE_INFINITY;
  for (let order = 0; order <= longest; order++) {
    let bits = 0;
    for (let length = 0; length <= longest; length++) {
      const over = length - order;
      // Numbers of `over` bits take one bit more only where they are all ones.
      bits += (byLength[length] ?? 0) * (order + (over <= 0 ? 1 : 2 * (over + 2 ** (1 - over)) - 1));
    }
    if (bits < leastBits) {
      leastBits = bits;
      best = order;
    }
  }
  return best;
}

/** Bits that are always known after the four bytes around a place are read. */
const WINDOW_BITS = 25;
/** Numbers with no more leading zeros than this lie wholly in one window. */
const SHORT_ZEROS = 12;

export class NumberReader {
  readonly #bytes: Uint8Array;
  /** Place in bits. */
  #at: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#at = 8 * offset;
  }

  /** A list of known length. */
  read(length: number): number[] {
    const order = this.#take(ORDER_BITS);
    const unit = 2 ** order;
    const values: number[] = [];
    for (let i = 0; i < length; i++) {
      const window = this.#window();
      const zeros = Math.clz32(window) - (32 - WINDOW_BITS);
      let high: number;
      if (zeros <= SHORT_ZEROS) {
        high = window >>> (WINDOW_BITS - 1 - 2 * zeros);
        this.#at += 2 * zeros + 1;
      } else high = this.#takeLong();
      values.push((high - 1) * unit + (order === 0 ? 0 : this.#take(order)));
    }
    return values;
  }

  #takeLong(): number {
    let zeros = 0;
    while (this.#take(1) === 0) {
      zeros++;
      if (zeros > 53) throw new RangeError('a rollup block is damaged');
    }
    return 2 ** zeros + this.#take(zeros);
  }

  #take(bits: number): number {
    if (bits > CHUNK_BITS) {
      const high = this.#take(bits - CHUNK_BITS);
      return high * CHUNK + this.#take(CHUNK_BITS);
    }
    const value = this.#window() >>> (WINDOW_BITS - bits);
    this.#at += bits;
    return value;
  }

  /** The next 25 bits. Beyond the end zeros follow; a list that runs on there ends in the error above. */
  #window(): number {
    const bytes = this.#bytes;
    const byte = this.#at >>> 3;
    const word =
      byte + 4 <= bytes.length
        ? ((bytes[byte] as number) << 24) |
          ((bytes[byte + 1] as number) << 16) |
          ((bytes[byte + 2] as number) << 8) |
          (bytes[byte + 3] as number)
        : ((bytes[byte] ?? 0) << 24) |
          ((bytes[byte + 1] ?? 0) << 16) |
          ((bytes[byte + 2] ?? 0) << 8) |
          (bytes[byte + 3] ?? 0);
    return (word << (this.#at & 7)) >>> (32 - WINDOW_BITS);
  }
}
