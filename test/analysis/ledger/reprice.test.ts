import { describe, expect, it } from 'vitest';

import { audit } from '../../../src/analysis/ledger/audit.ts';
import { openLedger } from '../../../src/analysis/ledger/ledger.ts';
import { type Acceptance, reprice } from '../../../src/analysis/ledger/reprice.ts';
import type { MetricsCollector } from '../../../src/metrics-collector.ts';
import { rateOf, ratesOf } from '../../../src/pricing/model-price.ts';
import type { Prices } from '../../../src/pricing/index.ts';
import {
  openUsage,
  pricedRequests,
  recordRequests,
  type Request,
  USAGE_NOW_MICROS,
} from '../../support/recorded-usage.ts';

/** A book in which a million tokens of each model cost so many dollars. */
const bookOf = (version: string, usdPerMillion: Readonly<Record<string, number>>): Prices => ({
  version,
  priceAt: (model) => {
    const usd = usdPerMillion[model];
    if (usd === undefined) return undefined;
    const standard = ratesOf({ input: rateOf(usd), output: rateOf(usd) });
    return { pricedModel: model, source: 'override', standard };
  },
});

const AT = USAGE_NOW_MICROS / 1e6 - 7_200;
const request = (i: number, more: Partial<Request> = {}): Request => ({
  at: AT + i,
  key: `r${i}`,
  client: 'claude-code',
  session_id: 's1',
  feed: 'events',
  model: 'known',
  input_tokens: 1_000,
  requests: 1,
  ...more,
});
const REQUESTS: readonly Request[] = [
  request(1),
  request(2, { agent_id: 'agent-1' }),
  request(3, { model: 'new' }),
  request(4, { reported_cost_usd: 0.5 }),
  request(5, { feed: 'metrics', key: 'again', requests: undefined }),
];

async function accept(metrics: MetricsCollector, book: Prices, span = {}) {
  const told: Acceptance[] = [];
  const repricing = await reprice(metrics, span, book, (acceptance) => void told.push(acceptance));
  for (const { atMicros, data, identity } of told) {
    metrics.emit({ metric: 'cost.repriced', atMicros, data, identity, source: 'library', inferred: false });
  }
  return repricing;
}

async function openPriced() {
  const { metrics } = openUsage();
  recordRequests(metrics, pricedRequests(bookOf('v1', { known: 1 }), REQUESTS));
  await metrics.drain();
  return metrics;
}

const figuresOf = async (metrics: MetricsCollector, span = {}) => (await openLedger(metrics, span)).total.figures;

describe('repricing', () => {
  it('shows what would change and changes nothing', async () => {
    const metrics = await openPriced();
    const before = await figuresOf(metrics);
    const { models, changed } = await reprice(metrics, {}, bookOf('v2', { known: 2, new: 5 }));
    expect(models).toEqual([
      {
        model: 'new',
        events: 1,
        changed: 1,
        newlyPriced: 1,
        noLongerPriced: 0,
        beforeNanos: 0n,
        afterNanos: 5_000_000n,
      },
      {
        model: 'known',
        events: 3,
        changed: 3,
        newlyPriced: 0,
        noLongerPriced: 0,
        beforeNanos: 3_000_000n,
        afterNanos: 6_000_000n,
      },
    ]);
    expect(changed).toBe(5);
    expect(await figuresOf(metrics)).toEqual(before);
  });

  it('counts from when it is accepted, and says which prices', async () => {
    const metrics = await openPriced();
    const book = bookOf('v2', { known: 2, new: 5 });
    await accept(metrics, book);
    const { total, priceVersions, unpriced } = await openLedger(metrics, {});
    expect(total.figures).toMatchObject({
      events: 4,
      computedEvents: 4,
      computedNanos: 11_000_000n,
      costNanos: 509_000_000n,
      unpricedEvents: 0,
      unpricedTokens: 0,
      comparedEvents: 1,
      comparedReportedNanos: 500_000_000n,
      comparedComputedNanos: 2_000_000n,
    });
    expect(total.own.costNanos).toBe(507_000_000n);
    expect(unpriced).toEqual([]);
    expect(
      priceVersions.filter(({ figures }) => figures.computedEvents !== 0).map(({ key }) => key['price_version']),
    ).toEqual(['v2']);
    expect((await reprice(metrics, {}, book)).changed).toBe(0);
  });

  it('counts the latest of several, whatever span each was accepted for', async () => {
    const metrics = await openPriced();
    await accept(metrics, bookOf('v2', { known: 2, new: 5 }));
    await accept(metrics, bookOf('v3', { known: 3 }), { since: AT + 2.5 });
    await accept(metrics, bookOf('v2', { known: 2, new: 5 }), { since: AT + 3.5 });
    expect(await figuresOf(metrics)).toMatchObject({
      computedEvents: 3,
      computedNanos: 6_000_000n,
      unpricedEvents: 1,
      unpricedTokens: 1_000,
    });
  });

  it('counts once when it is accepted twice at the same time', async () => {
    const metrics = await openPriced();
    const book = bookOf('v2', { known: 2, new: 5 });
    const told: Acceptance[] = [];
    await reprice(metrics, {}, book, (acceptance) => void told.push(acceptance));
    for (const { atMicros, data, identity } of [...told, ...told]) {
      metrics.emit({ metric: 'cost.repriced', atMicros, data, identity, source: 'library', inferred: false });
    }
    expect(await figuresOf(metrics)).toMatchObject({ computedNanos: 11_000_000n });
  });

  it('leaves the events and the audit as they were', async () => {
    const metrics = await openPriced();
    const before = await metrics.query({ metric: 'tokens.consumed' });
    await accept(metrics, bookOf('v2', { known: 2, new: 5 }));
    expect(await metrics.query({ metric: 'tokens.consumed' })).toEqual(before);
    expect((await audit(metrics, USAGE_NOW_MICROS)).filter(({ holds }) => !holds)).toEqual([]);
  });

  it('still counts when single events have expired', async () => {
    const { metrics, clock } = openUsage();
    recordRequests(metrics, pricedRequests(bookOf('v1', { known: 1 }), REQUESTS.slice(0, 4)));
    await accept(metrics, bookOf('v2', { known: 2, new: 5 }));
    const before = await figuresOf(metrics);
    await metrics.upkeep();
    clock.micros += 40 * 86_400e6;
    recordRequests(metrics, [request(9, { at: clock.micros / 1e6 - 3_600 })]);
    await metrics.upkeep();
    const { total, detailFromMicros } = await openLedger(metrics, { until: AT + 3_600 });
    expect(detailFromMicros).toBeGreaterThan(0);
    expect(total.figures).toMatchObject({
      events: 4,
      computedEvents: before.computedEvents,
      computedNanos: before.computedNanos,
    });
  });
});
