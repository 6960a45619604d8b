import type { Filter } from '../model/filter.ts';
import { MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import type { Clock } from '../model/clock.ts';
import type { Catalogue } from '../metrics/index.ts';
import type { FoldRow, Measure, Store } from '../store/store.ts';
import type { AskedMetric } from './asked-metric.ts';
import { type FigureReader, measuresOf, type PercentileSource, readerOf } from './measures.ts';
import { mergeRows } from './merge-rows.ts';
import type { ParsedAggregation } from './parse-aggregation.ts';
import type { Known, ParsedFold, ParsedSpan } from './parse-question.ts';
import { FEW_EVENTS, type FoldPlan, planFold, type PlanInput } from './plan.ts';
import type { Plan } from './question.ts';
import type { UnreadableEvents } from './unreadable-events.ts';

/** What questions are answered from. */
export type Asking = {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Takes down what answers lack. */
  readonly unreadable: UnreadableEvents;
};

/** What a question is read against, at this moment. */
export async function knownNow({ store, catalogue, clock }: Omit<Asking, 'unreadable'>): Promise<Known> {
  return { stored: await store.metrics(), catalogue, nowMicros: clock.nowMicros() };
}

/** Rows of one period, with what is needed to read their figures. */
export type PeriodFigures = {
  readonly plan: Plan;
  readonly rows: readonly FoldRow[];
  /** How the figures of the aggregations are read, in their order. */
  readonly readers: readonly FigureReader[];
};

/**
 * The latest that an event recorded just now can be dated: each takes a microsecond of its own, so a burst is dated
 * ahead of the clock, and clocks of processes differ.
 */
const AHEAD_MICROS = 60 * MICROS_PER_SECOND;

/** The span in full: the whole history starts with the first event of the metric, and now includes what was just recorded. */
export async function rangeOf(store: Store, metric: AskedMetric, span: Omit<ParsedSpan, 'zone'>): Promise<TimeRange> {
  const toMicros = span.untilNow && metric.stored ? await untilNow(store, metric.name, span.toMicros) : span.toMicros;
  if (span.fromMicros !== undefined) return { fromMicros: span.fromMicros, toMicros };
  const nothing = { fromMicros: toMicros, toMicros };
  if (!metric.stored) return nothing;
  const { firstMicros } = await store.coverage(metric.name, nothing);
  return { fromMicros: Math.min(firstMicros ?? toMicros, toMicros), toMicros };
}

async function untilNow(store: Store, metric: string, nowMicros: number): Promise<number> {
  const range = { fromMicros: nowMicros, toMicros: nowMicros + AHEAD_MICROS };
  for await (const [event] of store.scan({ metric, range, filters: [], order: 'newest_first', limit: 1 })) {
    if (event !== undefined) return event.atMicros + 1;
  }
  return nowMicros;
}

/**
 * Filters on fields that are declared but were never recorded hold for all events or for none.
 *
 * @returns The filters that the store has to apply; `undefined` when no event can pass.
 */
export function storedFilters(metric: AskedMetric, filters: readonly Filter[]): readonly Filter[] | undefined {
  if (!metric.stored) return undefined;
  const negations: readonly string[] = ['ne', 'not_in', 'not_prefix', 'absent'];
  const unstored = filters.filter(({ field }) => !metric.storedFields.has(field));
  if (unstored.some(({ op }) => !negations.includes(op))) return undefined;
  return filters.filter((filter) => !unstored.includes(filter));
}

/** Computes the aggregations of one period, from what the planner chose. */
export async function foldPeriod(
  store: Store,
  fold: Pick<ParsedFold, 'metric' | 'filters' | 'groupBy' | 'aggregations' | 'exact'>,
  range: TimeRange,
  boundaries: readonly number[] | undefined,
): Promise<PeriodFigures> {
  const filters = storedFilters(fold.metric, fold.filters);
  const empty = range.fromMicros >= range.toMicros;
  if (filters === undefined || empty) return noFigures(fold, range, boundaries);

  const { storedFields } = fold.metric;
  // A field that no event has tells none apart, so rollups that do not know it answer as well as events.
  const groupBy = fold.groupBy.filter((field) => storedFields.has(field));
  const { name, fields } = fold.metric;
  const coverage = await store.coverage(name, range);
  const { aggregations, exact } = fold;
  const input = { metric: name, fields, range, boundaries, filters, groupBy, aggregations, exact, coverage };
  // Asked for no group, a store answers with a row even for no events: the count tells whether there were any.
  const isKept = (asked: Measure | ParsedAggregation): boolean =>
    !('field' in asked) || asked.field === undefined || storedFields.has(asked.field);
  const mayBeNothing = groupBy.length < fold.groupBy.length || !aggregations.some(isKept);
  const { chosen, measures, found } = await readPlanned(store, input, { isKept, counted: mayBeNothing });
  const some = mayBeNothing ? found.filter(({ figures }) => figures.at(-1) !== 0) : found;
  const rows =
    groupBy.length === fold.groupBy.length
      ? some
      : some.map(({ bucket, group, figures }) => ({
          bucket,
          group: fold.groupBy.map((field) => group[groupBy.indexOf(field)]),
          figures,
        }));
  return { plan: chosen.plan, rows, readers: readersOf(aggregations, measures, chosen.percentiles, range, boundaries) };
}

/**
 * Plans, and reads what was planned; when the rollups turn out to stand for only a few events, these instead.
 *
 * @param options.counted Events are counted as well: the last measure.
 */
async function readPlanned(
  store: Store,
  input: PlanInput,
  options: { readonly isKept: (measure: Measure) => boolean; readonly counted: boolean },
): Promise<{ readonly chosen: FoldPlan; readonly measures: readonly Measure[]; readonly found: readonly FoldRow[] }> {
  const { metric, fields, filters, groupBy, boundaries: buckets, aggregations } = input;
  const chosen = planFold(input);
  const { rollups, raw, percentiles } = chosen;
  const wanted = measuresOf(aggregations, percentiles).filter(options.isKept);
  const measures: readonly Measure[] =
    options.counted || percentiles === 'sketches' ? [...wanted, { fn: 'count' }] : wanted;
  const request = { metric, filters, groupBy, buckets, measures };
  const rolledUp = rollups.length === 0 ? [] : await store.foldRollups({ ...request, ranges: rollups });
  if (percentiles === 'sketches' && input.rolledUpEvents === undefined) {
    const rolledUpEvents = rolledUp.reduce((sum, { figures }) => sum + Number(figures.at(-1)), 0);
    if (rolledUpEvents <= FEW_EVENTS) return readPlanned(store, { ...input, rolledUpEvents }, options);
  }
  const parts = [rolledUp, raw.length === 0 ? [] : await store.fold({ ...request, ranges: raw })];
  return { chosen, measures, found: mergeRows(parts, measures, fields) };
}

function readersOf(
  aggregations: readonly ParsedAggregation[],
  measures: readonly Measure[],
  percentiles: PercentileSource,
  range: TimeRange,
  boundaries: readonly number[] | undefined,
): readonly FigureReader[] {
  const secondsOf = (bucket: number): number => {
    const from = Math.max(range.fromMicros, boundaries?.[bucket] ?? range.fromMicros);
    const to = Math.min(range.toMicros, boundaries?.[bucket + 1] ?? range.toMicros);
    return (to - from) / MICROS_PER_SECOND;
  };
  return aggregations.map((aggregation) => readerOf(aggregation, measures, percentiles, secondsOf));
}

function noFigures(
  { metric, aggregations }: Pick<ParsedFold, 'metric' | 'aggregations'>,
  range: TimeRange,
  boundaries: readonly number[] | undefined,
): PeriodFigures {
  const plan: Plan = {
    metric: metric.name,
    from: range.fromMicros / MICROS_PER_SECOND,
    to: range.toMicros / MICROS_PER_SECOND,
    level: 'raw',
    reason: 'Nothing was read, because no stored event can be meant.',
    rollupHours: 0,
    exact: true,
  };
  // Nothing was asked for less than a second: a rate of no events is 0 in any length of time.
  const ofNothing = { fromMicros: range.fromMicros, toMicros: Math.max(range.toMicros, range.fromMicros + 1) };
  return { plan, rows: [], readers: readersOf(aggregations, [], 'events', ofNothing, boundaries) };
}
