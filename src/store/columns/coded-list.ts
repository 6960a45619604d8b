import { type ByteReader, type ByteWriter, damaged } from './byte-stream.ts';
import type { CodedCells, Key } from './chunk.ts';
import { readNumbers, writeNumbers } from './number-list.ts';

/** How the keys of a column are written: its first byte. A null key, if there is one, is always the first. */
const NUMBERS = 0;
const JSON_TEXT = 1;
const WITH_NULL = 2;

/** So many keys have codes of one byte. */
const BYTE_CODES = 256;

/** The same cells with the keys that some row has, each once: null, then numbers, then texts, in ascending order. */
export function tidied({ codes, keys }: CodedCells): CodedCells {
  if (keys.length === 1) return { codes, keys };
  const used = new Uint8Array(keys.length);
  for (let i = 0; i < codes.length; i++) used[codes[i] as number] = 1;
  const inUse = sortedKeys(keys, used);
  const places = new Map<Key, number>();
  for (let place = 0; place < inUse.length; place++) places.set(inUse[place] as Key, place);
  const placeOfCode = new Uint16Array(keys.length);
  for (let code = 0; code < keys.length; code++) placeOfCode[code] = places.get(keys[code] as Key) ?? 0;
  const tidy = new Uint16Array(codes.length);
  for (let i = 0; i < codes.length; i++) tidy[i] = placeOfCode[codes[i] as number] as number;
  return { codes: tidy, keys: inUse };
}

/** Write tidied cells: the keys, and if there are several the number of its key for each row. */
export function writeCoded(writer: ByteWriter, { codes, keys }: CodedCells): void {
  const withNull = keys[0] === null;
  const written = withNull ? keys.slice(1) : keys;
  const asNumbers = written.every((key) => Number.isSafeInteger(key));
  writer.byte((asNumbers ? NUMBERS : JSON_TEXT) + (withNull ? WITH_NULL : 0));
  writer.varint(written.length);
  if (asNumbers) writeNumbers(writer, Float64Array.from(written as number[]), 'unlikely');
  else {
    const text = Buffer.from(JSON.stringify(written));
    writer.varint(text.length);
    writer.packed(text, 'likely');
  }
  if (keys.length === 1) return;
  if (keys.length <= BYTE_CODES) writer.packed(new Uint8Array(codes), 'likely');
  else writeNumbers(writer, new Float64Array(codes), 'likely');
}

/** The keys that are in use, each once. */
function sortedKeys(keys: readonly Key[], used: Uint8Array): Key[] {
  const numbers: number[] = [];
  const texts = new Set<string>();
  let withNull = false;
  for (let code = 0; code < keys.length; code++) {
    if (used[code] === 0) continue;
    const key = keys[code] as Key;
    if (typeof key === 'number') numbers.push(key);
    else if (key === null) withNull = true;
    else texts.add(key);
  }
  const sorted: Key[] = withNull ? [null] : [];
  let previous: number | undefined;
  for (const number of Float64Array.from(numbers).sort()) if (number !== previous) sorted.push((previous = number));
  sorted.push(...[...texts].sort());
  return sorted;
}

/** Most bytes that the keys of a block may take as JSON: lists of 256 paths of numbers, for each of its rows. */
const MAX_TEXT_BYTES = 2 ** 27;

/**
 * Read cells of a known number of rows, which are all that is left. Codes are decoded when they are first asked for: many
 * questions need no more than the keys.
 */
export function readCoded(reader: ByteReader, rows: number): CodedCells {
  const form = reader.byte();
  if (form > JSON_TEXT + WITH_NULL) throw damaged(`a column has the unknown form ${form}`);
  const length = reader.varint();
  if (length > rows) throw damaged('a column has more keys than rows');
  const keys: Key[] = (form & WITH_NULL) === 0 ? [] : [null];
  if ((form & JSON_TEXT) === 0) addNumberKeys(keys, reader, length);
  else addTextKeys(keys, reader, length);
  if (keys.length === 0) throw damaged('a column has no keys');
  let codes: Uint16Array | undefined;
  return {
    keys,
    get codes() {
      return (codes ??= readCodes(reader, rows, keys.length));
    },
  };
}

function addNumberKeys(keys: Key[], reader: ByteReader, length: number): void {
  const numbers = readNumbers(reader, length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i] as number;
    if (Number.isNaN(number)) throw damaged('a key is no number');
    keys.push(number);
  }
}

function readCodes(reader: ByteReader, rows: number, keys: number): Uint16Array {
  const codes = new Uint16Array(rows);
  if (keys > 1) {
    const greatest =
      keys <= BYTE_CODES ? copyBytes(codes, reader.packed(rows)) : copyNumbers(codes, readNumbers(reader, rows));
    if (!(greatest < keys)) throw damaged('a code has no key');
  }
  if (reader.left > 0) throw damaged('a section is too long');
  return codes;
}

/** @returns The greatest. */
function copyBytes(codes: Uint16Array, bytes: Uint8Array): number {
  let greatest = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = bytes[i] as number;
    codes[i] = code;
    if (code > greatest) greatest = code;
  }
  return greatest;
}

/** @returns The greatest; NaN where one is no code. */
function copyNumbers(codes: Uint16Array, numbers: Float64Array): number {
  let greatest = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = numbers[i] as number;
    codes[i] = code;
    if (code > greatest) greatest = code;
    else if (!(code >= 0)) return Number.NaN;
  }
  return greatest;
}

function addTextKeys(keys: Key[], reader: ByteReader, length: number): void {
  const bytes = reader.varint();
  if (bytes > MAX_TEXT_BYTES) throw damaged('keys are too long');
  let texts: unknown;
  try {
    texts = JSON.parse(Buffer.from(reader.packed(bytes)).toString());
  } catch {
    throw damaged('keys are not JSON');
  }
  if (!Array.isArray(texts) || texts.length !== length || !texts.every(isKey))
    throw damaged('keys are of another kind');
  for (const text of texts) keys.push(text);
}

const isKey = (key: unknown): key is Key => typeof key === 'number' || typeof key === 'string';
