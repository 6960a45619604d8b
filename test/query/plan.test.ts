import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, type TimeRange } from '../../src/model/range.ts';
import { taskCompleted } from '../../src/metrics/task-completed.ts';
import { explainPlan } from '../../src/query/explain-plan.ts';
import type { ParsedAggregation } from '../../src/query/parse-aggregation.ts';
import { FEW_EVENTS, type PlanInput, planFold } from '../../src/query/plan.ts';

const START = Date.UTC(2026, 10, 1) * 1_000;
const hours = (from: number, to: number): TimeRange => ({
  fromMicros: START + from * MICROS_PER_HOUR,
  toMicros: START + to * MICROS_PER_HOUR,
});

const COUNT: ParsedAggregation = { asked: 'count', fn: 'count' };
const SUM: ParsedAggregation = { asked: 'sum(duration_seconds)', fn: 'sum', field: 'duration_seconds' };
const P95: ParsedAggregation = { asked: 'p95(duration_seconds)', fn: 'percentile', field: 'duration_seconds', p: 95 };

/** A day from half past midnight on, rolled up but for its edges. */
const DAY: PlanInput = {
  metric: 'task.completed',
  fields: taskCompleted.fields,
  range: hours(0.5, 24.25),
  boundaries: undefined,
  filters: [],
  groupBy: [],
  aggregations: [COUNT, SUM],
  exact: false,
  coverage: {
    rollups: [hours(1, 24)],
    raw: [hours(0.5, 1), hours(24, 24.25)],
    rawFromMicros: 0,
    dimensions: ['node_id', 'outcome'],
  },
};
const WHOLE: PlanInput = {
  ...DAY,
  range: hours(0, 24),
  coverage: { ...DAY.coverage, rollups: [hours(0, 24)], raw: [] },
};

describe('rollups', () => {
  it('answer whole hours, and events the edges', () => {
    const { plan, raw, rollups } = planFold(DAY);
    expect(plan).toMatchObject({ level: 'mixed', exact: true, rollupHours: 23 });
    expect(raw).toEqual(DAY.coverage.raw);
    expect(rollups).toEqual(DAY.coverage.rollups);
    expect(plan.from).toBe(DAY.range.fromMicros / 1e6);
    expect(plan.to).toBe(DAY.range.toMicros / 1e6);
  });

  it('answer alone where nothing is left over', () => {
    const { plan, raw } = planFold(WHOLE);
    expect(plan).toMatchObject({ level: 'rollups', exact: true, rollupHours: 24 });
    expect(plan.reason).toBe('Read from rollups of 24 whole hours, which are all of the span.');
    expect(raw).toEqual([]);
  });

  it('answer groups and filters of their dimensions', () => {
    const filters = [{ field: 'outcome', op: 'eq', value: 'success' }] as const;
    expect(planFold({ ...WHOLE, groupBy: ['node_id'], filters }).plan.level).toBe('rollups');
  });

  it('answer percentiles within an error, and say which', () => {
    const { plan, percentiles } = planFold({ ...DAY, aggregations: [COUNT, P95] });
    expect(plan).toMatchObject({ level: 'mixed', exact: false, relativeError: 0.01 });
    expect(percentiles).toBe('sketches');
  });

  it('do not stand in for the few events that can be read one by one', () => {
    const asked = { ...DAY, aggregations: [P95] };
    expect(planFold({ ...asked, rolledUpEvents: FEW_EVENTS }).plan).toMatchObject({ level: 'raw', exact: true });
    expect(planFold({ ...asked, rolledUpEvents: FEW_EVENTS + 1 }).plan).toMatchObject({ level: 'mixed', exact: false });
    expect(planFold({ ...DAY, rolledUpEvents: 1 }).plan.level).toBe('mixed');
  });
});

