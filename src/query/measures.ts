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

/** One text for one measure. */
const textOf = (measure: Measure): string =>
  `${measure.fn} ${'field' in measure ? measure.field : ''} ${'p' in measure ? measure.p : ''}`;

/** What a store has to compute, each figure once. */
export function measuresOf(
  aggregations: readonly ParsedAggregation[],
  percentiles: PercentileSource,
): readonly Measure[] {
  const all = new Map<string, Measure>();
  for (const aggregation of aggregations) {
    for (const measure of measuresFor(aggregation, percentiles)) all.set(textOf(measure), measure);
  }
  return [...all.values()];
}

/** Reads the figure of one aggregation out of a row's figures. No figures at all are a row in which everything is absent. */
export type FigureReader = (figures: readonly Figure[], bucket: number) => Value;

/**
 * How to read the figure of an aggregation: where it lies is found once, for all rows of an answer. Of no events,
 * counts and `rate` are 0, and everything else is absent.
 *
 * @param measures What the store computed, in the order of a row's figures.
 * @param secondsOf Length of the span or bucket, for rates.
 */
export function readerOf(
  aggregation: ParsedAggregation,
  measures: readonly Measure[],
  percentiles: PercentileSource,
  secondsOf: (bucket: number) => number,
): FigureReader {
  const { fn, field } = aggregation;
  const places = measures.map(textOf);
  const [at = -1, second = -1, third = -1] = measuresFor(aggregation, percentiles).map((one) =>
    places.indexOf(textOf(one)),
  );
  if (fn === 'rate') {
    const ofNothing = field === undefined ? 0 : undefined;
    return (figures, bucket) => {
      const sum = numberOf(figures[at]) ?? ofNothing;
      const seconds = secondsOf(bucket);
      return sum === undefined || seconds === 0 ? ofNothing : sum / seconds;
    };
  }
  if (fn === 'count' || fn === 'distinct') return (figures) => numberOf(figures[at]) ?? 0;
  if (fn === 'avg') {
    return (figures) => {
      const sum = numberOf(figures[at]);
      const count = numberOf(figures[second]);
      return sum === undefined || count === undefined || count === 0 ? undefined : sum / count;
    };
  }
  if (fn !== 'percentile' || percentiles === 'events') return (figures) => plain(figures[at]);
  const part = aggregation.p / 100;
  return (figures) => {
    const sketch = figures[at];
    const value = sketch instanceof QuantileSketch ? sketch.quantile(part) : undefined;
    if (value === undefined) return undefined;
    return Math.min(Math.max(value, numberOf(figures[second]) ?? value), numberOf(figures[third]) ?? value);
  };
}

function numberOf(figure: Figure): number | undefined {
  return typeof figure === 'number' && Number.isFinite(figure) ? figure : undefined;
}

function plain(figure: Figure): Value {
  if (figure instanceof QuantileSketch) return undefined;
  return typeof figure === 'number' ? numberOf(figure) : figure;
}
