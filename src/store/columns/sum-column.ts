import { type ByteReader, type ByteWriter, damaged } from './byte-stream.ts';
import type { CodedCells } from './chunk.ts';
import { addPredicted, fittedRates, type LinearRule, predicted, shareThatFits } from './linear-fit.ts';
import { readNumbers, writeNumbers, writePlanned } from './number-list.ts';
import { bitsOf, MAX_EXACT, type NumberPlan, planNumbers, type SplitPlan } from './number-plan.ts';

/** First byte of a column that is a sum of others, beside the forms of lists of numbers. */
export const SUM = 4;

/** Fewer rows do not tell a rule. */
const MIN_ROWS = 128;
const MAX_INPUTS = 8;
/** More kinds of rows than this have too few rows each. */
const MAX_KEYS = 64;
/** To see whether a column tells the kinds of rows apart, and then to find their rates. */
const GLANCE = { rows: 256, rounds: 5 };
const LOOK = { rows: 1_024, rounds: 8 };
/** A rule that gives fewer of the rows is none. */
const LEAST_SHARE = 0.3;
/** Bits for each row that must be won, since reading a sum is reading several columns. */
const LEAST_GAIN_BITS = 4;

/** A column as a sum of others, whose sections are told by place. */
export type SumPlan = {
  readonly keysPlace: number;
  readonly inputPlaces: readonly number[];
  readonly step: number;
  readonly rates: Float64Array;
  /** What the values have beyond the sums. */
  readonly rest: NumberPlan;
};

type Numbers = ReadonlyMap<number, Float64Array>;
type Coded = ReadonlyMap<number, CodedCells>;

/** Which columns of numbers are shorter as sums of others, by place. No sum is an input of another. */
export function findSums(numbers: Numbers, plans: ReadonlyMap<number, NumberPlan>, coded: Coded): Map<number, SumPlan> {
  const sums = new Map<number, SumPlan>();
  const inputs = new Set<number>();
  const splits = [...plans].filter((entry): entry is [number, SplitPlan] => entry[1].form === 'split');
  for (const [place, plan] of splits.toSorted(([, a], [, b]) => bitsOf(b) - bitsOf(a))) {
    const values = numbers.get(place);
    if (values === undefined || values.length < MIN_ROWS || inputs.has(place)) continue;
    if (bitsOf(plan) < LEAST_GAIN_BITS * values.length) break;
    const places = splits.map(([other]) => other).filter((other) => other !== place && !sums.has(other));
    const sum = sumOf(values, plan, places.slice(0, MAX_INPUTS), numbers, coded);
    if (sum === undefined) continue;
    sums.set(place, sum);
    for (const input of sum.inputPlaces) inputs.add(input);
  }
  return sums;
}

function sumOf(
  values: Float64Array,
  plan: SplitPlan,
  places: readonly number[],
  numbers: Numbers,
  coded: Coded,
): SumPlan | undefined {
  if (places.length === 0) return undefined;
  const inputs = places.map((place) => numbers.get(place) ?? new Float64Array());
  const step = plan.deltas ? 1 : plan.step;
  let best: { keysPlace: number; rule: LinearRule; keys: number } | undefined;
  let bestShare = LEAST_SHARE;
  for (const [keysPlace, { codes, keys }] of coded) {
    if (keys.length > MAX_KEYS) continue;
    const rule = { inputs, codes, step };
    const share = shareThatFits(rule, fittedRates(rule, keys.length, values, GLANCE), values, GLANCE);
    if (share > bestShare) {
      best = { keysPlace, rule, keys: keys.length };
      bestShare = share;
    }
  }
  if (best === undefined) return undefined;
  const { keysPlace } = best;
  const { rule, rates, used } = withoutIdle(best.rule, fittedRates(best.rule, best.keys, values, LOOK));
  const rest = restOf(values, rule, rates);
  if (rest === undefined || bitsOf(rest) + LEAST_GAIN_BITS * values.length > bitsOf(plan)) return undefined;
  return { keysPlace, inputPlaces: places.filter((_, index) => used[index]), step, rates, rest };
}

/** Leaves out inputs whose rates are all 0. */
function withoutIdle(rule: LinearRule, rates: Float64Array) {
  const width = rule.inputs.length;
  const used = rule.inputs.map((_, input) => rates.some((rate, index) => index % width === input && rate !== 0));
  return {
    used,
    rule: { ...rule, inputs: rule.inputs.filter((_, input) => used[input]) },
    rates: rates.filter((_, index) => used[index % width]),
  };
}

/** @returns `undefined` where sums are too large to be exact. */
function restOf(values: Float64Array, rule: LinearRule, rates: Float64Array): NumberPlan | undefined {
  const rest = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    let size = 0;
    const at = (rule.codes[row] as number) * rule.inputs.length;
    for (const [input, cells] of rule.inputs.entries()) {
      const part = Math.abs((rates[at + input] as number) * (cells[row] as number));
      if (part > 0) size += part;
    }
    if (size > MAX_EXACT) return undefined;
    rest[row] = (values[row] as number) - predicted(rule, rates, row);
  }
  return planNumbers(rest);
}

export function writeSum(writer: ByteWriter, { keysPlace, inputPlaces, step, rates, rest }: SumPlan): void {
  writer.byte(SUM);
  writer.varint(keysPlace);
  writer.varint(inputPlaces.length);
  for (const place of inputPlaces) writer.varint(place);
  writer.varint(step);
  writeNumbers(writer, rates, 'unlikely');
  writePlanned(writer, rest, 'likely');
}

/** The other columns of the block. */
export type OtherColumns = {
  readonly rows: number;
  readonly numbers: (place: number) => Float64Array;
  readonly coded: (place: number) => CodedCells;
};

export function readSum(reader: ByteReader, block: OtherColumns): Float64Array {
  reader.byte();
  const { codes, keys } = block.coded(reader.varint());
  const width = reader.varint();
  if (width > MAX_INPUTS) throw damaged('a sum has too many inputs');
  const inputs = Array.from({ length: width }, () => block.numbers(reader.varint()));
  const rule = { inputs, codes, step: reader.varint() };
  if (rule.step === 0) throw damaged('a step is 0');
  const rates = readNumbers(reader, keys.length * width);
  const values = readNumbers(reader, block.rows);
  addPredicted(values, rule, rates);
  return values;
}
