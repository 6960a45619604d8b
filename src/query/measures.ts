import { QuantileSketch } from '../model/quantile-sketch.ts';
import type { Figure, Measure } from '../store/store.ts';
import type { ParsedAggregation } from './parse-aggregation.ts';
import type { Value } from './question.ts';

/** Where percentiles come from: each event's value, or mergeable sketches within 1 %. */
export type PercentileSource = 'events' | 'sketches';

/** The figures an aggregation is computed from. */
function measuresFor(aggregation: ParsedAggregation, percentiles: PercentileSource): readonly Measure[] {
  const { fn, field } = aggregation;
  if (field === undefined) return [{ fn: 'count' }];
  switch (fn) {
    case 'avg':
      return [
        { fn: 'sum', field },
        { fn: 'count', field },
      ];
    case 'rate':
      return [{ fn: 'sum', field }];
    case 'percentile':
      if (percentiles === 'events') return [{ fn, field, p: aggregation.p }];
      // The extremes are exact and cost nothing: they keep a sketched percentile from lying outside of them.
      return [
        { fn: 'sketch', field },
        { fn: 'min', field },
        { fn: 'max', field },
      ];
    default:
      return [{ fn, field }];
  }
}

const sameMeasure = (a: Measure, b: Measure): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a store has to compute, each figure once. */
export function measuresOf(
  aggregations: readonly ParsedAggregation[],
  percentiles: PercentileSource,
): readonly Measure[] {
  const all = aggregations.flatMap((aggregation) => measuresFor(aggregation, percentiles));
  return all.filter((measure, i) => all.findIndex((other) => sameMeasure(measure, other)) === i);
}

/** Looks a figure up among those that the store computed. */
export type FigureOf = (measure: Measure) => Figure;

/** Positions of measures by their text, for each list of them: found anew for each row they would cost more than the row. */
const POSITIONS = new WeakMap<readonly Measure[], ReadonlyMap<string, number>>();

const textOf = (measure: Measure): string =>
  `${measure.fn} ${'field' in measure ? measure.field : ''} ${'p' in measure ? measure.p : ''}`;

/** The figures of one row, by measure. No row at all is a row in which everything is absent. */
export function figuresOf(measures: readonly Measure[], figures: readonly Figure[]): FigureOf {
  let positions = POSITIONS.get(measures);
  if (positions === undefined) {
    positions = new Map(measures.map((measure, i) => [textOf(measure), i]));
    POSITIONS.set(measures, positions);
  }
  const known = positions;
  return (measure) => figures[known.get(textOf(measure)) ?? -1];
}

/**
 * The figure of an aggregation. Of no events, counts and `rate` are 0, and everything else is absent.
 *
 * @param seconds Length of the span or bucket, for rates.
 */
export function valueOf(
  aggregation: ParsedAggregation,
  figureOf: FigureOf,
  percentiles: PercentileSource,
  seconds: number,
): Value {
  const { fn, field } = aggregation;
  if (field === undefined) {
    const events = numberOf(figureOf({ fn: 'count' })) ?? 0;
    return fn === 'rate' ? events / seconds : events;
  }
  switch (fn) {
    case 'count':
    case 'distinct':
      return numberOf(figureOf({ fn, field })) ?? 0;
    case 'avg':
    case 'rate': {
      const sum = numberOf(figureOf({ fn: 'sum', field }));
      const divisor = fn === 'rate' ? seconds : numberOf(figureOf({ fn: 'count', field }));
      return sum === undefined || divisor === undefined || divisor === 0 ? undefined : sum / divisor;
    }
    case 'percentile': {
      if (percentiles === 'events') return plain(figureOf({ fn, field, p: aggregation.p }));
      const sketch = figureOf({ fn: 'sketch', field });
      const value = sketch instanceof QuantileSketch ? sketch.quantile(aggregation.p / 100) : undefined;
      if (value === undefined) return undefined;
      const least = numberOf(figureOf({ fn: 'min', field })) ?? value;
      const most = numberOf(figureOf({ fn: 'max', field })) ?? value;
      return Math.min(Math.max(value, least), most);
    }
    default:
      return plain(figureOf({ fn, field }));
  }
}

function numberOf(figure: Figure): number | undefined {
  return typeof figure === 'number' && Number.isFinite(figure) ? figure : undefined;
}

function plain(figure: Figure): Value {
  if (figure instanceof QuantileSketch) return undefined;
  return typeof figure === 'number' ? numberOf(figure) : figure;
}
