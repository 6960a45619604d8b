/** Halvings after which the span between two doubles is used up. */
const HALVINGS = 60;

/**
 * The `place`-th smallest (from 1) of all differences between values of two ascending samples, `to` minus `from`, without
 * writing the differences down: memory for none of them, time for some fifteen passes over both samples; sixty where
 * that difference occurs more than once.
 */
export function differenceAt(from: readonly number[], to: readonly number[], place: number): number {
  let low = (to[0] ?? 0) - (from.at(-1) ?? 0);
  let high = (to.at(-1) ?? 0) - (from[0] ?? 0);
  let below = countUpTo(from, to, low).count;
  if (below >= place) return low;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    const { count } = countUpTo(from, to, middle);
    if (count >= place) high = middle;
    else {
      low = middle;
      below = count;
    }
    if (below === place - 1) return smallestAbove(from, to, low);
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

/** The smallest difference above a bound. */
function smallestAbove(from: readonly number[], to: readonly number[], bound: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let reached = 0;
  for (const start of from) {
    while (reached < to.length && (to[reached] ?? 0) - start <= bound) reached++;
    const next = to[reached];
    if (next === undefined) break;
    smallest = Math.min(smallest, next - start);
  }
  return smallest;
}
