import { betaQuantile, binomialCdf, gammaQuantile, normalQuantile } from './distributions.ts';
import { ascending } from './quantiles.ts';

/** From `low` to `high`, both included. */
export type Interval = { readonly low: number; readonly high: number };

/** The interval of a share, by its score: Wilson (1927). Never outside 0 to 1, and of use from one observation on. */
export function wilsonInterval(successes: number, total: number, level = 0.95): Interval | undefined {
  if (total <= 0) return undefined;
  const z = normalQuantile((1 + level) / 2);
  const share = successes / total;
  const weight = 1 + (z * z) / total;
  const middle = (share + (z * z) / (2 * total)) / weight;
  const half = (z / weight) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  // At the ends rounding must not leave a sliver: none of ten can be none at all.
  return {
    low: successes <= 0 ? 0 : Math.max(0, middle - half),
    high: successes >= total ? 1 : Math.min(1, middle + half),
  };
}

/**
 * The interval of a median between two values of the sample, whatever they are distributed like: their ranks follow from
 * tossing a coin for each value (Thompson 1936).
 *
 * @returns `undefined` when there are too few values for the level: 95 % needs six.
 */
export function medianInterval(values: readonly number[], level = 0.95): Interval | undefined {
  const sorted = ascending(values);
  const rank = outerRank(sorted.length, (1 - level) / 2);
  const low = sorted[rank - 1];
  const high = sorted[sorted.length - rank];
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** The largest rank from either end with a chance of at most `miss` that the median is further out. 0: there is none. */
function outerRank(total: number, miss: number): number {
  let fits = 0;
  let tooMany = Math.floor(total / 2) + 1;
  while (tooMany - fits > 1) {
    const rank = Math.floor((fits + tooMany) / 2);
    if (binomialCdf(rank - 1, total, 0.5) <= miss) fits = rank;
    else tooMany = rank;
  }
  return fits;
}

/** The exact interval of a rate of events that come at random: Garwood (1936). `exposure` is the time or number watched. */
export function poissonRateInterval(count: number, exposure: number, level = 0.95): Interval | undefined {
  if (exposure <= 0) return undefined;
  const miss = (1 - level) / 2;
  const low = count <= 0 ? 0 : gammaQuantile(miss, count);
  return { low: low / exposure, high: gammaQuantile(1 - miss, count + 1) / exposure };
}

type Counted = { readonly count: number; readonly exposure: number };

/**
 * The exact interval of the ratio of two such rates, after by before: given both counts together, one of them is
 * binomial (Przyborowski and Wilenski 1940), and its share has the interval of Clopper and Pearson (1934).
 */
export function ratioInterval(before: Counted, after: Counted, level = 0.95): Interval | undefined {
  const total = before.count + after.count;
  if (total <= 0 || before.exposure <= 0 || after.exposure <= 0) return undefined;
  const miss = (1 - level) / 2;
  const low = after.count <= 0 ? 0 : betaQuantile(miss, after.count, before.count + 1);
  const high = before.count <= 0 ? 1 : betaQuantile(1 - miss, after.count + 1, before.count);
  const ratio = (share: number): number => (share / (1 - share)) * (before.exposure / after.exposure);
  return { low: ratio(low), high: high >= 1 ? Number.POSITIVE_INFINITY : ratio(high) };
}
