import { describe, expect, it } from 'vitest';

import { openLedger, sumBy } from '../../../src/analysis/ledger/ledger.ts';
import {
  CLAUDE_REQUESTS,
  OPENCODE_REQUESTS,
  openUsage,
  recordRequests,
  type Request,
} from '../../support/recorded-usage.ts';

const [FIRST] = CLAUDE_REQUESTS as readonly [Request, ...Request[]];
const through = (feed: Request['feed'], requests: readonly Request[]): Request[] =>
  requests.map((request) => ({ ...request, feed }));
/** As a client sums them up in its metrics: same tokens, no request ids. */
const summedUp = (requests: readonly Request[], session = true): Request[] =>
  requests.map((request) =>
    Object.assign(
      {},
      request,
      { feed: 'metrics', key: undefined, requests: undefined },
      session ? {} : { session_id: undefined },
    ),
  );

async function ledgerOf(requests: readonly Request[], plans: readonly string[] = []) {
  const { metrics } = openUsage();
  recordRequests(metrics, requests);
  return openLedger(metrics, {}, undefined, plans);
}

describe('the ledger', () => {
  it('adds up what Claude Code reported, to the nano-dollar', async () => {
    const { total, reconciliations } = await ledgerOf(CLAUDE_REQUESTS);
    expect(total.figures).toMatchObject({
      events: 7,
      requests: 7,
      inputTokens: 728,
      outputTokens: 616,
      cachedTokens: 140_000,
      cacheWrite5mTokens: 2_100,
      cacheWrite1hTokens: 4_900,
      reportedNanos: 92_932_000n,
      costNanos: 92_932_000n,
      unpricedEvents: 0,
    });
    expect(total.own.costNanos).toBe(65_376_000n);
    expect(total.own).toMatchObject({ inputTokens: 519, outputTokens: 440, cachedTokens: 95_000 });
    expect(reconciliations).toEqual([]);
  });

  it('adds up what OpenCode reported, to the nano-dollar', async () => {
    const { total } = await ledgerOf(OPENCODE_REQUESTS);
    expect(total.figures).toMatchObject({ costNanos: 3_365_250n, inputTokens: 537, reasoningTokens: 99 });
  });

  it('is empty, not absent, where nothing was used', async () => {
    const { total, setAside, unpriced } = await ledgerOf([]);
    expect(total.figures).toMatchObject({ events: 0, costNanos: 0n });
    expect([setAside, unpriced]).toEqual([[], []]);
  });

  it('counts requests once however often they are told, through whatever outlets, in any order', async () => {
    const told = [
      ...through('transcript', CLAUDE_REQUESTS.slice(3)),
      ...summedUp(CLAUDE_REQUESTS),
      ...CLAUDE_REQUESTS,
      ...through('spans', CLAUDE_REQUESTS),
      ...CLAUDE_REQUESTS.toReversed(),
    ];
    const { total, setAside } = await ledgerOf(told);
    expect(total.figures).toMatchObject({ events: 7, costNanos: 92_932_000n });
    expect(setAside.map(({ key, figures }) => [key, figures.events])).toEqual([
      [{ client: 'claude-code', feed: 'metrics' }, 7],
    ]);
  });

  it('chooses one feed of a session where feeds share no request ids', async () => {
    const codex = (feed: Request['feed'], key: string): Request => ({
      ...FIRST,
      client: 'codex',
      feed,
      key,
      reported_cost_usd: undefined,
    });
    const { total, setAside } = await ledgerOf([codex('events', 'a'), codex('transcript', 'b'), codex('events', 'c')]);
    expect(total.figures.events).toBe(1);
    expect(setAside.map(({ key, figures }) => [key['feed'], figures.events])).toEqual([['events', 2]]);
  });

  it('counts sums without a session only where no session of the client is known', async () => {
    const hoursLater = (hours: number): Request[] => summedUp([{ ...FIRST, at: FIRST.at + hours * 3_600 }], false);
    const { total, setAside } = await ledgerOf([
      FIRST,
      { ...FIRST, key: 'last', at: FIRST.at + 2 * 3_600 },
      ...hoursLater(1),
      ...hoursLater(5),
    ]);
    expect(total.figures.events).toBe(3);
    expect(setAside[0]?.figures.events).toBe(1);
  });

  it('counts usage of nobody in particular', async () => {
    const { total } = await ledgerOf([{ at: FIRST.at, model: 'gpt-5.5', input_tokens: 5 }]);
    expect(total.figures).toMatchObject({ events: 1, unpricedEvents: 1, unpricedTokens: 5, costNanos: 0n });
  });
});

