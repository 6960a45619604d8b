import { describe, expect, it } from 'vitest';

import { comparedFigure } from '../../../src/analysis/reports/compared-figure.ts';

const week = (value: number | undefined, samples = 100) => ({ value, samples });
const weeks = (...values: (number | undefined)[]) => values.map((value) => week(value));
const WAIT = { name: 'queue_wait', unit: 'seconds', better: 'lower' } as const;
const SHARE = { name: 'success_share', unit: 'share', better: 'higher', scatter: 'share' } as const;
const COUNT = { name: 'completed', unit: 'count', better: 'higher', scatter: 'count' } as const;

describe('a week beside those before', () => {
  it('is as usual within the range that they suggest, and said to differ beyond it', () => {
    const before = weeks(30, 33, 29, 31);
    expect(comparedFigure({ ...WAIT, now: week(34), before }).judgement).toBe('as_usual');
    expect(comparedFigure({ ...WAIT, now: week(60), before }).judgement).toBe('higher');
    expect(comparedFigure({ ...WAIT, now: week(10), before }).judgement).toBe('lower');
  });

  it('does not make a word of a difference below a tenth, however steady the weeks were', () => {
    const before = weeks(30, 30, 30, 30);
    expect(comparedFigure({ ...WAIT, now: week(32.9), before }).judgement).toBe('as_usual');
    expect(comparedFigure({ ...WAIT, now: week(33.1), before }).judgement).toBe('higher');
  });

  it('says too few of a week, or of weeks before, and shows no value for these', () => {
    const few = comparedFigure({ ...WAIT, now: week(60, 7), before: weeks(30, 33, 29, 31) });
    expect(few.judgement).toBe('too_few');
    const young = comparedFigure({
      ...WAIT,
      now: week(60),
      before: [week(undefined, 0), week(30, 3), ...weeks(29, 31)],
    });
    expect(young).toMatchObject({ judgement: 'too_few', expected: undefined });
    expect(young.before.map(({ value }) => value)).toEqual([undefined, undefined, 29, 31]);
  });

  it('allows a share and a count what they scatter by themselves', () => {
    const steady = weeks(0.9, 0.9, 0.9, 0.9);
    expect(comparedFigure({ ...SHARE, now: week(0.75, 20), before: steady }).judgement).toBe('as_usual');
    expect(comparedFigure({ ...SHARE, now: week(0.75, 2_000), before: steady }).judgement).toBe('lower');
    const twenty = weeks(20, 20, 20, 20);
    expect(comparedFigure({ ...COUNT, now: week(10, 10), before: twenty }).judgement).toBe('as_usual');
    expect(comparedFigure({ ...COUNT, now: week(0, 0), before: twenty }).judgement).toBe('lower');
    expect(comparedFigure({ ...COUNT, now: week(2, 2), before: weeks(3, 4, 3, 5) }).judgement).toBe('too_few');
  });
});
