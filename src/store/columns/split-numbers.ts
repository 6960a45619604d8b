/**
 * Whole numbers of 0 and more as one small symbol each and some low bits: deflate codes the symbols by how often they
 * occur, and the bits, which look like noise, are kept as they are.
 *
 * With `top` bits: a number below 2^top is its own symbol. Of a larger one of n bits the uppermost `top` go into the
 * symbol, which is (n − top) · 2^(top−1) + those bits; the n − top bits below them are its low bits.
 */

/** Most bits of a number that go into a symbol. */
const MAX_TOP = 8;
/** With this `top` there are few symbols to count, and numbers hardly take more bits than they must. */
const ROUGH_TOP = 4;
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
/** Numbers below are their own finest symbol. */
const DIRECT = 2 ** MAX_TOP;
const FINEST_SHIFT = UPPER_FRACTION_BITS + 1 - MAX_TOP;
const FINEST_CONSTANT = (EXPONENT_BIAS + MAX_TOP - 2) * 2 ** (MAX_TOP - 1);

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

/** How numbers are made small and not negative: (number − base) / step, and then 0, −1, 1, −2 … as 0, 1, 2, 3 … */
export type Shrinking = { readonly base: number; readonly step: number; readonly folded: boolean };

/** Symbols with `MAX_TOP`, and how often each occurs. */
type Finest = {
  /** `ABSENT` where the number is. */
  readonly symbols: Uint16Array;
  readonly counts: Uint32Array;
  readonly absent: number;
  readonly highest: number;
};

/**
 * Make numbers small where they are, and give them symbols, by way of their form as floats: exponent and upper
 * fraction, read as one number, are the symbol but for a constant. All in one go, which takes half as long.
 *
 * @param numbers From 0 to 2^53, once they are small; NaN where absent.
 */
function shrunken(numbers: Float64Array, { base, step, folded }: Shrinking): Finest {
  const symbols = new Uint16Array(numbers.length);
  const counts = new Uint32Array(FINEST_SYMBOLS);
  const halves = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  let absent = 0;
  let highest = 0;
  for (let i = 0; i < numbers.length; i++) {
    let number = (numbers[i] as number) - base;
    if (number !== number) {
      symbols[i] = ABSENT;
      absent++;
      continue;
    }
    if (step > 1) number /= step;
    if (folded) number = number < 0 ? -2 * number - 1 : 2 * number;
    numbers[i] = number;
    const upper = halves[2 * i + UPPER_HALF] as number;
    const symbol = number < DIRECT ? number : (upper >>> FINEST_SHIFT) - FINEST_CONSTANT;
    symbols[i] = symbol;
    counts[symbol] = (counts[symbol] as number) + 1;
    if (symbol > highest) highest = symbol;
  }
  return { symbols, counts, absent, highest };
}

/** How to split numbers, and how many bits they take then. */
export type Split = {
  readonly top: number;
  /** About. */
  readonly bits: number;
  /** Of these, all low bits: exact. */
  readonly lowBits: number;
  /** Symbol of each number with `MAX_TOP`; `ABSENT` where it is absent. `coarseOf` makes them those with `top`. */
  readonly finest: Uint16Array;
};

/** Make numbers small where they are, and find the `top` that makes them shortest. NaN where absent. */
export function bestSplit(numbers: Float64Array, shrinking: Shrinking): Split {
  const { symbols: finest, counts, absent, highest: highestFinest } = shrunken(numbers, shrinking);
  let highest = highestFinest;
  let best: Split = { top: 1, bits: Number.POSITIVE_INFINITY, lowBits: 0, finest };
  for (let top = MAX_TOP; ; top--) {
    if (highest + (absent > 0 ? 1 : 0) < SYMBOLS) {
      const { bits, lowBits } = bitsOf(counts, highest, numbers.length, absent, top);
      if (bits < best.bits) best = { top, bits, lowBits, finest };
    }
    if (top === 1) return best;
    highest = coarsen(counts, highest, top);
  }
}

/** Make numbers small where they are, and tell about how many bits they take; quicker than `bestSplit`. */
export function roughBits(numbers: Float64Array, shrinking: Shrinking): number {
  const { counts, absent, highest: highestFinest } = shrunken(numbers, shrinking);
  let highest = highestFinest;
  for (let top = MAX_TOP; top > ROUGH_TOP; top--) highest = coarsen(counts, highest, top);
  return bitsOf(counts, highest, numbers.length, absent, ROUGH_TOP).bits;
}

/** By `top`, what each finest symbol becomes: each is made once. */
const coarseTables = new Map<number, Uint16Array>();

/** What each finest symbol becomes with `top`. */
export function coarseOf(top: number): Uint16Array {
  let coarse = coarseTables.get(top);
  if (coarse === undefined) {
    coarse = Uint16Array.from({ length: FINEST_SYMBOLS }, (_, symbol) => symbol);
    for (let finer = MAX_TOP; finer > top; finer--) {
      const half = 2 ** (finer - 1);
      coarse = coarse.map((symbol) => (symbol < half ? symbol : (symbol >> 1) + half / 2));
    }
    coarseTables.set(top, coarse);
  }
  return coarse;
}

/** `count · log2(count)` of counts that are likely, made when it is first needed: logarithms take most of the time. */
let surprises: Float64Array | undefined;
const LIKELY_COUNTS = 32_768;

const surprise = (count: number): number => (count === 0 ? 0 : count * Math.log2(count));

function bitsOf(counts: Uint32Array, highest: number, total: number, absent: number, top: number) {
  const known = (surprises ??= Float64Array.from({ length: LIKELY_COUNTS }, (_, count) => surprise(count)));
  // Each of `count` symbols takes log2(total / count) bits.
  let bits = surprise(total) - surprise(absent);
  let lowBits = 0;
  for (let symbol = 0; symbol <= highest; symbol++) {
    const count = counts[symbol] as number;
    if (count === 0) continue;
    lowBits += count * lowBitsOf(symbol, top);
    bits += BITS_FOR_EACH_SYMBOL - (known[count] ?? surprise(count));
  }
  return { bits: bits + lowBits, lowBits };
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
