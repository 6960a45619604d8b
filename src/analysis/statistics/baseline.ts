import { hourOfWeek } from './local-hour.ts';
import { errorsWithin, rangeOfAlike } from './range-of-alike.ts';

/** A value of a bucket in time; `undefined` where it is not known. */
export type Observed = { readonly atMicros: number; readonly value: number | undefined };

type Season = 'hour_of_week' | 'hour_of_day' | 'none';

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

/** How many slots each season has, finest first: an hour of the week falls into the slot of its rest by that number. */
const SEASONS: readonly (readonly [Season, number])[] = [
  ['hour_of_week', 168],
  ['hour_of_day', 24],
  ['none', 1],
];
/** What even a slot without any level may be off by, as part of the overall level. */
const LEAST_SCALE = 0.1;

/**
 * The range in which one further value falls, with a chance of about `level`, if nothing changed: from the finest season
 * that has `minSamples` values which differ.
 *
 * @param history Complete buckets before the moment, in any order.
 */
export function expectedRange(
  history: readonly Observed[],
  atMicros: number,
  options: { readonly timeZone: string; readonly minSamples: number; readonly level: number },
): ExpectedRange {
  const { timeZone, minSamples, level } = options;
  const known = history.flatMap(({ atMicros: at, value }) =>
    value === undefined ? [] : [{ hour: hourOfWeek(at, timeZone), value }],
  );
  const samples = known.length;
  const values = known.map(({ value }) => value);
  if (samples === 0) return { state: 'no_data', samples };
  if (samples < minSamples) return { state: 'learning', samples };
  if (values.every((value) => value === values[0])) return { state: 'flat', samples };
  const leastScale = (LEAST_SCALE * values.reduce((sum, value) => sum + Math.abs(value), 0)) / samples;
  const hour = hourOfWeek(atMicros, timeZone);
  for (const [season, slots] of SEASONS) {
    const bySlot = Array.from({ length: slots }, (): number[] => []);
    for (const one of known) bySlot[one.hour % slots]?.push(one.value);
    const alike = bySlot[hour % slots] ?? [];
    if (alike.length < Math.max(2, minSamples) || alike.every((value) => value === alike[0])) continue;
    const errors = (): number[] =>
      bySlot.filter((slot) => slot.length >= minSamples).flatMap((slot) => errorsWithin(slot, leastScale));
    const range = rangeOfAlike(alike, { level, leastScale, errors });
    // What was never below zero (a count, a cost) cannot be expected there.
    const low = values.every((value) => value >= 0) ? Math.max(0, range.low) : range.low;
    return { state: 'ready', ...range, low, samples: alike.length, season };
  }
  return { state: 'learning', samples };
}
