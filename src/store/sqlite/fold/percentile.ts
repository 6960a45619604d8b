import { valuesAtRanks } from './values-at-ranks.ts';

/**
 * Exact percentiles by linear interpolation between closest ranks (method 7 of Hyndman and Fan: "Sample Quantiles in
 * Statistical Packages", 1996; NumPy's default).
 *
 * @param lists All values together; NaN is none. They are left as they are.
 * @param percents From 0 to 100, in any order.
 * @returns One for each percent; `undefined` for all when there are no values.
 */
export function percentilesOf(
  lists: readonly Float64Array[],
  percents: readonly number[],
): readonly (number | undefined)[] {
  const rankOf = (percent: number, count: number): number => (Math.min(100, Math.max(0, percent)) / 100) * (count - 1);
  const { count, valueAt } = valuesAtRanks(lists, (all) =>
    percents.flatMap((percent) => [Math.floor(rankOf(percent, all)), Math.ceil(rankOf(percent, all))]),
  );
  if (count === 0) return percents.map(() => undefined);
  return percents.map((percent) => {
    const rank = rankOf(percent, count);
    const low = valueAt.get(Math.floor(rank)) ?? 0;
    const high = valueAt.get(Math.ceil(rank)) ?? 0;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}
