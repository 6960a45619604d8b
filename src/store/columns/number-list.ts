import { type ByteReader, type ByteWriter, damaged, type Repeats } from './byte-stream.ts';
import { BitReader, BitWriter } from './low-bits.ts';
import { bestSplit, eachSymbol, leastOf, lowBitsOf, type Split, SYMBOLS } from './split-numbers.ts';

/** How a list of numbers is written: its first byte. */
const ALL_ABSENT = 0;
const ONE_VALUE = 1;
const SPLIT = 2;
const FLOATS = 3;

/** Flags of a split list, beside three bits for `top − 1`. */
const DELTAS = 8;
const FOLDED = 16;
const SOME_ABSENT = 32;

/** Up to here numbers may be subtracted, and folded to be without sign, and stay exact. */
const MAX_EXACT = 2 ** 51;

/** A way to make the numbers of a list small and not negative: (number or step to it − base) / step. */
type Plan = {
  readonly small: Float64Array;
  readonly deltas: boolean;
  readonly folded: boolean;
  readonly start: number;
  readonly base: number;
  readonly step: number;
  readonly split: Split;
};

/**
 * Write a list of numbers, NaN where absent.
 *
 * @param repeats Whether stretches of the list are likely to occur again in it.
 */
export function writeNumbers(writer: ByteWriter, values: Float64Array, repeats: Repeats): void {
  const bounds = boundsOf(values);
  const { least, greatest, absent, exact } = bounds;
  if (absent === values.length) {
    writer.byte(ALL_ABSENT);
  } else if (!exact) {
    writer.byte(FLOATS);
    writer.packed(new Uint8Array(Float64Array.from(values).buffer), 'likely');
  } else if (least === greatest && absent === 0) {
    writer.byte(ONE_VALUE);
    writer.signed(least);
  } else {
    const direct = planOf(values, bounds, false);
    const deltas = planOf(values, bounds, true);
    writeSplit(writer, deltas.split.bits < direct.split.bits ? deltas : direct, absent > 0, repeats);
  }
}

/** Read a list of known length. */
export function readNumbers(reader: ByteReader, length: number): Float64Array {
  const form = reader.byte();
  switch (form) {
    case ALL_ABSENT:
      return new Float64Array(length).fill(Number.NaN);
    case ONE_VALUE:
      return new Float64Array(length).fill(reader.signed());
    case SPLIT:
      return readSplit(reader, length);
    case FLOATS:
      return new Float64Array(Uint8Array.from(reader.packed(8 * length)).buffer);
    default:
      throw damaged(`a list of numbers has the unknown form ${form}`);
  }
}

type Bounds = { readonly least: number; readonly greatest: number; readonly absent: number; readonly exact: boolean };

function boundsOf(values: Float64Array): Bounds {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let absent = 0;
  let exact = true;
  for (const value of values) {
    if (Number.isNaN(value)) absent++;
    else {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      if (!Number.isInteger(value) || Object.is(value, -0)) exact = false;
    }
  }
  return { least, greatest, absent, exact: exact && least >= -MAX_EXACT && greatest <= MAX_EXACT };
}

function planOf(values: Float64Array, bounds: Bounds, deltas: boolean): Plan {
  const small = Float64Array.from(values);
  let { least } = bounds;
  let first = 0;
  if (deltas) ({ least, first } = makeDeltas(small));
  const folded = deltas && least < 0;
  const base = folded ? 0 : least;
  for (let i = 0; i < small.length; i++) small[i] = (small[i] as number) - base;
  const step = Math.max(1, commonDivisor(small));
  if (step > 1) for (let i = 0; i < small.length; i++) small[i] = (small[i] as number) / step;
  if (folded) {
    for (let i = 0; i < small.length; i++) {
      const number = small[i] as number;
      small[i] = number < 0 ? -2 * number - 1 : 2 * number;
    }
  }
  return { small, deltas, folded, start: first - base, base, step, split: bestSplit(small) };
}