describe('events alone answer', () => {
  it.each([
    ['exact percentiles', { aggregations: [P95], exact: true }, '"p95(duration_seconds)" is to be exact'],
    ['percentiles by group', { aggregations: [P95], groupBy: ['node_id'] }, 'by group'],
    [
      'percentiles of filtered events',
      { aggregations: [P95], filters: [{ field: 'outcome', op: 'present' }] },
      'for filtered events',
    ],
    [
      'distinct',
      { aggregations: [{ asked: 'distinct(node_id)', fn: 'distinct', field: 'node_id' }] },
      'needs each event',
    ],
    ['first', { aggregations: [{ asked: 'first(outcome)', fn: 'first', field: 'outcome' }] }, 'needs each event'],
    [
      'counts of names',
      { aggregations: [{ asked: 'count(outcome)', fn: 'count', field: 'outcome' }] },
      'not rolled up',
    ],
    ['groups by id', { groupBy: ['task_id'] }, 'by "task_id"'],
    ['filters by id', { filters: [{ field: 'task_id', op: 'eq', value: 'a' }] }, 'by "task_id"'],
  ] as const)('%s', (_what, change, reason) => {
    const { plan, raw, rollups } = planFold({ ...WHOLE, ...(change as Partial<PlanInput>) });
    expect(plan.level).toBe('raw');
    expect(plan.reason).toContain(reason);
    expect(plan.exact).toBe(true);
    expect(raw).toEqual([WHOLE.range]);
    expect(rollups).toEqual([]);
  });

  it('exact counts need no events', () => {
    expect(planFold({ ...WHOLE, exact: true }).plan).toMatchObject({ level: 'rollups', exact: true });
  });

  it('when no hour is rolled up', () => {
    const coverage = { ...WHOLE.coverage, rollups: [], raw: [WHOLE.range] };
    expect(planFold({ ...WHOLE, coverage }).plan.reason).toContain('no whole hour of the span');
  });

  it('when rollups lie in too many pieces', () => {
    const pieces = Array.from({ length: 300 }, (_, i) => i * 2);
    const coverage = {
      ...WHOLE.coverage,
      rollups: pieces.map((i) => hours(i, i + 1)),
      raw: pieces.map((i) => hours(i + 1, i + 2)),
    };
    expect(planFold({ ...WHOLE, range: hours(0, 600), coverage }).plan.reason).toContain('too many pieces');
  });
});

describe('bucket boundaries', () => {
  it('on whole hours leave rollups whole', () => {
    const boundaries = [START, START + 12 * MICROS_PER_HOUR, START + 24 * MICROS_PER_HOUR];
    expect(planFold({ ...WHOLE, boundaries }).plan.level).toBe('rollups');
  });

  it('inside an hour send that hour to events, as days of Kathmandu do', () => {
    const midnight = START + 18.25 * MICROS_PER_HOUR;
    const boundaries = [midnight - MICROS_PER_DAY, midnight, midnight + MICROS_PER_DAY];
    const { plan, raw, rollups } = planFold({ ...WHOLE, boundaries });
    expect(plan).toMatchObject({ level: 'mixed', exact: true, rollupHours: 23 });
    expect(rollups).toEqual([hours(0, 18), hours(19, 24)]);
    expect(raw).toEqual([hours(18, 19)]);
  });

  it('inside every hour leave nothing to rollups', () => {
    const boundaries = Array.from({ length: 97 }, (_, i) => START + i * 15 * MICROS_PER_MINUTE);
    const { plan } = planFold({ ...WHOLE, boundaries });
    expect(plan).toMatchObject({ level: 'raw', exact: true });
    expect(plan.reason).toContain('cut every hour');
  });

  it('keep the parts disjoint, ascending and together the range', () => {
    const boundaries = Array.from({ length: 6 }, (_, i) => START + (i * 5 + 0.5) * MICROS_PER_HOUR);
    const { raw, rollups } = planFold({ ...DAY, boundaries });
    const parts = [...raw, ...rollups].toSorted((a, b) => a.fromMicros - b.fromMicros);
    expect(parts[0]?.fromMicros).toBe(DAY.range.fromMicros);
    expect(parts.at(-1)?.toMicros).toBe(DAY.range.toMicros);
    for (let i = 1; i < parts.length; i++) expect(parts[i]?.fromMicros).toBe(parts[i - 1]?.toMicros);
  });
});

