import { usdOfNanos } from './nano-dollars.ts';
import type { ModelPrice, PriceSource, TokenRate, TokenRates } from './model-price.ts';

/** The fields of `tokens.consumed` that a price depends on. */
export type Usage = {
  readonly input_tokens?: number | undefined;
  readonly output_tokens?: number | undefined;
  readonly cached_tokens?: number | undefined;
  readonly cache_write_5m_tokens?: number | undefined;
  readonly cache_write_1h_tokens?: number | undefined;
  readonly reasoning_tokens?: number | undefined;
  readonly requests?: number | undefined;
  readonly feed?: string | undefined;
  readonly speed?: string | undefined;
};

/** What prices are looked up in. */
export interface Prices {
  /** Names the book with everything that was put over it: equal versions give equal prices. */
  readonly version: string;
  priceAt(model: string, atMicros: number): ModelPrice | undefined;
}

/** What a request costs by the book. */
export type Estimate = {
  readonly costNanos: bigint;
  readonly costUsd: number;
  readonly pricedModel: string;
  readonly priceSource: PriceSource;
  readonly priceVersion: string;
};

const PICOS_PER_NANO = 1_000n;

/**
 * What usage costs by the price list that was valid at its moment; in integers, rounded once, to the nearest nano-dollar.
 *
 * Absent, never 0, when the model or its price for that speed is not known, or when no tokens are told. The list price
 * is not what is billed to whoever has a flat plan or a discount.
 *
 * Usage that stands for several requests (the feed `metrics`) does not tell which of them were long, so it is priced
 * without the surcharge for long contexts.
 *
 * @param atMicros When it was used: prices change.
 */
export function estimateCost(usage: Usage, model: string, atMicros: number, book: Prices): Estimate | undefined {
  const tokens = tokensOf(usage);
  if (tokens === undefined) return undefined;
  const price = book.priceAt(model, atMicros);
  const rates = price === undefined ? undefined : ratesFor(price, usage.speed);
  if (price === undefined || rates === undefined) return undefined;
  const { requests } = usage;
  const single = usage.feed !== 'metrics' && (requests ?? 1) === 1;
  const totalInput = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const context = single ? totalInput : 0;
  const of = (count: number, rate: TokenRate): bigint => BigInt(count) * rateAt(rate, context);
  const picos =
    of(tokens.input, rates.input) +
    of(tokens.cacheRead, rates.cacheRead) +
    of(tokens.cacheWrite5m, rates.cacheWrite5m) +
    of(tokens.cacheWrite1h, rates.cacheWrite1h) +
    of(tokens.output - tokens.reasoning, rates.output) +
    of(tokens.reasoning, rates.reasoning) +
    BigInt(requests ?? 0) * rates.perRequest;
  const costNanos = (picos + PICOS_PER_NANO / 2n) / PICOS_PER_NANO;
  return {
    costNanos,
    costUsd: usdOfNanos(costNanos),
    pricedModel: price.pricedModel,
    priceSource: price.source,
    priceVersion: book.version,
  };
}

function ratesFor(price: ModelPrice, speed: string | undefined): TokenRates | undefined {
  if (speed === 'fast') return price.fast;
  return speed === 'batch' ? price.batch : price.standard;
}

function rateAt({ base, tiers }: TokenRate, contextTokens: number): bigint {
  return tiers.findLast(({ aboveTokens }) => contextTokens > aboveTokens)?.rate ?? base;
}

type Tokens = Readonly<
  Record<'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'reasoning', number>
>;

/** Absent when no kind of token is told, or one is no whole number of tokens. */
function tokensOf(usage: Usage): Tokens | undefined {
  const { input_tokens, output_tokens, cached_tokens, cache_write_5m_tokens, cache_write_1h_tokens } = usage;
  const told = [input_tokens, output_tokens, cached_tokens, cache_write_5m_tokens, cache_write_1h_tokens];
  if (told.every((count) => count === undefined)) return undefined;
  const all = [...told, usage.reasoning_tokens, usage.requests];
  if (!all.every((count) => count === undefined || (Number.isSafeInteger(count) && count >= 0))) return undefined;
  const output = output_tokens ?? 0;
  return {
    input: input_tokens ?? 0,
    output,
    cacheRead: cached_tokens ?? 0,
    cacheWrite5m: cache_write_5m_tokens ?? 0,
    cacheWrite1h: cache_write_1h_tokens ?? 0,
    // Never more than the whole: a client that counts reasoning beside the output has been read wrongly.
    reasoning: Math.min(usage.reasoning_tokens ?? 0, output),
  };
}
