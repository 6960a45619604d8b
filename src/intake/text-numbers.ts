import type { FieldDropReason } from '../model/event.ts';
import { MAX_LISTED_NAME_LENGTH, MAX_NAME_LENGTH } from '../model/field.ts';
import { DEFINITION_KIND } from '../store/spool/frame.ts';
import { refusalOf } from './check-text.ts';

/** Room for the longest listed name in UTF-8: three bytes for each UTF-16 unit, and its head. */
const MAX_TEXT_BYTES = 3 + 3 * MAX_LISTED_NAME_LENGTH;

/**
 * Numbers the names of one spool file in order of their first use, and keeps the definitions that are still to be
 * written. A name is checked once, when it is new.
 */
export class TextNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #longNumbers = new Map<string, number>();
  #count = 0;
  #buffer = Buffer.allocUnsafe(4 * 1024);
  #end = 0;
  /** Why the last call of `number` returned −1. */
  refusal: FieldDropReason = 'wrong_type';

  /** The number of a name of at most 128 characters; −1 when it may not be stored. */
  number(text: string): number {
    return this.#numbers.get(text) ?? this.#learn(text, this.#numbers, MAX_NAME_LENGTH);
  }

  /** The number of an entry of a list, of at most 256 characters; −1 when it may not be stored. */
  listedNumber(text: string): number {
    return this.#longNumbers.get(text) ?? this.#learn(text, this.#longNumbers, MAX_LISTED_NAME_LENGTH);
  }

  #learn(text: string, into: Map<string, number>, maxLength: number): number {
    const refusal = refusalOf(text, maxLength);
    if (refusal !== undefined) {
      this.refusal = refusal;
      return -1;
    }
    this.define(DEFINITION_KIND.text, text);
    into.set(text, this.#count);
    return this.#count++;
  }

  /** Append a definition that is not a numbered name: a metric or an origin. */
  define(kind: number, text: string): void {
    const needed = Math.max(MAX_TEXT_BYTES, 3 + 3 * text.length);
    if (this.#end + needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#buffer.length + needed));
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    const length = this.#buffer.write(text, this.#end + 3);
    this.#buffer[this.#end] = kind;
    this.#buffer.writeUInt16LE(length, this.#end + 1);
    this.#end += 3 + length;
  }

  get pendingBytes(): number {
    return this.#end;
  }

  /** Definitions not yet written, as the payload of a frame without its kind. Valid until the next call here. */
  pending(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  written(): void {
    this.#end = 0;
  }

  /** All names are to be written again, under the same numbers. */
  redefine(): void {
    this.#end = 0;
    const byNumber = [...this.#numbers, ...this.#longNumbers].sort((a, b) => a[1] - b[1]);
    for (const [text] of byNumber) this.define(DEFINITION_KIND.text, text);
  }
}
