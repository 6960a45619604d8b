import { ascending, quantile } from '../statistics/quantiles.ts';

/** How some lengths of time are spread, in seconds. Absent where there are none. */
export type Spread = {
  readonly p50: number | undefined;
  readonly p90: number | undefined;
  readonly p95: number | undefined;
  readonly max: number | undefined;
};

/** Percentiles of lengths, in any order. */
export function spreadOf(seconds: readonly number[]): Spread {
  const sorted = ascending(seconds);
  return {
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    max: sorted.at(-1),
  };
}
