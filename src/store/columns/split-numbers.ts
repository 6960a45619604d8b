/**
 * Whole numbers of 0 and more as one small symbol each and some low bits: deflate codes the symbols by how often they
 * occur, and the bits, which look like noise, are kept as they are.
 *
 * With `top` bits: a number below 2^top is its own symbol. Of a larger one of n bits the uppermost `top` go into the
 * symbol, which is (n − top) · 2^(top−1) + those bits; the n − top bits below them are its low bits.
 */

/** Most bits of a number that go into a symbol. */
export const MAX_TOP = 8;
/** Symbols are bytes. */
export const SYMBOLS = 256;
/** Symbols of a number of 53 bits with `MAX_TOP`, and more. */
const FINEST_SYMBOLS = (53 - MAX_TOP + 2) * 2 ** (MAX_TOP - 1);
/** What the table of a Huffman code takes for each symbol that occurs, about. */
const BITS_FOR_EACH_SYMBOL = 5;

/** Which half of a float in memory holds sign, exponent and upper fraction. */
export const UPPER_HALF = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const EXPONENT_BIAS = 1_023;
const UPPER_FRACTION_BITS = 20;

/** Flags of a split list, beside three bits for `top − 1`. */
export const DELTAS = 8;
export const FOLDED = 16;
export const SOME_ABSENT = 32;

/** Low bits beside a number's symbol. */
const lowBitsOf = (symbol: number, top: number): number => Math.max(0, (symbol >> (top - 1)) - 1);

/** The least number of a symbol: those of the same symbol follow it. */
function leastOf(symbol: number, top: number): number {
  const low = lowBitsOf(symbol, top);
  return (symbol - low * 2 ** (top - 1)) * 2 ** low;
}

/** By symbol: the least number, and how many low bits. */
export type SplitTables = { readonly leasts: Float64Array; readonly widths: Uint8Array };

const knownTables: SplitTables[] = [];

/** @param shift How many symbols, the first, stand for absent numbers: 0 or 1. */
export function tablesOf(top: number, shift: 0 | 1): SplitTables {
  return (knownTables[2 * top + shift] ??= makeTables(top, shift));
}

function makeTables(top: number, shift: number): SplitTables {
  const leasts = new Float64Array(SYMBOLS);
  const widths = new Uint8Array(SYMBOLS);
  for (let symbol = shift; symbol < SYMBOLS; symbol++) {
    leasts[symbol] = leastOf(symbol - shift, top);
    widths[symbol] = lowBitsOf(symbol - shift, top);
  }
  return { leasts, widths };
}

/** Stands where a number is absent. */
export const ABSENT = 0xffff;

/**
 * Symbols of numbers, by way of their form as floats: exponent and upper fraction, read as one number, are the symbol
 * but for a constant.
 *
 * @param numbers Whole, from 0 to 2^53; NaN where absent.
 */
export function symbolsOf(numbers: Float64Array, top: number): Uint16Array {
  const symbols = new Uint16Array(numbers.length).fill(ABSENT);
  const halves = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  const shift = UPPER_FRACTION_BITS + 1 - top;
  const constant = (EXPONENT_BIAS + top - 2) * 2 ** (top - 1);
  const direct = 2 ** top;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number < direct) symbols[i] = number;
    else if (number >= direct) symbols[i] = ((halves[2 * i + UPPER_HALF] as number) >>> shift) - constant;
  }
  return symbols;
}

/** How to split numbers, and how many bits they take then, about. */
export type Split = { readonly top: number; readonly bits: number };

/** The `top` that makes numbers shortest. NaN where absent. */
export function bestSplit(numbers: Float64Array): Split {
  const counts = new Uint32Array(FINEST_SYMBOLS);
  let absent = 0;
  let highest = 0;
  for (const symbol of symbolsOf(numbers, MAX_TOP)) {
    if (symbol === ABSENT) absent++;
    else {
      counts[symbol] = (counts[symbol] as number) + 1;
      if (symbol > highest) highest = symbol;
    }
  }
  let best: Split = { top: 1, bits: Number.POSITIVE_INFINITY };
  for (let top = MAX_TOP; ; top--) {
    if (highest + (absent > 0 ? 1 : 0) < SYMBOLS) {
      const bits = bitsOf(counts.subarray(0, highest + 1), numbers.length, absent, top);
      if (bits < best.bits) best = { top, bits };
    }
    if (top === 1) return best;
    highest = coarsen(counts, highest, top);
  }
}

function bitsOf(counts: Uint32Array, total: number, absent: number, top: number): number {
  let bits = absent > 0 ? absent * Math.log2(total / absent) : 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const count = counts[symbol] as number;
    if (count > 0) bits += count * (Math.log2(total / count) + lowBitsOf(symbol, top)) + BITS_FOR_EACH_SYMBOL;
  }
  return bits;
}

/** Counts of symbols with `top` become those with `top − 1`. */
function coarsen(counts: Uint32Array, highest: number, top: number): number {
  const half = 2 ** (top - 1);
  for (let symbol = half; symbol <= highest; symbol++) {
    const count = counts[symbol] as number;
    const coarse = (symbol >> 1) + half / 2;
    counts[symbol] = 0;
    counts[coarse] = (counts[coarse] as number) + count;
  }
  return highest < half ? highest : (highest >> 1) + half / 2;
}
