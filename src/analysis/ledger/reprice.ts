import type { EventData, StoredEvent } from '../../model/event.ts';
import { hourOf } from '../../model/range.ts';
import { estimateCost, nanosOfUsd, type Prices, usdOfNanos } from '../../pricing/index.ts';
import type { ReportSpan } from '../reports/answerer.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { totalTokens } from './figures.ts';
import { readChoice } from './read-usage.ts';
import { REPRICED_METRIC } from './repriced-line.ts';
import { fieldsOf } from './usage-line.ts';

const USAGE_METRIC = 'tokens.consumed';
/** A repricing has the moment of its usage, moved by some microseconds where another had it already. */
const LATE_SECONDS = 1;

/** What the present price book makes of the usage of one model. Only usage that counts in the ledger. */
export type RepricedModel = {
  readonly model: string | undefined;
  readonly events: number;
  /** Of them, those whose computed cost would change. */
  readonly changed: number;
  readonly newlyPriced: number;
  readonly noLongerPriced: number;
  readonly beforeNanos: bigint;
  readonly afterNanos: bigint;
};

export type Repricing = {
  readonly version: string;
  /** By model, the largest difference first. */
  readonly models: readonly RepricedModel[];
  /** Events whose computed cost would change, those that do not count in the ledger included. */
  readonly changed: number;
  /** Single events before this moment have expired: they keep the cost they have. */
  readonly detailFromMicros: number | undefined;
};

/** The event that accepts a new cost: the data of a `cost.repriced`, its moment and its identity. */
export type Acceptance = {
  readonly atMicros: number;
  readonly data: EventData;
  readonly identity: string;
  readonly cluster: string | undefined;
};

type InForce = {
  readonly nanos: bigint | undefined;
  readonly version: string | undefined;
  readonly pricedModel: string | undefined;
  /** How many times it was repriced before. */
  readonly times: number;
};

/**
 * Computes anew what each request of a span cost, by the prices of its day in the present price book. Changes nothing:
 * who accepts the result records what `onChange` is given. Memory grows with the number of repricings accepted before.
 */
export async function reprice(
  ask: EventAnswerer,
  span: ReportSpan,
  book: Prices,
  onChange?: (acceptance: Acceptance) => void | Promise<void>,
): Promise<Repricing> {
  const { counts, fromMicros, toMicros, detailFromMicros } = await readChoice(ask, span);
  const range = { since: fromMicros / 1e6, until: toMicros / 1e6 };
  const accepted = await acceptedIn(ask, { ...range, until: range.until + LATE_SECONDS });
  const models = new Map<string | undefined, RepricedModel>();
  let changed = 0;
  for await (const batch of ask.events({ metric: USAGE_METRIC, ...range })) {
    for (const event of batch) {
      const before = accepted.get(event.id) ?? firstCost(event);
      const { model } = event.data;
      const after = typeof model === 'string' ? estimateCost(event.data, model, event.atMicros, book) : undefined;
      const changes = before.nanos !== after?.costNanos;
      const fields = fieldsOf(event);
      if (counts(fields, hourOf(event.atMicros))) {
        models.set(fields.model, added(models.get(fields.model), fields.model, before.nanos, after?.costNanos));
      }
      if (!changes) continue;
      changed += 1;
      if (onChange === undefined) continue;
      await onChange({
        atMicros: event.atMicros,
        cluster: event.cluster,
        // Who accepts twice at once, accepts once: the first counts.
        identity: JSON.stringify(['repriced', event.id, before.times]),
        data: {
          ...namesOf(event),
          usage_id: event.id,
          reported: event.data['reported_cost_usd'] !== undefined,
          reported_cost_usd: event.data['reported_cost_usd'],
          tokens: tokensOf(event),
          previous_cost_usd: before.nanos === undefined ? undefined : usdOfNanos(before.nanos),
          previous_version: before.version,
          previous_priced_model: before.pricedModel,
          estimated_cost_usd: after?.costUsd,
          price_version: after?.priceVersion,
          priced_model: after === undefined || after.pricedModel === model ? undefined : after.pricedModel,
        },
      });
    }
  }
  const difference = ({ beforeNanos, afterNanos }: RepricedModel): bigint =>
    afterNanos > beforeNanos ? afterNanos - beforeNanos : beforeNanos - afterNanos;
  const sorted = [...models.values()].sort((a, b) => (difference(a) < difference(b) ? 1 : -1));
  return { version: book.version, models: sorted, changed, detailFromMicros };
}

/** The latest accepted cost of each event that has one. */
async function acceptedIn(
  ask: EventAnswerer,
  range: { readonly since: number; readonly until: number },
): Promise<ReadonlyMap<string, InForce>> {
  const latest = new Map<string, InForce>();
  for await (const batch of ask.events({ metric: REPRICED_METRIC, ...range })) {
    for (const { data } of batch) {
      const { usage_id: usage, estimated_cost_usd: usd, price_version: version, priced_model: pricedModel } = data;
      if (typeof usage !== 'string') continue;
      // Repricings of one event have one moment, and so stand in the order in which they were stored.
      latest.set(usage, { ...costOf(usd, version, pricedModel), times: (latest.get(usage)?.times ?? 0) + 1 });
    }
  }
  return latest;
}

function firstCost({ data }: StoredEvent): InForce {
  const { estimated_cost_usd: usd, price_version: version, priced_model: pricedModel } = data;
  return { ...costOf(usd, version, pricedModel), times: 0 };
}

function costOf(usd: unknown, version: unknown, pricedModel: unknown): Omit<InForce, 'times'> {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    nanos: typeof usd === 'number' ? nanosOfUsd(usd) : undefined,
    version: text(version),
    pricedModel: text(pricedModel),
  };
}

function namesOf(event: StoredEvent): EventData {
  const { cluster: _cluster, priced_model: _model, price_version: _version, ...names } = fieldsOf(event);
  return names;
}

function tokensOf({ data }: StoredEvent): number {
  const count = (field: string): number => {
    const value = data[field];
    return typeof value === 'number' ? value : 0;
  };
  return totalTokens({
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    cachedTokens: count('cached_tokens'),
    cacheWrite5mTokens: count('cache_write_5m_tokens'),
    cacheWrite1hTokens: count('cache_write_1h_tokens'),
  });
}

function added(
  sum: RepricedModel | undefined,
  model: string | undefined,
  before: bigint | undefined,
  after: bigint | undefined,
): RepricedModel {
  const start = sum ?? {
    model,
    events: 0,
    changed: 0,
    newlyPriced: 0,
    noLongerPriced: 0,
    beforeNanos: 0n,
    afterNanos: 0n,
  };
  return {
    model,
    events: start.events + 1,
    changed: start.changed + (before === after ? 0 : 1),
    newlyPriced: start.newlyPriced + (before === undefined && after !== undefined ? 1 : 0),
    noLongerPriced: start.noLongerPriced + (before !== undefined && after === undefined ? 1 : 0),
    beforeNanos: start.beforeNanos + (before ?? 0n),
    afterNanos: start.afterNanos + (after ?? 0n),
  };
}
