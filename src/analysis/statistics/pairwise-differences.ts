/** Halvings after which the span between two doubles is used up. */
const HALVINGS = 60;

/**
 * The `place`-th smallest (from 1) of all differences between values of two ascending samples, `to` minus `from`, without
 * writing the differences down: memory for none of them, time for about sixty passes over both samples.
 */
export function differenceAt(from: readonly number[], to: readonly number[], place: number): number {
  let low = (to[0] ?? 0) - (from.at(-1) ?? 0);
  let high = (to.at(-1) ?? 0) - (from[0] ?? 0);
  if (countUpTo(from, to, low).count >= place) return low;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (countUpTo(from, to, middle).count >= place) high = middle;
    else low = middle;
  }
  return countUpTo(from, to, high).largest;
}

/** How many differences are at most `bound`, and the largest of them. */
function countUpTo(
  from: readonly number[],
  to: readonly number[],
  bound: number,
): { readonly count: number; readonly largest: number } {
  let count = 0;
  let largest = Number.NEGATIVE_INFINITY;
  let reached = 0;
  for (const start of from) {
    while (reached < to.length && (to[reached] ?? 0) - start <= bound) reached++;
    count += reached;
    const last = to[reached - 1];
    if (last !== undefined) largest = Math.max(largest, last - start);
  }
  return { count, largest };
}
