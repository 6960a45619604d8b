import { normalQuantile } from './distributions.ts';
import { differenceAt } from './pairwise-differences.ts';
import { ascending } from './quantiles.ts';
import { exactLowerRank } from './rank-sum.ts';

/** Up to this many pairs the ranks come from the exact distribution, above from its normal approximation. */
const MAX_EXACT_PAIRS = 1_600;

/**
 * By how much one sample is shifted against another: the median of all differences, after minus before, with the
 * interval of Hodges and Lehmann (1963). Half of neither sample may be wild; no distribution is assumed, and heavy tails
 * cost no validity.
 *
 * @returns `undefined` when there are too few values for the level: 95 % needs four of each.
 */
export function shiftBetween(
  before: readonly number[],
  after: readonly number[],
  level = 0.95,
): { readonly shift: number; readonly low: number; readonly high: number } | undefined {
  const pairs = before.length * after.length;
  const rank = lowerRank(before.length, after.length, (1 - level) / 2);
  if (rank < 1) return undefined;
  const from = ascending(before);
  const to = ascending(after);
  const at = (place: number): number => differenceAt(from, to, place);
  const middle = (at(Math.ceil(pairs / 2)) + at(Math.floor(pairs / 2) + 1)) / 2;
  return { shift: middle, low: at(rank), high: at(pairs + 1 - rank) };
}

/**
 * The same as a factor, after by before: for durations and costs, whose tails are long. Values of 0 and below have no
 * ratio and are left out; where 0 is a real value, compare with `shiftBetween`.
 */
export function ratioBetween(
  before: readonly number[],
  after: readonly number[],
  level = 0.95,
): { readonly ratio: number; readonly low: number; readonly high: number } | undefined {
  const shift = shiftBetween(logarithms(before), logarithms(after), level);
  if (shift === undefined) return undefined;
  return { ratio: Math.exp(shift.shift), low: Math.exp(shift.low), high: Math.exp(shift.high) };
}

/** How likely a value of `a` is above one of `b`; half of the ties count (Mann and Whitney 1947). 0.5: neither is larger. */
export function probabilityGreater(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  const sortedA = ascending(a);
  const sortedB = ascending(b);
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const value of sortedA) {
    while (below < sortedB.length && (sortedB[below] ?? 0) < value) below++;
    while (notAbove < sortedB.length && (sortedB[notAbove] ?? 0) <= value) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (a.length * b.length);
}

/** Which of the ascending differences bounds the interval from below; 0 when none can. */
function lowerRank(sizeA: number, sizeB: number, miss: number): number {
  const pairs = sizeA * sizeB;
  if (pairs === 0) return 0;
  if (pairs <= MAX_EXACT_PAIRS) return exactLowerRank(sizeA, sizeB, miss);
  const deviation = Math.sqrt((pairs * (sizeA + sizeB + 1)) / 12);
  return Math.floor(pairs / 2 - normalQuantile(1 - miss) * deviation);
}

function logarithms(values: readonly number[]): number[] {
  return values.filter((value) => value > 0).map((value) => Math.log(value));
}