describe('costs', () => {
  const computed = (request: Request, usd: number, version = 'v1'): Request => ({
    ...request,
    estimated_cost_usd: usd,
    price_version: version,
  });

  it('that are reported and computed are kept apart and compared, and what is unknown is counted', async () => {
    const model = 'gpt-5.5';
    const bare: Request = { ...FIRST, model, reported_cost_usd: undefined };
    const { total, reconciliations, unpriced, priceVersions } = await ledgerOf([
      computed({ ...bare, key: 'a', reported_cost_usd: 1 }, 1.02),
      computed({ ...bare, key: 'b' }, 2),
      { ...bare, key: 'c' },
      { ...bare, key: 'd', reported_cost_usd: 3 },
    ]);
    expect(total.figures).toMatchObject({
      events: 4,
      reportedEvents: 2,
      reportedNanos: 4_000_000_000n,
      computedEvents: 2,
      computedNanos: 3_020_000_000n,
      costNanos: 6_000_000_000n,
      unpricedEvents: 1,
      comparedEvents: 1,
    });
    expect(reconciliations).toEqual([
      {
        client: 'claude-code',
        model,
        events: 1,
        reportedNanos: 1_000_000_000n,
        computedNanos: 1_020_000_000n,
        differs: true,
      },
    ]);
    expect(unpriced.map(({ key, figures }) => [key['model'], figures.unpricedEvents])).toEqual([[model, 1]]);
    expect(priceVersions.map(({ key, figures }) => [key['price_version'], figures.computedEvents])).toEqual([
      ['v1', 2],
    ]);
  });

  it('that differ by exactly one percent are no finding', async () => {
    const { reconciliations } = await ledgerOf([computed({ ...FIRST, reported_cost_usd: 1 }, 1.01)]);
    expect(reconciliations[0]?.differs).toBe(false);
  });

  it('of clients on a flat plan are told as what the API would take', async () => {
    const { total } = await ledgerOf([...CLAUDE_REQUESTS, ...OPENCODE_REQUESTS], ['claude-code']);
    expect(total.figures).toMatchObject({ costNanos: 96_297_250n, planNanos: 92_932_000n });
  });

  it('that are priced as another model are named', async () => {
    const { stretched } = await ledgerOf([
      { ...computed({ ...FIRST, key: 'a' }, 1), model: 'claude-sonnet-5-5', priced_model: 'claude-sonnet-5' },
      { ...computed({ ...FIRST, key: 'b' }, 1), model: 'claude-sonnet-5-20260101', priced_model: 'claude-sonnet-5' },
    ]);
    expect(stretched.map(({ key }) => key)).toEqual([{ model: 'claude-sonnet-5-5', priced_model: 'claude-sonnet-5' }]);
  });
});

describe('history that has expired', () => {
  it('is told from hourly figures, and says so', async () => {
    const { metrics, clock } = openUsage();
    recordRequests(metrics, [...CLAUDE_REQUESTS, ...OPENCODE_REQUESTS, ...summedUp(CLAUDE_REQUESTS)]);
    await metrics.upkeep();
    clock.micros += 40 * 86_400e6;
    const late = { ...FIRST, key: 'late', at: clock.micros / 1e6 - 3_600 };
    recordRequests(metrics, [late]);
    await metrics.upkeep();
    const { total, lines, detailFromMicros } = await openLedger(metrics, {});
    expect(detailFromMicros).toBeGreaterThan(0);
    expect(total.figures).toMatchObject({ events: 11, costNanos: 92_932_000n + 3_365_250n + 10_264_000n });
    expect(sumBy(lines, ['client', 'session_id']).map(({ key }) => key['session_id'])).toContain(undefined);
  });
});
