import { damaged } from './byte-stream.ts';
import { lowerBound } from './lower-bound.ts';
import { readNumbers, writeNumbers } from './number-list.ts';
import { joinSections, section, splitSections, whole } from './sections.ts';

/** A name with the number that stands for it in cells. */
export type NumberedName = { readonly id: number; readonly text: string };

/** Sections: numbers, lengths in bytes, and the texts one after another. */
const SECTIONS = 3;

/**
 * The bytes of a block of names, in ascending order of their numbers. Names that came one after another are alike, so
 * deflate makes a few bytes of each.
 */
export function encodeNames(names: readonly NumberedName[]): Uint8Array {
  const texts = names.map(({ text }) => Buffer.from(text));
  return joinSections(names.length, [
    section((writer) =>
      writeNumbers(
        writer,
        Float64Array.from(names, ({ id }) => id),
        'likely',
      ),
    ),
    section((writer) =>
      writeNumbers(
        writer,
        Float64Array.from(texts, ({ length }) => length),
        'likely',
      ),
    ),
    section((writer) => writer.packed(Buffer.concat(texts), 'likely')),
  ]);
}

/** What is known of a block without reading its bytes: how many names, the least number and the greatest. */
export type NameBounds = { readonly n: number; readonly id0: number; readonly id1: number };

/** The names of a block. Texts stay bytes until they are asked for: a block is decoded in 0.2 ms. */
export class NameList {
  /** Ascending. */
  readonly ids: Float64Array;
  /** Of each text and, behind the last, of none. */
  readonly #starts: Uint32Array;
  readonly #bytes: Buffer;

  /** @throws RangeError where the bytes cannot be what was written. */
  constructor(bytes: Uint8Array, bounds: NameBounds) {
    const { n } = bounds;
    const [numbers, lengths, texts] = splitSections(bytes, n, SECTIONS);
    if (numbers === undefined || lengths === undefined || texts === undefined) throw damaged('it lacks names');
    this.ids = idsOf(numbers, bounds);
    this.#starts = startsOf(whole(lengths, (reader) => readNumbers(reader, n)));
    const plain = whole(texts, (reader) => reader.packed(this.#starts.at(-1) ?? 0));
    this.#bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  }

  /** What it takes in memory. */
  get bytes(): number {
    return this.ids.byteLength + this.#starts.byteLength + this.#bytes.length;
  }

  /** What the texts take together. */
  get textBytes(): number {
    return this.#bytes.length;
  }

  text(place: number): string {
    return this.#bytes.toString('utf8', this.#starts[place], this.#starts[place + 1]);
  }

  /** The text of a number. */
  textOf(id: number): string | undefined {
    const place = lowerBound(this.ids, id);
    return this.ids[place] === id ? this.text(place) : undefined;
  }

  /** The number of a text: looks at all of them, some 10 µs. */
  idOf(text: Uint8Array): number | undefined {
    const bytes = this.#bytes;
    for (let i = 0; i < this.ids.length; i++) {
      const start = this.#starts[i] as number;
      if ((this.#starts[i + 1] as number) - start !== text.length) continue;
      let at = text.length - 1;
      // Names that came one after another mostly differ at the end.
      while (at >= 0 && bytes[start + at] === text[at]) at -= 1;
      if (at < 0) return this.ids[i];
    }
    return undefined;
  }

  /** Numbers of the texts that start so. */
  idsWithPrefix(prefix: Uint8Array): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.ids.length; i++) {
      const start = this.#starts[i] as number;
      if ((this.#starts[i + 1] as number) - start < prefix.length) continue;
      let at = 0;
      while (at < prefix.length && this.#bytes[start + at] === prefix[at]) at += 1;
      if (at === prefix.length) found.push(this.ids[i] as number);
    }
    return found;
  }

  /** Numbers of the texts of which something is true. */
  idsWhere(isMeant: (text: string) => boolean): number[] {
    return [...this.ids].filter((_, place) => isMeant(this.text(place)));
  }

  names(): NumberedName[] {
    return Array.from(this.ids, (id, place) => ({ id, text: this.text(place) }));
  }
}

/** Where none is missing between the first and the last, they need not be read. */
function idsOf(section: Uint8Array, { n, id0, id1 }: NameBounds): Float64Array {
  if (id1 - id0 + 1 !== n) {
    const ids = whole(section, (reader) => readNumbers(reader, n));
    for (let i = 1; i < n; i++) {
      if (!((ids[i] as number) > (ids[i - 1] as number))) throw damaged('numbers of names do not ascend');
    }
    if (ids[0] !== id0 || ids.at(-1) !== id1) throw damaged('it has names of other numbers');
    return ids;
  }
  const ids = new Float64Array(n);
  for (let i = 0; i < n; i++) ids[i] = id0 + i;
  return ids;
}

/** Most bytes of a block's names together: whoever writes one takes a small part of it. */
const MAX_TEXT_BYTES = 2 ** 27;

function startsOf(lengths: Float64Array): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1);
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    if (!(length >= 0)) throw damaged('a name has no length');
    at += length;
    starts[i + 1] = at;
  }
  if (!(at <= MAX_TEXT_BYTES)) throw damaged('its names are too long');
  return starts;
}
