/**
 * Numbers of 0 and more as one small symbol each and some low bits, so that the symbols can be Huffman-coded by deflate
 * and the bits, which look like noise, are kept as they are.
 *
 * With `top` bits: a number below 2^top is its own symbol. Of a larger one of n bits the uppermost `top` are kept in
 * the symbol, which is (n − top) · 2^(top−1) + those bits; the n − top bits below them are its low bits.
 */

/** Most bits of a number that go into a symbol. */
export const MAX_TOP = 8;
/** Symbols are bytes. */
const SYMBOLS = 256;
/** Symbols of a number of 53 bits with `MAX_TOP`, and more. */
const FINEST_SYMBOLS = (53 - MAX_TOP + 2) * 2 ** (MAX_TOP - 1);
/** What a Huffman code's table takes, about, for each symbol that occurs. */
const BITS_FOR_EACH_SYMBOL = 5;

/** Bits of a number, without leading zeros. 0 has none. */
function bitLength(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / 2 ** 32);
}

/** Low bits beside a number's symbol. */
export const lowBitsOf = (symbol: number, top: number): number => Math.max(0, (symbol >> (top - 1)) - 1);

/** The symbol of a number. */
export function symbolOf(value: number, top: number): number {
  if (value < 2 ** top) return value;
  const low = bitLength(value) - top;
  return low * 2 ** (top - 1) + Math.floor(value / 2 ** low);
}

/** The least number of a symbol: those of the same symbol follow it. */
export function leastOf(symbol: number, top: number): number {
  const low = lowBitsOf(symbol, top);
  return (symbol - low * 2 ** (top - 1)) * 2 ** low;
}

/** How to split numbers, and how many bits they take then, about. */
export type Split = { readonly top: number; readonly bits: number };

/**
 * The `top` that makes numbers shortest.
 *
 * @param values NaN where absent.
 */
export function bestSplit(values: Float64Array): Split {
  const counts = new Uint32Array(FINEST_SYMBOLS);
  let absent = 0;
  let highest = 0;
  for (const value of values) {
    if (Number.isNaN(value)) absent++;
    else {
      const symbol = symbolOf(value, MAX_TOP);
      counts[symbol] = (counts[symbol] ?? 0) + 1;
      if (symbol > highest) highest = symbol;
    }
  }
  let best: Split = { top: 1, bits: Number.POSITIVE_INFINITY };
  for (let top = MAX_TOP; ; top--) {
    if (highest + (absent > 0 ? 1 : 0) < SYMBOLS) {
      const bits = bitsOf(counts.subarray(0, highest + 1), values.length, absent, top);
      if (bits < best.bits) best = { top, bits };
    }
    if (top === 1) return best;
    highest = coarsen(counts, highest, top);
  }
}

function bitsOf(counts: Uint32Array, total: number, absent: number, top: number): number {
  let bits = absent > 0 ? absent * Math.log2(total / absent) : 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const count = counts[symbol] ?? 0;
    if (count > 0) bits += count * (Math.log2(total / count) + lowBitsOf(symbol, top)) + BITS_FOR_EACH_SYMBOL;
  }
  return bits;
}

/** Counts of symbols with `top` become those with `top − 1`. */
function coarsen(counts: Uint32Array, highest: number, top: number): number {
  const half = 2 ** (top - 1);
  const coarse = (symbol: number): number => (symbol < half ? symbol : (symbol >> 1) + half / 2);
  for (let symbol = half; symbol <= highest; symbol++) {
    const count = counts[symbol] ?? 0;
    counts[symbol] = 0;
    counts[coarse(symbol)] = (counts[coarse(symbol)] ?? 0) + count;
  }
  return coarse(highest);
}