/** Each number but the first becomes the difference to the one before it; the first becomes the least difference. */
function makeDeltas(numbers: Float64Array): { least: number; first: number } {
  let least = Number.POSITIVE_INFINITY;
  let begin = 0;
  while (Number.isNaN(numbers[begin])) begin++;
  const first = numbers[begin] as number;
  let previous = first;
  for (let i = begin + 1; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (Number.isNaN(number)) continue;
    const delta = number - previous;
    previous = number;
    numbers[i] = delta;
    if (delta < least) least = delta;
  }
  numbers[begin] = least < 0 || least === Number.POSITIVE_INFINITY ? 0 : least;
  return { least: numbers[begin] === 0 ? Math.min(least, 0) : least, first };
}

/** The greatest number that divides all; 0 when all are 0. */
function commonDivisor(numbers: Float64Array): number {
  let divisor = 0;
  for (const number of numbers) {
    if (Number.isNaN(number) || number === 0 || (divisor > 0 && number % divisor === 0)) continue;
    let rest = Math.abs(number);
    while (rest > 0) [divisor, rest] = [rest, divisor % rest];
    if (divisor === 1) break;
  }
  return divisor;
}

function writeSplit(writer: ByteWriter, plan: Plan, someAbsent: boolean, repeats: Repeats): void {
  const { small, split } = plan;
  const { leasts, widths } = tablesOf(split.top, 0);
  const shift = someAbsent ? 1 : 0;
  const symbols = new Uint8Array(small.length);
  let bits = 0;
  eachSymbol(small, split.top, (index, symbol) => {
    symbols[index] = symbol + shift;
    bits += widths[symbol] as number;
  });
  const low = new BitWriter(bits);
  if (bits > 0) {
    for (let i = 0; i < small.length; i++) {
      const symbol = (symbols[i] as number) - shift;
      const width = symbol < 0 ? 0 : (widths[symbol] as number);
      if (width > 0) low.put((small[i] as number) - (leasts[symbol] as number), width);
    }
  }
  writer.byte(SPLIT);
  writer.byte(
    split.top - 1 + (plan.deltas ? DELTAS : 0) + (plan.folded ? FOLDED : 0) + (someAbsent ? SOME_ABSENT : 0),
  );
  writer.signed(plan.base);
  writer.varint(plan.step);
  if (plan.deltas) writer.signed(plan.start);
  writer.packed(symbols, repeats);
  writer.bytes(low.finish());
}

/** Least number and low bits of each symbol. */
function tablesOf(top: number, shift: number): { leasts: Float64Array; widths: Uint8Array } {
  const leasts = new Float64Array(SYMBOLS);
  const widths = new Uint8Array(SYMBOLS);
  for (let symbol = shift; symbol < SYMBOLS; symbol++) {
    leasts[symbol] = leastOf(symbol - shift, top);
    widths[symbol] = lowBitsOf(symbol - shift, top);
  }
  return { leasts, widths };
}

function readSplit(reader: ByteReader, length: number): Float64Array {
  const flags = reader.byte();
  const top = (flags & 7) + 1;
  const deltas = (flags & DELTAS) !== 0;
  const folded = (flags & FOLDED) !== 0;
  const shift = (flags & SOME_ABSENT) === 0 ? 0 : 1;
  const base = reader.signed();
  const step = reader.varint();
  let previous = deltas ? reader.signed() : 0;
  const symbols = reader.packed(length);

  const { leasts, widths } = tablesOf(top, shift);
  let bits = 0;
  for (const symbol of symbols) bits += widths[symbol] as number;
  const low = new BitReader(reader.bytes(Math.ceil(bits / 8)), bits);

  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const symbol = symbols[i] as number;
    if (symbol < shift) {
      values[i] = Number.NaN;
      continue;
    }
    const width = widths[symbol] as number;
    let number = leasts[symbol] as number;
    if (width > 0) number += low.take(width);
    if (folded) number = number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    number = number * step + base;
    if (deltas) number = previous += number;
    values[i] = number;
  }
  return values;
}
