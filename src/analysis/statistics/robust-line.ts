import { median } from './quantiles.ts';

/** Pairs grow with the square of the points: more points than these are thinned evenly. */
const MAX_POINTS = 200;

/**
 * The line through points that a third of them, wherever they lie, cannot move far: the median of the slopes of all pairs
 * (Sen: "Estimates of the regression coefficient based on Kendall's tau", 1968), and the median of the rests.
 *
 * @returns Nothing for fewer than two points with different x.
 */
export function robustLine(
  points: readonly { readonly x: number; readonly y: number }[],
): { readonly slope: number; readonly intercept: number } | undefined {
  const step = Math.max(1, Math.ceil(points.length / MAX_POINTS));
  const some = points.filter((_, index) => index % step === 0);
  const slopes: number[] = [];
  for (const [index, a] of some.entries()) {
    for (const b of some.slice(index + 1)) if (a.x !== b.x) slopes.push((b.y - a.y) / (b.x - a.x));
  }
  const slope = median(slopes);
  if (slope === undefined) return undefined;
  return { slope, intercept: median(points.map(({ x, y }) => y - slope * x)) ?? 0 };
}
