import { studentQuantile } from './distributions.ts';
import { ascending, median, NORMAL_CONSISTENCY, quantile } from './quantiles.ts';

type Range = { readonly expected: number; readonly low: number; readonly high: number };

/**
 * The range of one further value like these: their own quantiles where there are enough of them to reach the level; else
 * the tails that the errors of their kin show; else the wider of their quantiles and a Student multiple of the deviation
 * on either side, which does not believe that a small sample shows its tails.
 *
 * @param values At least two.
 */
export function rangeOfAlike(
  values: readonly number[],
  kin: {
    readonly level: number;
    /** See `errorsWithin`. */
    readonly leastScale: number;
    /** Errors within samples of the same kind, asked for only when needed. */
    readonly errors: () => readonly number[];
  },
): Range {
  const miss = (1 - kin.level) / 2;
  // So many values are needed that one of them lies beyond the level's bound on either side.
  const enough = 1 / miss - 1;
  const sorted = ascending(values);
  const expected = at(sorted, 0.5);
  if (sorted.length >= enough) return { expected, low: at(sorted, miss), high: at(sorted, 1 - miss) };
  const errors = ascending(kin.errors());
  if (errors.length >= enough) {
    const scale = scaleOf(expected, kin.leastScale);
    return { expected, low: expected + at(errors, miss) * scale, high: expected + at(errors, 1 - miss) * scale };
  }
  const reach = studentQuantile(1 - miss, values.length - 1) * Math.sqrt(1 + 1 / values.length) * NORMAL_CONSISTENCY;
  const deviation = (side: readonly number[]): number =>
    (median(side.map((value) => Math.abs(value - expected))) ?? 0) * reach;
  return {
    expected,
    low: Math.min(at(sorted, miss), expected - deviation(sorted.filter((value) => value <= expected))),
    high: Math.max(at(sorted, 1 - miss), expected + deviation(sorted.filter((value) => value >= expected))),
  };
}

/** How far each value is from the median of the others, in parts of that median (or of `leastScale`, added to it). */
export function errorsWithin(values: readonly number[], leastScale: number): number[] {
  const sorted = ascending(values);
  return sorted.map((value, place) => {
    const expected = at(sorted.toSpliced(place, 1), 0.5);
    return (value - expected) / scaleOf(expected, leastScale);
  });
}

function scaleOf(expected: number, leastScale: number): number {
  return Math.abs(expected) + leastScale;
}

function at(sorted: readonly number[], part: number): number {
  return quantile(sorted, part) ?? 0;
}
