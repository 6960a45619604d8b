import { incompleteBeta, incompleteGamma } from './special-functions.ts';

/** Halvings of an interval after which nothing is left of a double's 53 bits, from any start below 10¹². */
const HALVINGS = 100;

/** The part of the standard normal distribution below `z`, to about 14 digits: erf through the incomplete gamma function. */
export function normalCdf(z: number): number {
  const tail = 0.5 * incompleteGamma(0.5, (z * z) / 2);
  return z < 0 ? 0.5 - tail : 0.5 + tail;
}

/** Where `part` (between 0 and 1) of the standard normal distribution lies below. */
export function normalQuantile(part: number): number {
  if (part < 0.5) return -normalQuantile(1 - part);
  // Chi-squared with one degree of freedom is the square of a normal value.
  return Math.sqrt(2 * gammaQuantile(2 * part - 1, 0.5));
}

/** The same of Student's distribution. */
export function studentQuantile(part: number, degrees: number): number {
  if (part < 0.5) return -studentQuantile(1 - part, degrees);
  // t² / (t² + n) is distributed as a beta value: Abramowitz and Stegun 26.7.1.
  const share = betaQuantile(2 * part - 1, 0.5, degrees / 2);
  return Math.sqrt((degrees * share) / (1 - share));
}

/** The same of the beta distribution. */
export function betaQuantile(part: number, a: number, b: number): number {
  return inverse(part, (x) => incompleteBeta(x, a, b), 1);
}

/** The same of the gamma distribution with scale 1: half of a chi-squared value with 2 × `shape` degrees of freedom. */
export function gammaQuantile(part: number, shape: number): number {
  // Chebyshev's bound would do; this holds for every level above 10⁻¹⁵ of either tail.
  return inverse(part, (x) => incompleteGamma(shape, x), shape + 12 * Math.sqrt(shape) + 60);
}

/** The part of a binomial distribution at or below `successes`. */
export function binomialCdf(successes: number, total: number, chance: number): number {
  if (successes < 0) return 0;
  if (successes >= total) return 1;
  return incompleteBeta(1 - chance, total - successes, successes + 1);
}

/** Where a growing function reaches a value, between 0 and `end`. */
function inverse(value: number, growing: (x: number) => number, end: number): number {
  if (value <= 0) return 0;
  if (value >= 1) return end;
  let low = 0;
  let high = end;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (growing(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
