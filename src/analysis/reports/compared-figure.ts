import type { FigureUnit } from '../detectors/finding.ts';
import { type ExpectedValue, nextRatioRange, nextValueRange } from '../statistics/next-value.ts';

/** A figure of one week. */
export type WeekValue = {
  /** Absent where nothing was there to compute it from. */
  readonly value: number | undefined;
  /** What it comes from: tasks, claims, test votes. */
  readonly samples: number;
};

/** A figure of this week beside the same of the weeks before. */
export type ComparedFigure = {
  readonly name: string;
  readonly unit: FigureUnit;
  readonly now: WeekValue;
  /** Oldest first; without a value where nothing was recorded yet, or too little. */
  readonly before: readonly WeekValue[];
  /** Where this week was to be expected after those: the middle and the 95 % range. */
  readonly expected: ExpectedValue | undefined;
  /** `too_few`: of this week, or of weeks before. `as_usual`: within the range, or less than a tenth from its middle. */
  readonly judgement: 'higher' | 'lower' | 'as_usual' | 'too_few';
  /** Which way is good; absent where neither is. */
  readonly better: 'higher' | 'lower' | undefined;
};

/** Fewer of what a figure comes from make it a figure of chance. */
export const MIN_SAMPLES = 8;
/** Differences below this are not worth a word, however steady the weeks before were. */
const MIN_DIFFERENCE = 0.1;

type Told = Pick<ComparedFigure, 'name' | 'unit' | 'better'> & {
  readonly now: WeekValue;
  readonly before: readonly WeekValue[];
  /** Counts and shares scatter by themselves, and by how much is known; of other figures it is not. */
  readonly scatter?: 'count' | 'share' | undefined;
};

/**
 * Sets a week's figure beside those before. Weeks with fewer than eight samples have no value, except counts, which are
 * what they are; with fewer than three weeks before there is no judgement.
 */
export function comparedFigure({ scatter, ...told }: Told): ComparedFigure {
  const isEnough = ({ value, samples }: WeekValue): boolean =>
    value !== undefined && (scatter === 'count' || samples >= MIN_SAMPLES);
  const known = told.before.flatMap((week) => (week.value !== undefined && isEnough(week) ? [week.value] : []));
  const expected = scatter === 'share' ? expectedShare(known, told.now) : expectedRatio(known, scatter);
  return {
    ...told,
    before: told.before.map((week) => (isEnough(week) ? week : { ...week, value: undefined })),
    expected,
    judgement: isEnough(told.now) ? judged(told.now.value, expected) : 'too_few',
  };
}

function expectedShare(known: readonly number[], now: WeekValue): ExpectedValue | undefined {
  if (known.length === 0 || now.samples === 0) return undefined;
  const middle = known.reduce((sum, value) => sum + value, 0) / known.length;
  const range = nextValueRange(known, Math.sqrt((middle * (1 - middle)) / now.samples));
  return range === undefined
    ? undefined
    : { middle: range.middle, low: Math.max(0, range.low), high: Math.min(1, range.high) };
}

function expectedRatio(known: readonly number[], scatter: 'count' | undefined): ExpectedValue | undefined {
  const middle = known.reduce((sum, value) => sum + value, 0) / known.length;
  // Of a count its own root is how far it scatters; as a factor that is one by the root. Few make it wide.
  if (scatter === 'count' && !(middle >= MIN_SAMPLES)) return undefined;
  return nextRatioRange(known, scatter === 'count' ? 1 / Math.sqrt(middle) : 0);
}

function judged(value: number | undefined, expected: ExpectedValue | undefined): ComparedFigure['judgement'] {
  if (value === undefined || expected === undefined) return 'too_few';
  if (value >= expected.low && value <= expected.high) return 'as_usual';
  if (Math.abs(value - expected.middle) < MIN_DIFFERENCE * Math.abs(expected.middle)) return 'as_usual';
  return value > expected.middle ? 'higher' : 'lower';
}
