import { quantile } from '../statistics/quantiles.ts';

/** How often the outcome is meant to lie within a band. */
export const BAND_LEVELS = [0.5, 0.8, 0.95] as const;

/** A range that holds the outcome with a chance of `level`. */
export type Band = { readonly level: number; readonly low: number; readonly high: number };

/** A forecast: its middle, and a band for each level, each within the next. */
export type Forecast = { readonly middle: number; readonly bands: readonly Band[] };

/** What draws say. @param sorted Ascending; not none. */
export function forecastOf(sorted: readonly number[]): Forecast {
  const at = (part: number): number => quantile(sorted, part) ?? 0;
  return {
    middle: at(0.5),
    bands: BAND_LEVELS.map((level) => ({ level, low: at((1 - level) / 2), high: at((1 + level) / 2) })),
  };
}

/** Bands stretched about the middle, by a factor for each; never below `least`, and each still within the next. */
export function stretched({ middle, bands }: Forecast, factors: readonly number[], least: number): Forecast {
  let inner = { low: middle, high: middle };
  return {
    middle,
    bands: bands.map(({ level, low, high }, place) => {
      const factor = factors[place] ?? 1;
      inner = {
        low: Math.max(least, Math.min(inner.low, middle - (middle - low) * factor)),
        high: Math.max(inner.high, middle + (high - middle) * factor),
      };
      return { level, ...inner };
    }),
  };
}

/** By what its half must be stretched for a band to reach an outcome; 1 is its edge. */
export function reachOf({ middle }: Forecast, { low, high }: Band, outcome: number): number {
  if (outcome === middle) return 0;
  const half = outcome > middle ? high - middle : middle - low;
  return half <= 0 ? Number.POSITIVE_INFINITY : Math.abs(outcome - middle) / half;
}
