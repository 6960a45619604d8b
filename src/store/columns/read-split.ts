import { type ByteReader, damaged } from './byte-stream.ts';
import { DELTAS, FOLDED, SOME_ABSENT, SYMBOLS, tablesOf } from './split-numbers.ts';

/** Most low bits that four bytes have beside the up to seven bits before them. */
const AT_ONCE = 25;
/** So many are taken at a time of wider numbers. */
const STRIDE = 24;
/** Most low bits that five bytes have beside them and 31 bits can hold: deltas of times are wide where little happened. */
const AT_ONCE_OF_DELTAS = 31;
/** Bytes behind the last, since low bits are taken out of up to five bytes at once. */
const PADDING = 5;
/** A width that says: not in the quick way. */
const TOO_WIDE = 255;
const MAX_INT = 2 ** 31 - 1;

/** A split list as it is written. */
type SplitList = {
  readonly top: number;
  readonly shift: 0 | 1;
  readonly deltas: boolean;
  readonly folded: boolean;
  readonly base: number;
  readonly step: number;
  readonly start: number;
  readonly symbols: Uint8Array;
  readonly low: DataView;
};

/** Read a split list of known length. */
export function readSplit(reader: ByteReader, length: number): Float64Array {
  const flags = reader.byte();
  const deltas = (flags & DELTAS) !== 0;
  const base = reader.signed();
  const step = reader.varint();
  if (step === 0) throw damaged('a step is 0');
  const start = deltas ? reader.signed() : 0;
  const symbols = reader.packed(length);
  const list: SplitList = {
    top: (flags & 7) + 1,
    shift: (flags & SOME_ABSENT) === 0 ? 0 : 1,
    deltas,
    folded: (flags & FOLDED) !== 0,
    base,
    step,
    start,
    symbols,
    low: paddedView(reader.rest()),
  };
  const values = new Float64Array(length);
  reader.bytes(Math.ceil(readInto(values, list) / 8));
  return values;
}

/** What is read beyond the bytes counts for nothing. */
function paddedView({ buffer, byteOffset, length }: Uint8Array): DataView {
  if (byteOffset + length + PADDING <= buffer.byteLength) return new DataView(buffer, byteOffset);
  const padded = new Uint8Array(length + PADDING);
  padded.set(new Uint8Array(buffer, byteOffset, length));
  return new DataView(padded.buffer);
}

/** @returns How many low bits there were. */
function readInto(values: Float64Array, list: SplitList): number {
  try {
    return (list.folded ? undefined : readSmall(values, list)) ?? readAny(values, list);
  } catch {
    // Only the view throws.
    throw damaged('bits are missing');
  }
}

/**
 * Numbers, or deltas, that fit 32 bits with their sign, as nearly all do: three times as quick as floats. Most questions
 * spend their time here.
 *
 * @returns `undefined` where some do not fit.
 */
function readSmall(values: Float64Array, list: SplitList): number | undefined {
  const tables = smallTables(list);
  const bits = list.deltas ? readSmallDeltas(values, list, tables) : readSmallNumbers(values, list, tables);
  if (bits === undefined || list.shift === 0) return bits;
  const { symbols } = list;
  for (let i = 0; i < values.length; i++) if (symbols[i] === 0) values[i] = Number.NaN;
  return bits;
}

type SmallTables = { readonly offsets: Int32Array; readonly widths: Uint8Array };

/** Steps and base are in the offsets already. An absent number is nothing more than the one before. */
function smallTables({ top, shift, base, step, deltas }: SplitList): SmallTables {
  const most = deltas ? AT_ONCE_OF_DELTAS : AT_ONCE;
  const { leasts, widths } = tablesOf(top, shift);
  const small = { offsets: new Int32Array(SYMBOLS), widths: new Uint8Array(SYMBOLS) };
  let symbol: number = shift;
  for (; symbol < SYMBOLS; symbol++) {
    const width = widths[symbol] as number;
    const offset = (leasts[symbol] as number) * step + base;
    if (width > most || offset < -MAX_INT || offset + ((1 << width) >>> 0) * step > MAX_INT) break;
    small.offsets[symbol] = offset;
    small.widths[symbol] = width;
  }
  // Numbers of later symbols are greater.
  small.widths.fill(TOO_WIDE, symbol);
  return small;
}

function readSmallNumbers(
  values: Float64Array,
  { symbols, low, step }: SplitList,
  { offsets, widths }: SmallTables,
): number | undefined {
  const { length } = values;
  let at = 0;
  for (let i = 0; i < length; i++) {
    const symbol = symbols[i] as number;
    const width = widths[symbol] as number;
    if (width > AT_ONCE) return undefined;
    const bits = (low.getInt32(at >> 3, true) >>> (at & 7)) & ((1 << width) - 1);
    at = (at + width) | 0;
    values[i] = ((offsets[symbol] as number) + Math.imul(bits, step)) | 0;
  }
  return at;
}

function readSmallDeltas(
  values: Float64Array,
  { symbols, low, step, start }: SplitList,
  { offsets, widths }: SmallTables,
): number | undefined {
  const { length } = values;
  let at = 0;
  let number = start;
  for (let i = 0; i < length; i++) {
    const symbol = symbols[i] as number;
    const width = widths[symbol] as number;
    if (width > AT_ONCE_OF_DELTAS) return undefined;
    const byte = at >> 3;
    const bit = at & 7;
    const word = (low.getInt32(byte, true) >>> bit) | ((low.getUint8(byte + 4) << 1) << (31 - bit));
    const bits = word & ((1 << width) - 1);
    at = (at + width) | 0;
    number += ((offsets[symbol] as number) + Math.imul(bits, step)) | 0;
    values[i] = number;
  }
  return at;
}

function readAny(values: Float64Array, list: SplitList): number {
  const { shift, symbols, low, deltas, folded, base, step } = list;
  const { leasts, widths } = tablesOf(list.top, shift);
  let at = 0;
  let previous = list.start;
  for (let i = 0; i < values.length; i++) {
    const symbol = symbols[i] as number;
    if (symbol < shift) {
      values[i] = Number.NaN;
      continue;
    }
    const width = widths[symbol] as number;
    const bits =
      width > AT_ONCE ? lowBits(low, at, width) : (low.getInt32(at >> 3, true) >>> (at & 7)) & ((1 << width) - 1);
    at = (at + width) | 0;
    let number = (leasts[symbol] as number) + bits;
    if (folded) {
      const half = Math.floor(number / 2);
      number = number === 2 * half ? half : -half - 1;
    }
    number = number * step + base;
    if (deltas) number = previous += number;
    values[i] = number;
  }
  return at;
}

/** So many low bits, however many. */
function lowBits(low: DataView, from: number, width: number): number {
  let bits = 0;
  for (let taken = 0; taken < width; taken += STRIDE) {
    const at = from + taken;
    const part = (low.getUint32(at >>> 3, true) >>> (at & 7)) & ((1 << Math.min(STRIDE, width - taken)) - 1);
    bits += part * 2 ** taken;
  }
  return bits;
}
