import { NORMAL_CONSISTENCY, median } from '../statistics/quantiles.ts';

const WEEK = 7;
/** What clusters grow or shrink by in a day, in logarithms, before anything is known of one: half a percent. */
const PRIOR_DEVIATION = 0.005;
/** Fewer weeks show no direction. */
const MIN_WEEKS = 4;

/** By how much use grows from day to day, in logarithms, and how uncertain that is. */
export type Growth = { readonly perDay: number; readonly deviation: number };

/**
 * The direction of the last weeks: the median slope of all pairs of weeks (Theil 1950, Sen 1968), drawn towards no growth
 * as far as weeks scatter. Whole weeks, so that weekends are no direction.
 *
 * @param totals Of days, oldest first.
 */
export function growthOf(totals: readonly number[]): Growth {
  const weeks = Math.floor(totals.length / WEEK);
  if (weeks < MIN_WEEKS) return { perDay: 0, deviation: PRIOR_DEVIATION };
  const sums = Array.from({ length: weeks }, (_, week) => {
    const end = totals.length - (weeks - 1 - week) * WEEK;
    return totals.slice(end - WEEK, end).reduce((sum, total) => sum + total, 0);
  });
  const usual = sums.reduce((sum, value) => sum + value, 0) / weeks;
  const logs = sums.map((sum) => Math.log(sum + usual / 10 + Number.MIN_VALUE));
  const slopes = logs.flatMap((later, b) => logs.slice(0, b).map((earlier, a) => (later - earlier) / (b - a) / WEEK));
  const slope = median(slopes) ?? 0;
  const rests = logs.map((value, week) => value - slope * WEEK * week);
  const centre = median(rests) ?? 0;
  const scatter = (median(rests.map((rest) => Math.abs(rest - centre))) ?? 0) * NORMAL_CONSISTENCY;
  // The variance of a slope through evenly spaced points.
  const error = (scatter / WEEK) * Math.sqrt(12 / (weeks * (weeks * weeks - 1)));
  const known = PRIOR_DEVIATION ** 2 / (PRIOR_DEVIATION ** 2 + error ** 2);
  return { perDay: slope * known, deviation: PRIOR_DEVIATION * Math.sqrt(1 - known) };
}
