/** Times this, the median absolute deviation of a normal sample estimates its standard deviation: 1 / Φ⁻¹(3/4). */
export const NORMAL_CONSISTENCY = 1.482602218505602;

/** A copy in ascending order. */
export function ascending(values: readonly number[]): number[] {
  // Typed arrays sort by number and without a comparison in JavaScript: several times faster.
  return Array.from(Float64Array.from(values).sort());
}

/**
 * The value that `part` (0 to 1) of the sample does not exceed, linear between neighbours: type 7 of Hyndman and Fan
 * (1996), as in R, NumPy and spreadsheets.
 *
 * @param sorted Ascending.
 */
export function quantile(sorted: readonly number[], part: number): number | undefined {
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, part));
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) return undefined;
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number | undefined {
  return quantile(ascending(values), 0.5);
}

/**
 * How far values typically are from their median, scaled so that it compares with a standard deviation. Up to half of
 * the values may be wild without moving it; it is 0 when more than half are the same.
 */
export function medianAbsoluteDeviation(values: readonly number[]): number | undefined {
  const middle = median(values);
  if (middle === undefined) return undefined;
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  return deviation === undefined ? undefined : deviation * NORMAL_CONSISTENCY;
}
