import type { SplitTables } from './split-numbers.ts';

/** Most bits that are taken at once: with up to seven before them they fit 32. */
const STRIDE = 24;

/**
 * The low bits of numbers one after another, the lowest first.
 *
 * @param bits Of all numbers together.
 */
export function packedLowBits(
  numbers: Float64Array,
  symbols: Uint8Array,
  { leasts, widths }: SplitTables,
  bits: number,
): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  if (bits === 0) return bytes;
  let [length, pending, pendingBits] = [0, 0, 0];
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i] as number;
    let width = widths[symbol] as number;
    if (width === 0) continue;
    let rest = (numbers[i] as number) - (leasts[symbol] as number);
    for (; width > STRIDE; width -= STRIDE) {
      const upper = Math.floor(rest / 2 ** STRIDE);
      pending |= (rest - upper * 2 ** STRIDE) << pendingBits;
      for (pendingBits += STRIDE; pendingBits >= 8; pendingBits -= 8, pending >>>= 8) bytes[length++] = pending;
      rest = upper;
    }
    pending |= rest << pendingBits;
    for (pendingBits += width; pendingBits >= 8; pendingBits -= 8, pending >>>= 8) bytes[length++] = pending;
  }
  if (pendingBits > 0) bytes[length] = pending;
  return bytes;
}