describe('expired detail', () => {
  const expired = { ...DAY.coverage, rawFromMicros: START + 12 * MICROS_PER_HOUR };

  it('is missed by questions that need each event', () => {
    const { plan } = planFold({ ...DAY, coverage: expired, groupBy: ['task_id'] });
    expect(plan).toMatchObject({ exact: false, missingBefore: expired.rawFromMicros / 1e6 });
  });

  it('is missed only at the edges where rollups answer', () => {
    const { plan } = planFold({ ...DAY, coverage: expired });
    expect(plan).toMatchObject({ level: 'mixed', exact: false, missingBefore: hours(0, 1).toMicros / 1e6 });
  });

  it('is not missed by whole hours', () => {
    const { plan } = planFold({ ...WHOLE, coverage: { ...WHOLE.coverage, rawFromMicros: expired.rawFromMicros } });
    expect(plan).toMatchObject({ level: 'rollups', exact: true });
    expect(plan.missingBefore).toBeUndefined();
  });

  it('keeps percentiles on sketches, however few events there are', () => {
    const asked = {
      ...WHOLE,
      aggregations: [P95],
      coverage: { ...WHOLE.coverage, rawFromMicros: expired.rawFromMicros },
    };
    expect(planFold({ ...asked, rolledUpEvents: 3 }).plan).toMatchObject({ level: 'rollups', relativeError: 0.01 });
  });

  it('never counts from after the end of the span', () => {
    const coverage = { ...expired, rawFromMicros: START + 10 * MICROS_PER_DAY };
    const { plan } = planFold({ ...DAY, coverage, groupBy: ['task_id'] });
    expect(plan.missingBefore).toBe(DAY.range.toMicros / 1e6);
  });
});

describe('damaged detail', () => {
  const damaged = [{ fromMicros: START + 3 * MICROS_PER_HOUR + 5, toMicros: START + 5 * MICROS_PER_HOUR }];

  it('is missed by questions that need each event, and told of', () => {
    const { plan } = planFold({ ...DAY, coverage: { ...DAY.coverage, damaged }, groupBy: ['task_id'] });
    expect(plan).toMatchObject({ exact: false, damaged: [{ to: (START + 5 * MICROS_PER_HOUR) / 1e6 }] });
    expect(explainPlan(plan)).toContain('cannot be read, because the file was damaged');
  });

  it('is not missed where rollups answer, for which it is asked even when events are few', () => {
    const asked = { ...WHOLE, aggregations: [P95], coverage: { ...WHOLE.coverage, damaged }, rolledUpEvents: 3 };
    expect(planFold(asked).plan).toMatchObject({ level: 'rollups', relativeError: 0.01 });
    expect(planFold(asked).plan.damaged).toBeUndefined();
  });
});

describe('the explanation', () => {
  it('names the span, the reason and how exact it is', () => {
    expect(explainPlan(planFold(WHOLE).plan)).toBe(
      [
        'task.completed, from 2026-11-01T00:00:00.000Z to 2026-11-02T00:00:00.000Z',
        'Read from rollups of 24 whole hours, which are all of the span.',
        'All figures are exact.',
      ].join('\n'),
    );
    expect(explainPlan(planFold({ ...DAY, aggregations: [P95] }).plan)).toContain('within 1 %');
    const coverage = { ...DAY.coverage, rawFromMicros: DAY.range.toMicros };
    const lost = explainPlan(planFold({ ...DAY, coverage, groupBy: ['task_id'] }).plan);
    expect(lost).toContain('Incomplete: some events before 2026-11-02T00:15:00.000Z have expired');
    expect(lost).not.toContain('All figures are exact.');
  });
});
