import { type ByteReader, type ByteWriter, damaged, type Repeats } from './byte-stream.ts';
import { BitReader, BitWriter } from './low-bits.ts';
import { bestSplit, leastOf, lowBitsOf, type Split, symbolOf } from './split-numbers.ts';

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
  const { least, greatest, absent, exact } = boundsOf(values);
  if (absent === values.length) {
    writer.byte(ALL_ABSENT);
  } else if (!exact) {
    writer.byte(FLOATS);
    writer.packed(new Uint8Array(Float64Array.from(values).buffer), 'likely');
  } else if (least === greatest && absent === 0) {
    writer.byte(ONE_VALUE);
    writer.signed(least);
  } else {
    const direct = planOf(values, false);
    const deltas = planOf(values, true);
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

function planOf(values: Float64Array, deltas: boolean): Plan {
  const small = new Float64Array(values.length);
  let previous = Number.NaN;
  let step = 0;
  let least = Number.POSITIVE_INFINITY;
  let first = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    let number = value;
    if (deltas && !Number.isNaN(value)) {
      number = value - previous;
      if (Number.isNaN(previous)) first = value;
      previous = value;
    }
    small[i] = number;
    if (number < least) least = number;
  }
  for (let i = 0; i < small.length && step !== 1; i++) {
    const over = (small[i] as number) - (deltas ? 0 : least);
    if (!Number.isNaN(over) && over !== 0) step = greatestDivisor(Math.abs(over), step);
  }
  step = Math.max(1, step);
  const folded = deltas && least < 0;
  const base = folded ? 0 : least;
  const start = folded ? first : first - base;
  // The first delta is the only NaN of a present value.
  for (let i = 0, begun = !deltas; i < small.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const number = begun ? ((small[i] as number) - base) / step : 0;
    small[i] = folded ? (number < 0 ? -2 * number - 1 : 2 * number) : number;
    begun = true;
  }
  return { small, deltas, folded, start, base, step, split: bestSplit(small) };
}

function greatestDivisor(a: number, b: number): number {
  let [high, low] = [a, b];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}

function writeSplit(writer: ByteWriter, plan: Plan, someAbsent: boolean, repeats: Repeats): void {
  const { small, split } = plan;
  const shift = someAbsent ? 1 : 0;
  const symbols = new Uint8Array(small.length);
  let bits = 0;
  for (let i = 0; i < small.length; i++) {
    const value = small[i] as number;
    if (Number.isNaN(value)) continue;
    const symbol = symbolOf(value, split.top);
    symbols[i] = symbol + shift;
    bits += lowBitsOf(symbol, split.top);
  }
  const low = new BitWriter(bits);
  for (let i = 0; i < small.length; i++) {
    const value = small[i] as number;
    if (!Number.isNaN(value)) low.put(value, lowBitsOf((symbols[i] as number) - shift, split.top));
  }
  writer.byte(SPLIT);
  writer.byte(split.top - 1 + (plan.deltas ? DELTAS : 0) + (plan.folded ? FOLDED : 0) + (someAbsent ? SOME_ABSENT : 0));
  writer.signed(plan.base);
  writer.varint(plan.step);
  if (plan.deltas) writer.signed(plan.start);
  writer.packed(symbols, repeats);
  writer.bytes(low.finish());
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

  const least = Float64Array.from({ length: 256 }, (_, symbol) => leastOf(symbol - shift, top));
  const widths = Uint8Array.from({ length: 256 }, (_, symbol) => lowBitsOf(symbol - shift, top));
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
    let number = least[symbol] as number;
    if (width > 0) number += low.take(width);
    if (folded) number = number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    number = number * step + base;
    if (deltas) number = previous += number;
    values[i] = number;
  }
  return values;
}
