import { nanosOfUsd } from '../../pricing/index.ts';
import type { AggregateRow, Value } from '../../query/question.ts';
import type { Figures } from './figures.ts';

/** What usage is told apart by. Absent: not told. */
export const LINE_FIELDS = [
  'client',
  'session_id',
  'agent_id',
  'task_id',
  'node_id',
  'cluster',
  'feed',
  'model',
  'priced_model',
  'price_version',
] as const;
export type LineField = (typeof LINE_FIELDS)[number];

/** Those of them that hourly figures keep, when single events have expired. */
export const ROLLED_UP_FIELDS = [
  'client',
  'node_id',
  'feed',
  'model',
  'priced_model',
  'price_version',
] as const satisfies readonly LineField[];

/** The figures a line is made from. */
export const LINE_AGGREGATIONS = [
  'count',
  'sum(requests)',
  'sum(input_tokens)',
  'sum(output_tokens)',
  'sum(cached_tokens)',
  'sum(cache_write_5m_tokens)',
  'sum(cache_write_1h_tokens)',
  'sum(reasoning_tokens)',
  'count(reported_cost_usd)',
  'sum(reported_cost_usd)',
  'count(estimated_cost_usd)',
  'sum(estimated_cost_usd)',
] as const;

/** The usage of one hour that has all of these in common. */
export type UsageLine = {
  readonly hourMicros: number;
  readonly fields: Readonly<Record<LineField, string | undefined>>;
  /** False when it was read from hourly figures: session, agent, task and cluster are then not known any more. */
  readonly detailed: boolean;
  readonly figures: Figures;
};

/** A line of an answer. Reported and computed costs stay apart: see `isMixed`. */
export function usageLine(
  { group, values, bucketStart = 0 }: AggregateRow,
  detailed: boolean,
  onPlan: (client: string | undefined) => boolean,
): UsageLine {
  const fields = lineFields(group);
  const figures = figuresOf(values, onPlan(fields.client));
  return { hourMicros: Math.round(bucketStart * 1e6), fields, detailed, figures };
}

/** The names that a line has in common. */
export function lineFields(group: AggregateRow['group']): UsageLine['fields'] {
  return Object.fromEntries(
    LINE_FIELDS.map((field) => [field, group[field] === undefined ? undefined : String(group[field])]),
  ) as UsageLine['fields'];
}

/**
 * Whether some events of a line have a reported cost and some have none, so that nobody can say how much of the
 * computed cost belongs to the ones without. Asked again by whether there is a reported cost, no line is.
 */
export function isMixed({ values }: AggregateRow): boolean {
  const reported = number(values['count(reported_cost_usd)']);
  return reported > 0 && reported < number(values['count']);
}

const number = (value: Value): number => (typeof value === 'number' ? value : 0);

function figuresOf(values: AggregateRow['values'], onPlan: boolean): Figures {
  const count = (field: string): number => number(values[`sum(${field})`]);
  const events = number(values['count']);
  const tokens = {
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    cachedTokens: count('cached_tokens'),
    cacheWrite5mTokens: count('cache_write_5m_tokens'),
    cacheWrite1hTokens: count('cache_write_1h_tokens'),
    reasoningTokens: count('reasoning_tokens'),
  };
  const reportedEvents = number(values['count(reported_cost_usd)']);
  const reportedNanos = nanosOfUsd(count('reported_cost_usd'));
  const computedEvents = number(values['count(estimated_cost_usd)']);
  const computedNanos = nanosOfUsd(count('estimated_cost_usd'));
  // A mixed line is one of expired events: what its unreported events cost is not known any more, and said to be so.
  const costNanos = reportedEvents > 0 ? reportedNanos : computedNanos;
  const unpricedEvents = events - (reportedEvents > 0 ? reportedEvents : computedEvents);
  const compared = reportedEvents === events && computedEvents === events;
  const all = tokens.inputTokens + tokens.outputTokens + tokens.cachedTokens;
  const allTokens = all + tokens.cacheWrite5mTokens + tokens.cacheWrite1hTokens;
  return {
    events,
    requests: count('requests'),
    ...tokens,
    reportedEvents,
    reportedNanos,
    computedEvents,
    computedNanos,
    costNanos,
    planNanos: onPlan ? costNanos : 0n,
    unpricedEvents,
    // Of a line that is priced in part, which cannot be told apart, all: better too many than too few.
    unpricedTokens: unpricedEvents === 0 ? 0 : allTokens,
    comparedEvents: compared ? events : 0,
    comparedReportedNanos: compared ? reportedNanos : 0n,
    comparedComputedNanos: compared ? computedNanos : 0n,
  };
}
