import type { AggregateRow, Value } from '../../query/question.ts';

/** How a measured field is spread, in the field's own unit. Figures are absent when no event had the field. */
export type Distribution = {
  /** Events that had the field. */
  readonly count: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly max: number | undefined;
  readonly sum: number | undefined;
};

export const NO_DISTRIBUTION: Distribution = {
  count: 0,
  p50: undefined,
  p95: undefined,
  max: undefined,
  sum: undefined,
};

/** The aggregations that a distribution of a field is read from. */
export function distributionOf(field: string): string[] {
  return [`count(${field})`, `p50(${field})`, `p95(${field})`, `max(${field})`, `sum(${field})`];
}

/** A figure as a number; absent when it is none. */
export function asNumber(value: Value): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Reads a distribution from an answer's row. */
export function toDistribution(row: AggregateRow | undefined, field: string): Distribution {
  if (row === undefined) return NO_DISTRIBUTION;
  const figure = (fn: string): number | undefined => asNumber(row.values[`${fn}(${field})`]);
  return {
    count: figure('count') ?? 0,
    p50: figure('p50'),
    p95: figure('p95'),
    max: figure('max'),
    sum: figure('sum'),
  };
}

/** The `count` of an answer's row; 0 when there is no row, because then nothing was counted. */
export function toCount(row: AggregateRow | undefined): number {
  return asNumber(row?.values['count']) ?? 0;
}
