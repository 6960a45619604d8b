import { MICROS_PER_DAY } from '../../model/range.ts';
import type { Figure, FigureUnit } from '../detectors/finding.ts';
import { median } from '../statistics/quantiles.ts';
import { studentQuantile } from '../statistics/distributions.ts';
import type { MeasureSample } from './measure-samples.ts';

/**
 * What became of advice that was accepted. Observational: nothing was held equal but the days of the week, so what else
 * changed in that time is in it too.
 */
export type Verdict = {
  readonly outcome: 'helped' | 'no_effect' | 'harmed' | 'cannot_tell';
  /** One sentence: why it is this. */
  readonly reason: string;
  /** After minus before, with its 95 % interval. Absent where too little was seen. */
  readonly effect: Figure | undefined;
  /** The typical day before. Absent where too little was seen. */
  readonly before: Figure | undefined;
  readonly after: Figure | undefined;
};

/** Everything that a verdict is made from. */
export type Trial = {
  readonly acceptedMicros: number;
  readonly better: 'lower' | 'higher';
  readonly unit: FigureUnit;
  readonly center: 'median' | 'mean';
  /** Of up to so many days before and after as are compared. Others are left out. */
  readonly samples: readonly MeasureSample[];
  readonly nowMicros: number;
  /** Whether a moment lies in a weekend, in the reader's zone: such days are compared with such. */
  readonly isWeekend: (atMicros: number) => boolean;
};

/** Days compared on each side, at most. */
export const TRIAL_DAYS = 14;
/** With fewer, an interval is wider than any effect worth the name. */
const MIN_DAYS = 4;
const MIN_SAMPLES_PER_DAY = 3;
/** Of shares of something rare: so many of it each side would have if nothing had changed, or days say next to nothing. */
const MIN_HITS = 10;
/**
 * The day before acceptance is left out: advice appears when a day was bad, and days chosen for being bad are followed by
 * better ones whatever is done (regression to the mean).
 */
const SELECTION_DAYS = 1;
/** Effects below these parts of the figure before are nothing that anybody would feel. */
const MIN_EFFECT = 0.05;
const EQUIVALENCE = 0.2;
const LEVEL = 0.95;

type Day = { readonly value: number; readonly weekend: boolean };

/**
 * Compares the days before with the days after. Days are the unit, since tasks of one day have that day in common: a
 * thousand tasks of two days are two observations. Weekends and working days each have a mean of their own, and the
 * effect is the same for both (least squares with a fixed effect of the kind of day, Student's interval).
 */
export function judgeTrial(trial: Trial): Verdict {
  const before = daysOf(trial, -SELECTION_DAYS - TRIAL_DAYS, -SELECTION_DAYS);
  const after = daysOf(trial, 0, TRIAL_DAYS);
  const missing = (side: readonly Day[]): number => Math.max(0, MIN_DAYS - side.length);
  if (missing(before) + missing(after) > 0) {
    return unknown(
      `It takes ${MIN_DAYS} full days on each side; so far there are ${before.length} before and ${after.length} after.`,
    );
  }
  const hits = hitsOf(trial);
  if (hits !== undefined && Math.min(hits.expectedBefore, hits.expectedAfter) < MIN_HITS) {
    return unknown(
      `There were ${hits.before} cases before and ${hits.after} after; it takes some ${MIN_HITS} on each side to compare.`,
    );
  }
  const level = meanOf(before);
  const fit = fitEffect(before, after);
  if (fit === undefined)
    return unknown('The days before and after are all of different kinds: weekends and working days.');
  const figure = (value: number, samples: number): Figure => ({ value, unit: trial.unit, samples });
  const found = {
    before: figure(level, before.length),
    after: figure(meanOf(after), after.length),
    effect: { ...figure(fit.effect, before.length + after.length), low: fit.low, high: fit.high },
  };
  return { ...found, ...outcomeOf(trial, fit, level, meanOf(after)) };
}

const unknown = (reason: string): Verdict => ({
  outcome: 'cannot_tell',
  reason,
  effect: undefined,
  before: undefined,
  after: undefined,
});

type Fit = { readonly effect: number; readonly low: number; readonly high: number };

