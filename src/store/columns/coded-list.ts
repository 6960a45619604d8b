import { type ByteReader, type ByteWriter, damaged } from './byte-stream.ts';
import type { CodedCells, Key } from './chunk.ts';
import { readNumbers, writeNumbers } from './number-list.ts';

/** How the keys of a column are written: its first byte. A null key, if there is one, is always the first. */
const NUMBERS = 0;
const JSON_TEXT = 1;
const WITH_NULL = 2;

/** Write cells by what they hold: keys in ascending order, each once, and the number of its key for each row. */
export function writeCoded(writer: ByteWriter, { codes, keys }: CodedCells): void {
  const used = new Set<Key>();
  for (const code of new Set(codes)) used.add(keys[code] ?? null);
  const withNull = used.delete(null);
  const written = [...used].sort((a, b) => (a === null || b === null || a < b ? -1 : 1));
  const asNumbers = written.every((key) => Number.isSafeInteger(key));
  writer.byte((asNumbers ? NUMBERS : JSON_TEXT) + (withNull ? WITH_NULL : 0));
  writer.varint(written.length);
  if (asNumbers) writeNumbers(writer, Float64Array.from(written as number[]), 'unlikely');
  else {
    const text = Buffer.from(JSON.stringify(written));
    writer.varint(text.length);
    writer.packed(text, 'likely');
  }
  const place = new Map((withNull ? [null, ...written] : written).map((key, index) => [key, index]));
  const placeOfCode = keys.map((key) => place.get(key ?? null) ?? 0);
  writeNumbers(
    writer,
    Float64Array.from(codes, (code) => placeOfCode[code] ?? 0),
    'likely',
  );
}

/** Most bytes that the keys of a block may take as JSON: lists of 256 paths of numbers, for each of its rows. */
const MAX_TEXT_BYTES = 2 ** 27;

/** Read cells of a known number of rows. */
export function readCoded(reader: ByteReader, rows: number): CodedCells {
  const form = reader.byte();
  if (form > JSON_TEXT + WITH_NULL) throw damaged(`a column has the unknown form ${form}`);
  const length = reader.varint();
  if (length > rows) throw damaged('a column has more keys than rows');
  const written: Key[] = (form & JSON_TEXT) === 0 ? [...readNumbers(reader, length)] : readTextKeys(reader, length);
  const keys = (form & WITH_NULL) === 0 ? written : [null, ...written];
  const numbers = readNumbers(reader, rows);
  for (const number of numbers) if (!(number >= 0 && number < keys.length)) throw damaged('a code has no key');
  return { codes: Uint16Array.from(numbers), keys };
}

function readTextKeys(reader: ByteReader, length: number): Key[] {
  const bytes = reader.varint();
  if (bytes > MAX_TEXT_BYTES) throw damaged('keys are too long');
  let keys: unknown;
  try {
    keys = JSON.parse(Buffer.from(reader.packed(bytes)).toString());
  } catch {
    throw damaged('keys are not JSON');
  }
  if (!Array.isArray(keys) || keys.length !== length || !keys.every(isKey)) throw damaged('keys are of another kind');
  return keys;
}

const isKey = (key: unknown): key is Key => typeof key === 'number' || typeof key === 'string';
