import { bestSplit, type Split } from './split-numbers.ts';

/** Up to here numbers may be subtracted, and folded to be without sign, and stay exact. */
export const MAX_EXACT = 2 ** 50;

/** Numbers made small and not negative: (number, or its distance to the one before, less `base`) / step. */
export type SplitPlan = {
  readonly form: 'split';
  /** NaN where absent. */
  readonly small: Float64Array;
  readonly someAbsent: boolean;
  readonly deltas: boolean;
  /** Without sign: 0, −1, 1, −2 … are 0, 1, 2, 3 … */
  readonly folded: boolean;
  /** What the first delta is added to. */
  readonly start: number;
  readonly base: number;
  readonly step: number;
  readonly split: Split;
};

/** How to write a list of numbers. */
export type NumberPlan =
  | { readonly form: 'absent' }
  | { readonly form: 'one'; readonly value: number }
  | { readonly form: 'floats'; readonly values: Float64Array }
  | SplitPlan;

/** The form in which a list is shortest, about. NaN where absent. */
export function planNumbers(values: Float64Array): NumberPlan {
  const bounds = boundsOf(values);
  if (bounds.absent === values.length) return { form: 'absent' };
  if (!bounds.exact) return { form: 'floats', values };
  if (bounds.least === bounds.greatest && bounds.absent === 0) return { form: 'one', value: bounds.least };
  const direct = splitPlan(values, bounds, false);
  const deltas = splitPlan(values, bounds, true);
  return deltas.split.bits < direct.split.bits ? deltas : direct;
}

/** About how many bits a list takes. */
export function bitsOf(plan: NumberPlan): number {
  switch (plan.form) {
    case 'absent':
    case 'one':
      return 0;
    case 'floats':
      return 64 * plan.values.length;
    case 'split':
      return plan.split.bits;
  }
}

type Bounds = { readonly least: number; readonly greatest: number; readonly absent: number; readonly exact: boolean };

function boundsOf(values: Float64Array): Bounds {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let absent = 0;
  let exact = true;
  for (const value of values) {
    if (Number.isNaN(value)) absent++;
    else {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      if (!Number.isInteger(value) || Object.is(value, -0)) exact = false;
    }
  }
  return { least, greatest, absent, exact: exact && least >= -MAX_EXACT && greatest <= MAX_EXACT };
}

function splitPlan(values: Float64Array, bounds: Bounds, deltas: boolean): SplitPlan {
  const small = Float64Array.from(values);
  let { least } = bounds;
  let first = 0;
  if (deltas) ({ least, first } = makeDeltas(small));
  const folded = deltas && least < 0;
  const base = folded ? 0 : least;
  for (let i = 0; i < small.length; i++) small[i] = (small[i] as number) - base;
  const step = Math.max(1, commonDivisor(small));
  if (step > 1) for (let i = 0; i < small.length; i++) small[i] = (small[i] as number) / step;
  if (folded) {
    for (let i = 0; i < small.length; i++) {
      const number = small[i] as number;
      small[i] = number < 0 ? -2 * number - 1 : 2 * number;
    }
  }
  const someAbsent = bounds.absent > 0;
  return { form: 'split', small, someAbsent, deltas, folded, start: first - base, base, step, split: bestSplit(small) };
}

/** Each number but the first becomes the difference to the one before it; the first becomes the least difference. */
function makeDeltas(numbers: Float64Array): { least: number; first: number } {
  let least = Number.POSITIVE_INFINITY;
  let begin = 0;
  while (Number.isNaN(numbers[begin])) begin++;
  const first = numbers[begin] as number;
  let previous = first;
  for (let i = begin + 1; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (Number.isNaN(number)) continue;
    const delta = number - previous;
    previous = number;
    numbers[i] = delta;
    if (delta < least) least = delta;
  }
  numbers[begin] = least < 0 || least === Number.POSITIVE_INFINITY ? 0 : least;
  return { least: numbers[begin] === 0 ? Math.min(least, 0) : least, first };
}

/** The greatest number that divides all; 0 when all are 0. */
function commonDivisor(numbers: Float64Array): number {
  let divisor = 0;
  for (const number of numbers) {
    if (Number.isNaN(number) || number === 0 || (divisor > 0 && number % divisor === 0)) continue;
    let rest = Math.abs(number);
    while (rest > 0) [divisor, rest] = [rest, divisor % rest];
    if (divisor === 1) break;
  }
  return divisor;
}
