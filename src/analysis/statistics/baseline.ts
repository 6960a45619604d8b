import { studentQuantile } from './distributions.ts';
import { hourOfWeek } from './local-hour.ts';
import { ascending, median, NORMAL_CONSISTENCY, quantile } from './quantiles.ts';

/** A value of a bucket in time; `undefined` where it is not known. */
export type Observed = { readonly atMicros: number; readonly value: number | undefined };

export type Season = 'hour_of_week' | 'hour_of_day' | 'none';

/**
 * What a value can be expected to be. `learning`: too few values yet. `no_data`: none at all. `flat`: all are the same,
 * so that any other value would stand out and none could be told from chance.
 */
export type ExpectedRange =
  | {
      readonly state: 'ready';
      readonly expected: number;
      readonly low: number;
      readonly high: number;
      readonly samples: number;
      /** Which values it was compared with: those of the same hour of the week, of the day, or all. */
      readonly season: Season;
    }
  | { readonly state: 'learning' | 'no_data' | 'flat'; readonly samples: number };

/**
 * The range in which one further value falls, with a chance of about `level`, if nothing changed: from the finest season
 * that has `minSamples` values which differ.
 *
 * The band is the wider of two on either side: quantiles of the sample, and the median plus a Student multiple of the
 * deviation on that side. The first knows heavy tails, the second does not believe that a small sample shows them.
 *
 * @param history Complete buckets before the moment, in any order.
 */
export function expectedRange(
  history: readonly Observed[],
  atMicros: number,
  options: { readonly timeZone: string; readonly minSamples: number; readonly level: number },
): ExpectedRange {
  const known = history.flatMap(({ atMicros: at, value }) => (value === undefined ? [] : [{ at, value }]));
  const samples = known.length;
  const first = known[0];
  if (first === undefined) return { state: 'no_data', samples };
  if (samples < options.minSamples) return { state: 'learning', samples };
  if (known.every(({ value }) => value === first.value)) return { state: 'flat', samples };
  const hour = hourOfWeek(atMicros, options.timeZone);
  const slots = known.map(({ at, value }) => ({ slot: hourOfWeek(at, options.timeZone), value }));
  const seasons: readonly [Season, (slot: number) => boolean][] = [
    ['hour_of_week', (slot) => slot === hour],
    ['hour_of_day', (slot) => slot % 24 === hour % 24],
    ['none', () => true],
  ];
  const everPositive = known.every(({ value }) => value >= 0);
  for (const [season, belongs] of seasons) {
    const alike = slots.filter(({ slot }) => belongs(slot)).map(({ value }) => value);
    if (alike.length < options.minSamples || alike.every((value) => value === alike[0])) continue;
    const band = bandOf(alike, options.level);
    if (band === undefined) continue;
    // What was never below zero (a count, a cost) cannot be expected there.
    const low = everPositive ? Math.max(0, band.low) : band.low;
    return { state: 'ready', ...band, low, samples: alike.length, season };
  }
  return { state: 'learning', samples };
}

function bandOf(
  values: readonly number[],
  level: number,
): { readonly expected: number; readonly low: number; readonly high: number } | undefined {
  const sorted = ascending(values);
  const expected = quantile(sorted, 0.5);
  const low = quantile(sorted, (1 - level) / 2);
  const high = quantile(sorted, (1 + level) / 2);
  if (expected === undefined || low === undefined || high === undefined) return undefined;
  const reach = studentQuantile((1 + level) / 2, values.length - 1) * Math.sqrt(1 + 1 / values.length);
  const deviation = (side: readonly number[]): number =>
    (median(side.map((value) => Math.abs(value - expected))) ?? 0) * NORMAL_CONSISTENCY * reach;
  return {
    expected,
    low: Math.min(low, expected - deviation(values.filter((value) => value <= expected))),
    high: Math.max(high, expected + deviation(values.filter((value) => value >= expected))),
  };
}
