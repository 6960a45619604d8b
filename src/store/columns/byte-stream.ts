import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Bytes of a block cannot be what was written. */
export const damaged = (what: string): RangeError => new RangeError(`a sealed block is damaged: ${what}`);

/** How hard to look for repeats in bytes. Without them Huffman codes alone are as small, and three times as quick. */
export type Repeats = 'likely' | 'unlikely';

/** Of more bytes, looking harder for repeats than level 4 does wins less than a thousandth, and takes twice as long. */
const SHORT_BYTES = 4_096;

/** Collects the bytes of a section. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];

  byte(value: number): void {
    this.#small.push(value);
  }

  /** A whole number from 0 to 2^53, seven bits to a byte, lowest first; the eighth bit says that more follow. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#small.push((rest % 0x80) | 0x80);
    this.#small.push(rest);
  }

  /** A whole number from −2^52 to 2^52: 0, −1, 1, −2 … as 0, 1, 2, 3 … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(bytes: Uint8Array): void {
    this.#flush();
    this.#parts.push(bytes);
  }

  /** Bytes whose length the reader knows, deflated if that makes them fewer. */
  packed(bytes: Uint8Array, repeats: Repeats): void {
    const deflated = deflateRawSync(
      bytes,
      repeats === 'likely'
        ? { level: bytes.length < SHORT_BYTES ? 6 : 4 }
        : { strategy: constants.Z_HUFFMAN_ONLY, level: 6 },
    );
    const smaller = deflated.length < bytes.length;
    const kept = smaller ? deflated : bytes;
    this.varint(2 * kept.length + (smaller ? 1 : 0));
    this.bytes(kept);
  }

  finish(): Uint8Array {
    this.#flush();
    return this.#parts.length === 1 ? (this.#parts[0] ?? new Uint8Array()) : Buffer.concat(this.#parts);
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    this.#parts.push(Uint8Array.from(this.#small));
    this.#small = [];
  }
}

/** Reads what a `ByteWriter` wrote. Every method throws a RangeError where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next byte, which stays the next. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw damaged('it ends too early');
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw damaged('a number is too large');
  }

  signed(): number {
    const folded = this.varint();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.left) throw damaged('it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** What is left, which stays what is next. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  packed(length: number): Uint8Array {
    const head = this.varint();
    const kept = this.bytes(Math.floor(head / 2));
    const plain = head % 2 === 0 ? kept : inflated(kept, length);
    if (plain.length !== length) throw damaged('a part has another length');
    return plain;
  }
}

/** zlib takes no less room for its output. */
const MIN_CHUNK = 64;

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  try {
    // With room for all and more at once, there is one call and nothing to copy.
    return inflateRawSync(bytes, { chunkSize: length + MIN_CHUNK, maxOutputLength: Math.max(1, length) });
  } catch {
    throw damaged('a part does not inflate');
  }
}
