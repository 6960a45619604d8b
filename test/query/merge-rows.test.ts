import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure } from '../../src/model/field.ts';
import { QuantileSketch } from '../../src/model/quantile-sketch.ts';
import { measuresOf, readerOf } from '../../src/query/measures.ts';
import { compareGroups, mergeRows } from '../../src/query/merge-rows.ts';
import type { ParsedAggregation } from '../../src/query/parse-aggregation.ts';
import type { FoldRow, Measure } from '../../src/store/store.ts';

const FIELDS = { duration_ms: measure('ms', '') };
const FIELD = 'duration_ms';
const MEASURES: readonly Measure[] = [
  { fn: 'count' },
  { fn: 'sum', field: FIELD },
  { fn: 'min', field: FIELD },
  { fn: 'max', field: FIELD },
  { fn: 'sketch', field: FIELD },
];

/** What a store answers for these values. */
function rowOf(values: readonly number[], group: FoldRow['group'] = [], bucket = 0): FoldRow {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  const steps = values.reduce((sum, value) => sum + Math.round(value * 1_000), 0);
  const some = values.length > 0;
  return {
    bucket,
    group,
    figures: [
      values.length,
      some ? steps / 1_000 : undefined,
      some ? Math.min(...values) : undefined,
      some ? Math.max(...values) : undefined,
      sketch,
    ],
  };
}

const durations = fc.array(
  fc.integer({ min: 0, max: 1e9 }).map((steps) => steps / 1_000),
  { maxLength: 30 },
);

describe('merged rows', () => {
  it('equal the row of all their events, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1, maxLength: 6 }), (parts) => {
        const merged = mergeRows(
          parts.map((values) => [rowOf(values)]),
          MEASURES,
          FIELDS,
        );
        const whole = rowOf(parts.flat());
        expect(merged).toHaveLength(1);
        expect(merged[0]?.figures.slice(0, 4)).toEqual(whole.figures.slice(0, 4));
        const [sketch, wholeSketch] = [merged[0]?.figures[4], whole.figures[4]];
        if (!(sketch instanceof QuantileSketch && wholeSketch instanceof QuantileSketch)) throw new Error('no sketch');
        expect(sketch.toNumbers()).toEqual(wholeSketch.toNumbers());
      }),
    );
  });

  it('keep buckets and groups apart, absent ones too', () => {
    const merged = mergeRows(
      [
        [rowOf([1], ['b']), rowOf([2], [undefined]), rowOf([3], ['a'], 1)],
        [rowOf([5], ['a']), rowOf([4], ['b']), rowOf([6], ['null'])],
      ],
      MEASURES,
      FIELDS,
    );
    expect(merged.map(({ bucket, group, figures }) => [bucket, group[0], figures[1]])).toEqual([
      [0, 'a', 5],
      [0, 'b', 5],
      [0, 'null', 6],
      [0, undefined, 2],
      [1, 'a', 3],
    ]);
  });

  it('leave the parts as they were', () => {
    const part = rowOf([1]);
    const before = JSON.stringify((part.figures[4] as QuantileSketch).toNumbers());
    mergeRows([[part], [rowOf([2])]], MEASURES, FIELDS);
    expect(JSON.stringify((part.figures[4] as QuantileSketch).toNumbers())).toBe(before);
  });

  it('refuse figures that have no sum', () => {
    const distinct: readonly Measure[] = [{ fn: 'distinct', field: FIELD }];
    const row: FoldRow = { bucket: 0, group: [], figures: [1] };
    expect(() => mergeRows([[row], [row]], distinct, FIELDS)).toThrow('cannot be merged');
  });

  it('order groups by value: numbers by size, flags, absent ones last', () => {
    const groups = [[undefined], [10], [9], [true], [false]].toSorted(compareGroups);
    expect(groups.filter(([value]) => typeof value === 'number')).toEqual([[9], [10]]);
    expect(groups.at(-1)).toEqual([undefined]);
  });
});

describe('figures', () => {
  const asked = (fn: string, field?: string, p?: number): ParsedAggregation =>
    ({
      asked: fn,
      fn,
      ...(field === undefined ? {} : { field }),
      ...(p === undefined ? {} : { p }),
    }) as ParsedAggregation;

  const figure = (
    aggregation: ParsedAggregation,
    row: FoldRow | undefined,
    source: 'events' | 'sketches' = 'events',
  ): unknown => readerOf(aggregation, MEASURES, source, () => 60)(row?.figures ?? [], 0);

  it('are each asked of the store once', () => {
    const aggregations = [
      asked('avg', FIELD),
      asked('sum', FIELD),
      asked('rate', FIELD),
      asked('count'),
      asked('rate'),
    ];
    expect(measuresOf(aggregations, 'events')).toEqual([
      { fn: 'sum', field: FIELD },
      { fn: 'count', field: FIELD },
      { fn: 'count' },
    ]);
  });

  it('of no events are 0 for counts and rates, and absent for everything else', () => {
    expect(figure(asked('count'), undefined)).toBe(0);
    expect(figure(asked('rate'), undefined)).toBe(0);
    expect(figure(asked('count', FIELD), undefined)).toBe(0);
    expect(figure(asked('distinct', FIELD), undefined)).toBe(0);
    const others = ['sum', 'avg', 'min', 'max', 'rate', 'first', 'last'];
    expect(others.map((fn) => figure(asked(fn, FIELD), undefined))).toEqual(others.map(() => undefined));
    expect(figure(asked('percentile', FIELD, 50), undefined)).toBeUndefined();
    expect(figure(asked('percentile', FIELD, 50), rowOf([]), 'sketches')).toBeUndefined();
  });

  it('of rates are per second of the span', () => {
    expect(figure(asked('rate'), rowOf([1, 2, 3]))).toBe(0.05);
    expect(figure(asked('rate', FIELD), rowOf([10, 20]))).toBe(0.5);
  });

  it('of sketched percentiles are within 1 %, and never outside of the extremes', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 50, 95, 100), (values, p) => {
        fc.pre(values.length > 0);
        const value = Number(figure(asked('percentile', FIELD, p), rowOf(values), 'sketches'));
        const exact = values.toSorted((a, b) => a - b)[Math.floor((p / 100) * (values.length - 1))] ?? 0;
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact * 0.0101 + 1e-6);
        expect(value).toBeGreaterThanOrEqual(Math.min(...values));
        expect(value).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  it('are never NaN or infinite', () => {
    const row: FoldRow = { bucket: 0, group: [], figures: [1, Number.NaN, Number.POSITIVE_INFINITY, 1, undefined] };
    expect(figure(asked('sum', FIELD), row)).toBeUndefined();
    expect(figure(asked('avg', FIELD), row)).toBeUndefined();
    expect(figure(asked('min', FIELD), row)).toBeUndefined();
  });
});
