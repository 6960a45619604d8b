import { ByteTexts } from './byte-texts.ts';

/** Whole numbers up to here are exact, and so is a quotient of two of them correctly rounded: what JSON.parse gives. */
const MAX_EXACT = 2 ** 53;
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const CLOSE = 0x7d;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/**
 * Reads JSON from bytes, as far as it is plain: at most one space behind colons and commas, texts of printable ASCII
 * without escapes, numbers without exponents. Every method says whether that was so; when it was not, the place where it
 * stands means nothing.
 */
export class ByteCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** Behind what was read last. */
  at = 0;
  /** What `readNumber` or `readFlag` read last. */
  number = 0;

  start(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  /** Go on behind a byte, if it is the next. */
  take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Go on behind the colon of a key. */
  takeColon(): boolean {
    return this.#takeWithSpace(COLON);
  }

  /** Go on behind the comma before another member, if there is one. */
  takeComma(): boolean {
    return this.#takeWithSpace(COMMA);
  }

  #takeWithSpace(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += this.bytes[this.at + 1] === SPACE ? 2 : 1;
    return true;
  }

  isText(): boolean {
    return this.bytes[this.at] === QUOTE;
  }

  isFlag(): boolean {
    const byte = this.bytes[this.at];
    return byte === TRUE[0] || byte === FALSE[0];
  }

  /** @returns The number of a text; −1 when it has none and gets none. */
  readText(texts: ByteTexts, learn: boolean): number {
    if (!this.isText()) return -1;
    const text = texts.numberAt(this.bytes, this.at + 1, learn);
    this.at = texts.end;
    return text;
  }

  /** Go on behind a certain text, if it is the next. */
  takeText(texts: ByteTexts, text: number): boolean {
    if (!this.isText() || !texts.isAt(text, this.bytes, this.at + 1)) return false;
    this.at = texts.end;
    return true;
  }

  passText(): boolean {
    const end = this.isText() ? ByteTexts.endOf(this.bytes, this.at + 1) : -1;
    this.at = end + 1;
    return end >= 0;
  }

  /** Sets `number` to 1 for true and 0 for false. */
  readFlag(): boolean {
    const isTrue = this.bytes[this.at] === TRUE[0];
    const word = isTrue ? TRUE : FALSE;
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word[i]) return false;
    this.at += word.length;
    this.number = isTrue ? 1 : 0;
    return true;
  }

  /** A member's value that is a number whose digits together are exact. */
  readNumber(): boolean {
    const { bytes } = this;
    let { at } = this;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at += 1;
    const first = at;
    let whole = 0;
    let digit = (bytes[at] as number) - ZERO;
    for (; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) whole = whole * 10 + digit;
    if (at === first || (bytes[first] === ZERO && at > first + 1)) return false;
    if (digit === POINT - ZERO) {
      const point = at;
      digit = (bytes[++at] as number) - ZERO;
      for (; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) whole = whole * 10 + digit;
      const places = at - point - 1;
      if (places === 0 || places >= POWERS_OF_TEN.length || whole >= MAX_EXACT) return false;
      whole /= POWERS_OF_TEN[places] as number;
    } else if (whole >= MAX_EXACT) return false;
    const next = bytes[at] as number;
    if (next !== COMMA && next !== CLOSE) return false;
    this.at = at;
    this.number = isNegative ? -whole : whole;
    return true;
  }
}
