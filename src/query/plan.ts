import { isNumeric, type AnyField } from '../model/field.ts';
import type { Filter } from '../model/filter.ts';
import { QuantileSketch } from '../model/quantile-sketch.ts';
import { hourOf, joinedRanges, MICROS_PER_HOUR, MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import type { Coverage } from '../store/store.ts';
import type { PercentileSource } from './measures.ts';
import type { ParsedAggregation } from './parse-aggregation.ts';
import type { Plan } from './question.ts';
import { toSpans } from './unreadable-events.ts';

/** What a plan is made from. */
export type PlanInput = {
  readonly metric: string;
  readonly fields: Readonly<Record<string, AnyField>>;
  readonly range: TimeRange;
  readonly boundaries: readonly number[] | undefined;
  readonly filters: readonly Filter[];
  readonly groupBy: readonly string[];
  readonly aggregations: readonly ParsedAggregation[];
  /** The question insists on exact percentiles. */
  readonly exact: boolean;
  readonly coverage: Coverage;
  /** How many events the rollups stand for, where somebody counted: few are read one by one, for exact percentiles. */
  readonly rolledUpEvents?: number | undefined;
};

/** What to read from where, and what to say about it. */
export type FoldPlan = {
  readonly plan: Plan;
  /** Disjoint and ascending, as the store wants them. */
  readonly raw: readonly TimeRange[];
  readonly rollups: readonly TimeRange[];
  readonly percentiles: PercentileSource;
};

/** Up to so many events, reading each takes a few milliseconds: percentiles are then exact without being asked to be. */
export const FEW_EVENTS = 5_000;
/** More parts than this cost more to look up than rollups save. */
const MAX_PARTS = 200;

/**
 * Decides what a question is answered from.
 *
 * Rollups stand for whole UTC hours, so hours that a bucket boundary cuts are read from events. Where rollups answer,
 * counts, sums and extremes are as exact as from events, and percentiles are within the sketch's error.
 */
export function planFold(input: PlanInput): FoldPlan {
  const onlyEvents = whyOnlyEvents(input);
  if (onlyEvents !== undefined) return fromEvents(input, onlyEvents);

  const { coverage, boundaries = [] } = input;
  const cut = new Set(
    boundaries
      .filter((boundary) => boundary > input.range.fromMicros && boundary < input.range.toMicros)
      .filter((boundary) => boundary % MICROS_PER_HOUR !== 0)
      .map(hourOf),
  );
  const { rollups, uncovered } = withoutHours(coverage.rollups, cut);
  const raw = joinedRanges([...coverage.raw, ...uncovered]);
  if (rollups.length === 0) {
    return fromEvents(
      input,
      cut.size > 0 && coverage.rollups.length > 0
        ? 'bucket boundaries cut every hour that is rolled up'
        : 'no whole hour of the span is rolled up',
    );
  }
  const detailComplete =
    input.range.fromMicros >= coverage.rawFromMicros && damagedIn([input.range], coverage).length === 0;
  if (detailComplete && rollups.length + raw.length > MAX_PARTS) {
    return fromEvents(input, 'the rolled up hours lie in too many pieces');
  }
  const hasPercentiles = input.aggregations.some(({ fn }) => fn === 'percentile');
  const few = input.rolledUpEvents !== undefined && input.rolledUpEvents <= FEW_EVENTS;
  if (hasPercentiles && few && detailComplete) {
    return fromEvents(input, 'the events are few enough for exact percentiles');
  }
  return fromRollups(input, rollups, raw, hasPercentiles);
}

/** Why rollups cannot answer, whatever they cover. */
function whyOnlyEvents(input: PlanInput): string | undefined {
  const { aggregations, groupBy, filters, coverage } = input;
  for (const { fn, asked, field } of aggregations) {
    if (fn === 'distinct' || fn === 'first' || fn === 'last') return `"${asked}" needs each event`;
    const declared = field === undefined ? undefined : input.fields[field];
    if (declared !== undefined && !isNumeric(declared)) return `"${asked}" counts a field that is not rolled up`;
    if (fn !== 'percentile') continue;
    if (input.exact) return `"${asked}" is to be exact`;
    if (groupBy.length > 0) return `rollups keep no "${asked}" by group`;
    if (filters.length > 0) return `rollups keep no "${asked}" for filtered events`;
  }
  const fine = [...groupBy, ...filters.map(({ field }) => field)].find((field) => !coverage.dimensions.includes(field));
  return fine === undefined ? undefined : `rollups do not tell events apart by "${fine}"`;
}

function fromEvents(input: PlanInput, why: string): FoldPlan {
  const { range, coverage } = input;
  const missing = range.fromMicros < coverage.rawFromMicros;
  const missingBefore = Math.min(coverage.rawFromMicros, range.toMicros);
  const damaged = damagedIn([range], coverage);
  return {
    plan: {
      metric: input.metric,
      from: range.fromMicros / MICROS_PER_SECOND,
      to: range.toMicros / MICROS_PER_SECOND,
      level: 'raw',
      reason: `Read from events, because ${why}.`,
      rollupHours: 0,
      exact: !missing && damaged.length === 0,
      ...(missing ? { missingBefore: missingBefore / MICROS_PER_SECOND } : {}),
      ...(damaged.length > 0 ? { damaged } : {}),
    },
    raw: [range],
    rollups: [],
    percentiles: 'events',
  };
}

function fromRollups(
  input: PlanInput,
  rollups: readonly TimeRange[],
  raw: readonly TimeRange[],
  sketched: boolean,
): FoldPlan {
  const { range, coverage } = input;
  const lost = raw.filter((part) => part.fromMicros < coverage.rawFromMicros);
  const missingBefore = Math.min(lost.at(-1)?.toMicros ?? 0, coverage.rawFromMicros);
  const damaged = damagedIn(raw, coverage);
  const hours = rollups.reduce((sum, part) => sum + (part.toMicros - part.fromMicros), 0) / MICROS_PER_HOUR;
  const most = `${hours} whole ${hours === 1 ? 'hour' : 'hours'}`;
  return {
    plan: {
      metric: input.metric,
      from: range.fromMicros / MICROS_PER_SECOND,
      to: range.toMicros / MICROS_PER_SECOND,
      level: raw.length === 0 ? 'rollups' : 'mixed',
      reason:
        raw.length === 0
          ? `Read from rollups of ${most}, which are all of the span.`
          : `Read from rollups of ${most}, and from events where no rollup stands.`,
      rollupHours: hours,
      exact: !sketched && lost.length + damaged.length === 0,
      ...(sketched ? { relativeError: QuantileSketch.relativeError } : {}),
      ...(lost.length > 0 ? { missingBefore: missingBefore / MICROS_PER_SECOND } : {}),
      ...(damaged.length > 0 ? { damaged } : {}),
    },
    raw,
    rollups,
    percentiles: sketched ? 'sketches' : 'events',
  };
}

/** Where events of these ranges cannot be read. */
function damagedIn(ranges: readonly TimeRange[], { damaged = [] }: Coverage): NonNullable<Plan['damaged']> {
  return toSpans(
    damaged.filter((part) =>
      ranges.some((range) => part.fromMicros < range.toMicros && part.toMicros > range.fromMicros),
    ),
  );
}

/** Ranges of whole hours, without some of their hours; and those hours. */
function withoutHours(
  ranges: readonly TimeRange[],
  hours: ReadonlySet<number>,
): { rollups: readonly TimeRange[]; uncovered: readonly TimeRange[] } {
  if (hours.size === 0) return { rollups: ranges, uncovered: [] };
  const ascending = [...hours].sort((a, b) => a - b);
  const rollups: TimeRange[] = [];
  const uncovered: TimeRange[] = [];
  for (const range of ranges) {
    let from = range.fromMicros;
    for (const hour of ascending) {
      if (hour < from || hour >= range.toMicros) continue;
      if (hour > from) rollups.push({ fromMicros: from, toMicros: hour });
      from = hour + MICROS_PER_HOUR;
      uncovered.push({ fromMicros: hour, toMicros: from });
    }
    if (from < range.toMicros) rollups.push({ fromMicros: from, toMicros: range.toMicros });
  }
  return { rollups, uncovered };
}
