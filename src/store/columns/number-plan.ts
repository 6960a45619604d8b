import { bestSplit, roughBits, type Shrinking, type Split } from './split-numbers.ts';

/** Up to here numbers may be subtracted, and folded to be without sign, and stay exact. */
export const MAX_EXACT = 2 ** 50;

/** Numbers, or the distance of each to the one before, made small and not negative. */
export type SplitPlan = {
  readonly form: 'split';
  /** NaN where absent. */
  readonly small: Float64Array;
  readonly someAbsent: boolean;
  readonly deltas: boolean;
  /** What the first delta is added to. */
  readonly start: number;
  readonly split: Split;
} & Shrinking;

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
  const guess = values.length > 2 * SAMPLE ? formOf(sampleOf(values)) : undefined;
  if (guess !== undefined) return splitPlan(values, bounds, guess === 'deltas');
  const direct = splitPlan(values, bounds, false);
  const deltas = splitPlan(values, bounds, true);
  return deltas.split.bits < direct.split.bits ? deltas : direct;
}

/** So many numbers tell whether their distances are shorter, unless it is a close thing; in stretches, for distances. */
const SAMPLE = 1_024;
const SAMPLE_STRETCH = 128;
/** The shorter form of a sample takes this part of the other's bits at most, or all numbers are looked at. */
const CLEARLY_SHORTER = 0.85;

function sampleOf(values: Float64Array): Float64Array {
  const sample = new Float64Array(SAMPLE);
  const stretches = SAMPLE / SAMPLE_STRETCH;
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * (values.length - SAMPLE_STRETCH)) / (stretches - 1));
    sample.set(values.subarray(from, from + SAMPLE_STRETCH), i * SAMPLE_STRETCH);
  }
  return sample;
}

/** @returns `undefined` when it hardly matters. */
function formOf(values: Float64Array): 'direct' | 'deltas' | undefined {
  const bounds = boundsOf(values);
  if (bounds.absent === values.length) return undefined;
  const [direct = 0, deltas = 0] = [false, true].map((asDeltas) => {
    const { small, shrinking } = shrinkingOf(values, bounds, asDeltas);
    return roughBits(small, shrinking);
  });
  if (Math.min(direct, deltas) > CLEARLY_SHORTER * Math.max(direct, deltas)) return undefined;
  return deltas < direct ? 'deltas' : 'direct';
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
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value !== value) absent++;
    else {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      if (Math.floor(value) !== value || (value === 0 && Object.is(value, -0))) exact = false;
    }
  }
  return { least, greatest, absent, exact: exact && least >= -MAX_EXACT && greatest <= MAX_EXACT };
}

function splitPlan(values: Float64Array, bounds: Bounds, deltas: boolean): SplitPlan {
  const { small, start, shrinking } = shrinkingOf(values, bounds, deltas);
  const split = bestSplit(small, shrinking);
  return { form: 'split', small, someAbsent: bounds.absent > 0, deltas, start, ...shrinking, split };
}

/** A copy of numbers, or of their distances, and how it is to be made small. */
function shrinkingOf(values: Float64Array, { least: leastValue }: Bounds, deltas: boolean) {
  const small = values.slice();
  const { least, first } = deltas ? makeDeltas(small) : { least: leastValue, first: 0 };
  const folded = deltas && least < 0;
  const base = folded ? 0 : least;
  const shrinking: Shrinking = { base, step: Math.max(1, commonDivisor(small, base)), folded };
  return { small, start: first - base, shrinking };
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

/** The greatest number that divides the distances of all from `base`; 0 when all are 0. */
function commonDivisor(numbers: Float64Array, base: number): number {
  let divisor = 0;
  for (let i = 0; i < numbers.length && divisor !== 1; i++) {
    const number = (numbers[i] as number) - base;
    if (number !== number || number === 0 || (divisor > 0 && number % divisor === 0)) continue;
    let rest = Math.abs(number);
    while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  }
  return divisor;
}
