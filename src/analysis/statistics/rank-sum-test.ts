import { normalCdf } from './distributions.ts';
import { probabilityGreater } from './shift.ts';

/** Below so many values on either side the normal approximation of the rank sum is not good enough. */
const MIN_EACH = 8;

/**
 * How often two samples of one distribution would differ by as much as these, in either direction: Mann and Whitney
 * (1947), by the normal approximation. Ties make it a little too large, never too small.
 *
 * @returns `undefined` with fewer than eight values on a side.
 */
export function rankSumChance(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length < MIN_EACH || b.length < MIN_EACH) return undefined;
  const pairs = a.length * b.length;
  const wins = (probabilityGreater(a, b) ?? 0.5) * pairs;
  const deviation = Math.sqrt((pairs * (a.length + b.length + 1)) / 12);
  return Math.min(1, 2 * normalCdf(-Math.abs(wins - pairs / 2) / deviation));
}
