import type { StoredEvent } from '../../model/event.ts';
import { nanosOfUsd } from '../../pricing/index.ts';
import type { AggregateRow } from '../../query/question.ts';
import type { Attribution } from './attribution.ts';
import { type Figures, totalTokens } from './figures.ts';

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

/** The figures that a line of expired events is made from. */
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

/** The usage of one stretch of time that has all of these in common. */
export type UsageLine = {
  /** Where the stretch begins: an hour where feeds compete, else a day of the zone or the whole span. */
  readonly hourMicros: number;
  readonly fields: Readonly<Record<LineField, string | undefined>>;
  readonly attribution: Attribution;
  /** False when it was read from hourly figures: session, agent, task and cluster are then not known any more. */
  readonly detailed: boolean;
  readonly figures: Figures;
};

/** The names that usage has in common. */
export function lineFields(names: Readonly<Record<string, unknown>>): UsageLine['fields'] {
  const text = (field: LineField): string | undefined => {
    const value = names[field];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    client: text('client'),
    session_id: text('session_id'),
    agent_id: text('agent_id'),
    task_id: text('task_id'),
    node_id: text('node_id'),
    cluster: text('cluster'),
    feed: text('feed'),
    model: text('model'),
    priced_model: text('priced_model'),
    price_version: text('price_version'),
  };
}

/** The names of an event, as its source told them. */
export function fieldsOf({ data, node_id, cluster }: StoredEvent): UsageLine['fields'] {
  return lineFields({ ...data, node_id, cluster });
}

/**
 * The figures of a row of rollups. Where some of its events have a reported cost and some have none, nobody can say any
 * more how much of the computed cost belongs to the ones without: these are counted as having no price.
 */
export function rowFigures({ values }: AggregateRow, onPlan: boolean): Figures {
  const value = (key: string): number => numberOf(values[key]) ?? 0;
  return usageFigures(
    value('count'),
    (field) => value(`sum(${field})`),
    { events: value('count(reported_cost_usd)'), nanos: nanosOfUsd(value('sum(reported_cost_usd)')) },
    { events: value('count(estimated_cost_usd)'), nanos: nanosOfUsd(value('sum(estimated_cost_usd)')) },
    onPlan,
  );
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Figures from counts and sums of events; `count` gives the sum of a field. */
export function usageFigures(
  events: number,
  count: (field: string) => number,
  reported: { readonly events: number; readonly nanos: bigint },
  computed: { readonly events: number; readonly nanos: bigint },
  onPlan: boolean,
): Figures {
  const tokens = {
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    cachedTokens: count('cached_tokens'),
    cacheWrite5mTokens: count('cache_write_5m_tokens'),
    cacheWrite1hTokens: count('cache_write_1h_tokens'),
    reasoningTokens: count('reasoning_tokens'),
  };
  const [reportedNanos, computedNanos] = [reported.nanos, computed.nanos];
  const costNanos = reported.events > 0 ? reportedNanos : computedNanos;
  const unpricedEvents = events - (reported.events > 0 ? reported.events : computed.events);
  const compared = reported.events === events && computed.events === events;
  return {
    events,
    requests: count('requests'),
    ...tokens,
    reportedEvents: reported.events,
    reportedNanos,
    computedEvents: computed.events,
    computedNanos,
    costNanos,
    planNanos: onPlan ? costNanos : 0n,
    unpricedEvents,
    // Of a row that is priced in part, which cannot be told apart, all: better too many than too few.
    unpricedTokens: unpricedEvents === 0 ? 0 : totalTokens(tokens),
    comparedEvents: compared ? events : 0,
    comparedReportedNanos: compared ? reportedNanos : 0n,
    comparedComputedNanos: compared ? computedNanos : 0n,
  };
}
