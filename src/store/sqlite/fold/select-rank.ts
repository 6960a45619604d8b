/** Below this, sorting is as quick. */
const SMALL = 600;

/** Move the value of a rank to its place, smaller ones before it, greater ones behind it (Floyd and Rivest: "Algorithm 489: SELECT", 1975). */
export function select(values: Float64Array, rank: number, from: number, to: number): void {
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
