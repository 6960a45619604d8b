import { wilsonInterval } from './intervals.ts';

type Share = { readonly hits: number; readonly total: number };

/**
 * By how much the share of `b` is above that of `a`, from -1 to 1, with an interval: method 10 of Newcombe (1998), from
 * the score intervals of both. Holds for small samples and for shares of 0 and 1.
 */
export function differenceOfShares(
  a: Share,
  b: Share,
  level = 0.95,
): { readonly difference: number; readonly low: number; readonly high: number } | undefined {
  const ofA = wilsonInterval(a.hits, a.total, level);
  const ofB = wilsonInterval(b.hits, b.total, level);
  if (ofA === undefined || ofB === undefined) return undefined;
  const shareA = a.hits / a.total;
  const shareB = b.hits / b.total;
  const difference = shareB - shareA;
  return {
    difference,
    low: difference - Math.hypot(shareB - ofB.low, ofA.high - shareA),
    high: difference + Math.hypot(ofB.high - shareB, shareA - ofA.low),
  };
}
