/**
 * Money is counted in integer nano-dollars. Micro-dollars would be too coarse: a request to a small model costs
 * 66.54 of them, and a sum of ten thousand rounded ones would be off by more than a request.
 */
export const NANOS_PER_USD = 1_000_000_000;

/**
 * Whole nano-dollars of an amount in dollars, as stores and clients tell it.
 *
 * Exact for every amount that was a whole number of nano-dollars below two million dollars: from there on a float of
 * dollars no longer tells two neighbours apart.
 */
export function nanosOfUsd(usd: number): bigint {
  return BigInt(Math.round(usd * NANOS_PER_USD));
}

/** Dollars as a float: for events, JSON and tables. The last step of every computation, never one in between. */
export function usdOfNanos(nanos: bigint): number {
  return Number(nanos) / NANOS_PER_USD;
}
