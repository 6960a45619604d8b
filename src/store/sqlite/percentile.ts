/**
 * Exact percentiles by linear interpolation between closest ranks (method 7 of Hyndman and Fan: "Sample Quantiles in
 * Statistical Packages", 1996; NumPy's default). Reorders `values`.
 *
 * @param percents From 0 to 100, in any order.
 * @returns One for each percent; `undefined` for all when there are no values.
 */
export function percentilesOf(values: Float64Array, percents: readonly number[]): (number | undefined)[] {
  if (values.length === 0) return percents.map(() => undefined);
  const last = values.length - 1;
  const rankOf = (percent: number): number => (Math.min(100, Math.max(0, percent)) / 100) * last;
  const ranks = new Set<number>();
  for (const percent of percents) {
    const rank = rankOf(percent);
    ranks.add(Math.floor(rank)).add(Math.ceil(rank));
  }
  // Each selection leaves smaller values to its left, so the next need only look to its right.
  let from = 0;
  for (const rank of [...ranks].sort((a, b) => a - b)) {
    select(values, rank, from, last);
    from = rank + 1;
  }
  return percents.map((percent) => {
    const rank = rankOf(percent);
    const low = values[Math.floor(rank)] ?? 0;
    const high = values[Math.ceil(rank)] ?? 0;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}

/** Below this, sorting is as quick. */
const SMALL = 600;

/** Move the value of a rank to its place, smaller ones before it (Floyd and Rivest: "Algorithm 489: SELECT", 1975). */
function select(values: Float64Array, rank: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (right > left) {
    if (right - left <= SMALL) {
      values.subarray(left, right + 1).sort();
      return;
    }
    const size = right - left + 1;
    const offset = rank - left + 1;
    const log = Math.log(size);
    const sample = 0.5 * Math.exp((2 * log) / 3);
    const spread = 0.5 * Math.sqrt((log * sample * (size - sample)) / size) * Math.sign(offset - size / 2);
    const nearLeft = Math.max(left, Math.floor(rank - (offset * sample) / size + spread));
    const nearRight = Math.min(right, Math.floor(rank + ((size - offset) * sample) / size + spread));
    if (nearRight - nearLeft < right - left) select(values, rank, nearLeft, nearRight);
    const bounds = partition(values, values[rank] as number, left, right);
    if (rank < bounds.from) right = bounds.from - 1;
    else if (rank > bounds.to) left = bounds.to + 1;
    else return;
  }
}

/** Smaller than the pivot, equal to it, greater: in three parts, so that many equal values cost one pass. */
function partition(values: Float64Array, pivot: number, left: number, right: number): { from: number; to: number } {
  let low = left;
  let high = right;
  let at = left;
  while (at <= high) {
    const value = values[at] as number;
    if (value < pivot) {
      values[at++] = values[low] as number;
      values[low++] = value;
    } else if (value > pivot) {
      values[at] = values[high] as number;
      values[high--] = value;
    } else at++;
  }
  return { from: low, to: high };
}
