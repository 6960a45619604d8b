import { studentQuantile } from './distributions.ts';

/** Where the next value lies, and what is in the middle. */
export type ExpectedValue = { readonly middle: number; readonly low: number; readonly high: number };

/**
 * Where the next value of a few alike lies: Student's prediction interval. With four values its ends are 3.6 standard
 * deviations away: so little is known then, and no less.
 *
 * @param ownDeviation How far the next value would scatter by its own sampling alone; the values before cannot be taken
 *   for steadier than that.
 * @returns `undefined` with fewer than three values.
 */
export function nextValueRange(values: readonly number[], ownDeviation = 0, level = 0.95): ExpectedValue | undefined {
  const count = values.length;
  if (count < 3) return undefined;
  const middle = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const deviation = Math.max(Math.sqrt(squares / (count - 1)), ownDeviation);
  const half = studentQuantile((1 + level) / 2, count - 1) * deviation * Math.sqrt(1 + 1 / count);
  return { middle, low: middle - half, high: middle + half };
}

/** The same as a factor, for counts, durations and money. Values of 0 have no logarithm: with one there is no answer. */
export function nextRatioRange(values: readonly number[], ownDeviation = 0, level = 0.95): ExpectedValue | undefined {
  if (values.some((value) => value <= 0)) return undefined;
  const range = nextValueRange(values.map(Math.log), ownDeviation, level);
  if (range === undefined) return undefined;
  return { middle: Math.exp(range.middle), low: Math.exp(range.low), high: Math.exp(range.high) };
}
