import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { IncomingEvent } from '../../src/model/event.ts';
import { type ModelPrice, rateOf, ratesOf } from '../../src/pricing/model-price.ts';
import {
  estimateCost,
  nanosOfUsd,
  openPriceBook,
  priced,
  type Prices,
  type Usage,
  usdOfNanos,
} from '../../src/pricing/index.ts';

/** Prices as lists have them: dollars for a million tokens, to the millionth. */
const picos = fc.integer({ min: 0, max: 500_000_000 });
const tokens = fc.integer({ min: 0, max: 2 ** 40 });

/** The cost in pico-dollars, written down as the price list says it, with fractions of nothing. */
function oraclePicos(usage: Required<Usage>, rates: readonly (readonly [base: number, long: number])[], limit: number) {
  const input =
    BigInt(usage.input_tokens ?? 0) +
    BigInt(usage.cached_tokens ?? 0) +
    BigInt(usage.cache_write_5m_tokens ?? 0) +
    BigInt(usage.cache_write_1h_tokens ?? 0);
  const counts = [
    usage.input_tokens,
    usage.output_tokens,
    usage.cached_tokens,
    usage.cache_write_5m_tokens,
    usage.cache_write_1h_tokens,
  ];
  return counts.reduce((sum, count, i) => {
    const [base, long] = rates[i] ?? [0, 0];
    return sum + BigInt(count ?? 0) * BigInt(input > BigInt(limit) ? long : base);
  }, 0n);
}

describe('a cost', () => {
  it('is the exact sum of its parts, rounded once to the nearest nano-dollar', () => {
    const rates = fc.array(fc.tuple(picos, picos), { minLength: 5, maxLength: 5 });
    const usage = fc.record({
      input_tokens: tokens,
      output_tokens: tokens,
      cached_tokens: tokens,
      cache_write_5m_tokens: tokens,
      cache_write_1h_tokens: tokens,
    });
    fc.assert(
      fc.property(rates, usage, fc.integer({ min: 1, max: 2 ** 41 }), (list, counts, limit) => {
        const at = (i: number) => {
          const [base, long] = list[i] ?? [0, 0];
          return rateOf(base / 1e6, [{ aboveTokens: limit, usdPerMillion: long / 1e6 }]);
        };
        const standard = ratesOf({
          input: at(0),
          output: at(1),
          cacheRead: at(2),
          cacheWrite: at(3),
          cacheWrite1h: at(4),
        });
        const price: ModelPrice = { pricedModel: 'mine', source: 'override', standard };
        const book: Prices = { version: 'v', priceAt: () => price };
        const full = { ...counts, reasoning_tokens: 0, requests: 1, speed: 'standard', feed: 'events' };
        const exact = oraclePicos(full, list, limit);
        expect(estimateCost(full, 'mine', 0, book)?.costNanos).toBe((exact + 500n) / 1_000n);
      }),
      { numRuns: 500 },
    );
  });

  it('comes back from dollars as the same nano-dollars', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanos) => {
        expect(nanosOfUsd(usdOfNanos(nanos))).toBe(nanos);
      }),
    );
  });
});

describe('a priced event', () => {
  const book = openPriceBook({ directory: tmpdir() });
  const event = (data: IncomingEvent['data'], metric = 'tokens.consumed'): IncomingEvent => ({
    metric,
    atMicros: Date.UTC(2026, 10, 22) * 1_000,
    source: 'otlp',
    inferred: false,
    data,
  });

  it('says what it costs, by which entry and which book', () => {
    const { data } = priced(event({ model: 'gpt-6-luna-2026-10-01', input_tokens: 178, cached_tokens: 1_024 }), book);
    expect(data).toMatchObject({
      estimated_cost_usd: 0.000_028_04,
      priced_model: 'gpt-6-luna',
      price_version: book.version,
    });
    expect(priced(event({ model: 'gpt-6-luna', input_tokens: 1 }), book).data).not.toHaveProperty('priced_model');
  });

  it('keeps what the client reported', () => {
    const { data } = priced(event({ model: 'gpt-6-luna', input_tokens: 10, reported_cost_usd: 7 }), book);
    expect(data).toMatchObject({ reported_cost_usd: 7, estimated_cost_usd: 0.000_001 });
  });

  it('passes as it was when it has no price, another one, or is something else', () => {
    const cases = [
      event({ model: 'nobody-knows', input_tokens: 10 }),
      event({ model: 'gpt-6-luna' }),
      event({ input_tokens: 10 }),
      event({ model: 'gpt-6-luna', input_tokens: 10, estimated_cost_usd: 3 }),
      event({ model: 'gpt-6-luna', input_tokens: 'many' }),
      event({ model: 'gpt-6-luna', input_tokens: 10 }, 'tool.called'),
    ];
    for (const unpriced of cases) expect(priced(unpriced, book)).toBe(unpriced);
  });
});
