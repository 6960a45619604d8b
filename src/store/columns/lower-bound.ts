/**
 * The index, from `from` on, of the first of ascending numbers that is not below a bound; their count when all are.
 *
 * Whoever asks again and again mostly means one nearby: steps twice as wide each, then halves.
 */
export function lowerBound(ascending: Float64Array, bound: number, from = 0): number {
  let step = 1;
  let low = from;
  while (low + step < ascending.length && (ascending[low + step] as number) < bound) {
    low += step;
    step *= 2;
  }
  let high = Math.min(ascending.length, low + step);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
