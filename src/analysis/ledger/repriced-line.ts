import type { StoredEvent } from '../../model/event.ts';
import { nanosOfUsd } from '../../pricing/index.ts';
import type { AggregateRow } from '../../query/question.ts';
import { type Figures, NO_FIGURES } from './figures.ts';
import { lineFields, ROLLED_UP_FIELDS, type UsageLine } from './usage-line.ts';

export const REPRICED_METRIC = 'cost.repriced';

/** Those of its fields that hourly figures keep. */
export const REPRICED_ROLLED_UP_FIELDS = [
  ...ROLLED_UP_FIELDS,
  'reported',
  'previous_version',
  'previous_priced_model',
] as const;

export const REPRICED_AGGREGATIONS = [
  'count',
  'sum(tokens)',
  'sum(reported_cost_usd)',
  'count(previous_cost_usd)',
  'sum(previous_cost_usd)',
  'count(estimated_cost_usd)',
  'sum(estimated_cost_usd)',
] as const;

/** The moment of the usage that a repricing is about, which its id ends in. Its own may be some microseconds later. */
export function usageMoment({ data, atMicros }: StoredEvent): number {
  const moment = Number(String(data['usage_id']).split(':').at(-1));
  return Number.isSafeInteger(moment) && moment > 0 ? moment : atMicros;
}

/** What a repricing does to the ledger. */
export type Correction = { readonly fields: UsageLine['fields']; readonly figures: Figures };

/**
 * An accepted repricing as two corrections that are summed with the usage: one takes away the cost that counted before,
 * the other adds the one that counts now. A later repricing takes away the earlier, so that the sum always holds the
 * latest, whichever span each was accepted for.
 */
export function eventCorrections(event: StoredEvent, onPlan: boolean): readonly Correction[] {
  const { data } = event;
  const number = (field: string): number => (typeof data[field] === 'number' ? data[field] : 0);
  return corrections({ ...data, node_id: event.node_id, cluster: event.cluster }, onPlan, number, (field) =>
    data[field] === undefined ? 0 : 1,
  );
}

/** The same for a row of rollups. All of its events have a cost, or none has: they share a price book. */
export function rowCorrections({ group, values }: AggregateRow, onPlan: boolean): readonly Correction[] {
  const number = (key: string): number => Number(values[key] ?? 0);
  return corrections(
    group,
    onPlan,
    (field) => number(`sum(${field})`),
    (field) => number(`count(${field})`),
  );
}

function corrections(
  names: Readonly<Record<string, unknown>>,
  onPlan: boolean,
  sum: (field: string) => number,
  count: (field: string) => number,
): readonly Correction[] {
  const fields = lineFields(names);
  const before = lineFields({
    ...names,
    price_version: names['previous_version'],
    priced_model: names['previous_priced_model'],
  });
  const cost = (field: 'previous_cost_usd' | 'estimated_cost_usd'): Cost => ({
    events: count(field),
    nanos: nanosOfUsd(sum(field)),
    tokens: sum('tokens'),
    reported: names['reported'] === true,
    reportedNanos: nanosOfUsd(sum('reported_cost_usd')),
    onPlan,
  });
  return [
    { fields: before, figures: figuresOf(cost('previous_cost_usd'), -1) },
    { fields, figures: figuresOf(cost('estimated_cost_usd'), 1) },
  ].filter(({ figures }) => figures.computedEvents !== 0);
}

type Cost = {
  readonly events: number;
  readonly nanos: bigint;
  readonly tokens: number;
  readonly reported: boolean;
  readonly reportedNanos: bigint;
  readonly onPlan: boolean;
};

/** Added to the figures of the usage (`sign` 1) or taken from them (−1). All events of a line have a cost, or none has. */
function figuresOf({ events, nanos, tokens, reported, reportedNanos, onPlan }: Cost, sign: 1 | -1): Figures {
  const times = BigInt(sign);
  const computed = { ...NO_FIGURES, computedEvents: sign * events, computedNanos: times * nanos };
  if (reported) {
    return {
      ...computed,
      comparedEvents: sign * events,
      comparedReportedNanos: times * reportedNanos,
      comparedComputedNanos: times * nanos,
    };
  }
  return {
    ...computed,
    costNanos: times * nanos,
    planNanos: onPlan ? times * nanos : 0n,
    unpricedEvents: -sign * events,
    unpricedTokens: -sign * tokens,
  };
}