function outcomeOf(trial: Trial, fit: Fit, level: number, after: number): Pick<Verdict, 'outcome' | 'reason'> {
  const sign = trial.better === 'lower' ? 1 : -1;
  const [low, high] = [Math.min(sign * fit.low, sign * fit.high), Math.max(sign * fit.low, sign * fit.high)];
  const scale = Math.abs(level);
  const isLarge = Math.abs(fit.effect) >= MIN_EFFECT * scale;
  if (high < 0 && isLarge) return { outcome: 'helped', reason: 'It is better after than before, beyond chance.' };
  if (low > 0 && isLarge) {
    // The trouble may have begun shortly before the advice: then the days before are mostly good ones.
    const [lastDay] = daysOf(trial, -SELECTION_DAYS, 0);
    const gotWorse = lastDay === undefined || sign * (after - lastDay.value) > 0;
    return gotWorse
      ? { outcome: 'harmed', reason: 'It is worse after than before, beyond chance.' }
      : { outcome: 'cannot_tell', reason: 'It had become worse already before the advice was accepted.' };
  }
  if (Math.max(Math.abs(low), Math.abs(high)) <= EQUIVALENCE * scale) {
    return { outcome: 'no_effect', reason: `Any effect is smaller than ${EQUIVALENCE * 100} % of what was before.` };
  }
  return { outcome: 'cannot_tell', reason: 'The days differ too much among themselves to see an effect of this size.' };
}

type Hits = {
  readonly before: number;
  readonly after: number;
  /** What each side would have of all, by its weight, if nothing had changed. */
  readonly expectedBefore: number;
  readonly expectedAfter: number;
};

/** What was counted on each side, where samples are shares of counts. */
function hitsOf({ samples, acceptedMicros }: Trial): Hits | undefined {
  if (samples.every(({ hits }) => hits === undefined)) return undefined;
  const within = (fromDay: number, toDay: number): readonly MeasureSample[] =>
    samples.filter(({ atMicros }) => {
      const day = (atMicros - acceptedMicros) / MICROS_PER_DAY;
      return day >= fromDay && day < toDay;
    });
  const [earlier, later] = [within(-SELECTION_DAYS - TRIAL_DAYS, -SELECTION_DAYS), within(0, TRIAL_DAYS)];
  const sum = (some: readonly MeasureSample[], of: 'hits' | 'weight'): number =>
    some.reduce((total, one) => total + (one[of] ?? 0), 0);
  const [before, after] = [sum(earlier, 'hits'), sum(later, 'hits')];
  const all = sum(earlier, 'weight') + sum(later, 'weight');
  const expected = (side: readonly MeasureSample[]): number =>
    all === 0 ? 0 : ((before + after) * sum(side, 'weight')) / all;
  return { before, after, expectedBefore: expected(earlier), expectedAfter: expected(later) };
}

/** Full days of 24 hours, counted from acceptance; those with too few samples are left out. */
function daysOf(trial: Trial, fromDay: number, toDay: number): Day[] {
  const days: Day[] = [];
  for (let day = fromDay; day < toDay; day++) {
    const fromMicros = trial.acceptedMicros + day * MICROS_PER_DAY;
    const toMicros = fromMicros + MICROS_PER_DAY;
    if (toMicros > trial.nowMicros) break;
    const own = trial.samples.filter(({ atMicros }) => atMicros >= fromMicros && atMicros < toMicros);
    const value = centerOf(own, trial.center);
    if (value !== undefined) days.push({ value, weekend: trial.isWeekend(fromMicros + MICROS_PER_DAY / 2) });
  }
  return days;
}

function centerOf(samples: readonly MeasureSample[], center: Trial['center']): number | undefined {
  if (center === 'median') {
    return samples.length < MIN_SAMPLES_PER_DAY ? undefined : median(samples.map(({ value }) => value));
  }
  const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
  return weight > 0 ? samples.reduce((sum, sample) => sum + sample.value * sample.weight, 0) / weight : undefined;
}

const meanOf = (days: readonly Day[]): number => days.reduce((sum, { value }) => sum + value, 0) / days.length;

/** @returns Nothing when no kind of day is on both sides, or nothing is left to judge chance by. */
function fitEffect(before: readonly Day[], after: readonly Day[]): Fit | undefined {
  let weights = 0;
  let weighted = 0;
  let squares = 0;
  let count = 0;
  let cells = 0;
  for (const weekend of [false, true]) {
    const sides = [before, after].map((days) => days.filter((day) => day.weekend === weekend));
    const [earlier = [], later = []] = sides;
    if (earlier.length === 0 || later.length === 0) continue;
    for (const side of sides) {
      const mean = meanOf(side);
      squares += side.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
    }
    const weight = (earlier.length * later.length) / (earlier.length + later.length);
    weights += weight;
    weighted += weight * (meanOf(later) - meanOf(earlier));
    count += earlier.length + later.length;
    cells += 2;
  }
  const freedom = count - cells;
  if (weights === 0 || freedom < 2) return undefined;
  const effect = weighted / weights;
  const half = studentQuantile(1 - (1 - LEVEL) / 2, freedom) * Math.sqrt(squares / freedom / weights);
  return { effect, low: effect - half, high: effect + half };
}
