import type { DatedPrice, ReadPrices } from './dated-price.ts';
import { type ModelPrice, rateOf, ratesOf, type TokenRate } from './model-price.ts';

const PER_MILLION = 1e6;
/** `input_cost_per_token_above_200k_tokens`. */
const ABOVE = /^_above_(\d{1,5})k_tokens$/;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPrice = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/**
 * Prices in the form of LiteLLM's `model_prices_and_context_window.json`: dollars for one token, each with variants
 * above a length of context. Entries without a price for input and output tokens (pictures, embeddings) are passed over.
 */
export function litellmPrices(document: unknown): ReadPrices {
  const models = new Map<string, DatedPrice[]>();
  if (!isRecord(document)) return { models, problems: ['is no JSON object of models'] };
  for (const [model, entry] of Object.entries(document)) {
    const price = isRecord(entry) ? priceOf(model, entry) : undefined;
    if (price !== undefined) models.set(model.toLowerCase(), [{ ...price, fromMicros: 0 }]);
  }
  const problems = models.size === 0 ? ['names no model with input_cost_per_token and output_cost_per_token'] : [];
  return { models, problems };
}

function priceOf(model: string, entry: Readonly<Record<string, unknown>>): ModelPrice | undefined {
  const rate = (key: string): TokenRate | undefined => {
    const base = entry[key];
    if (!isPrice(base)) return undefined;
    const tiers = Object.entries(entry).flatMap(([name, value]) => {
      const [, thousands] = (name.startsWith(key) ? ABOVE.exec(name.slice(key.length)) : null) ?? [];
      if (thousands === undefined || !isPrice(value)) return [];
      return [{ aboveTokens: Number(thousands) * 1_000, usdPerMillion: value * PER_MILLION }];
    });
    return rateOf(base * PER_MILLION, tiers);
  };
  const input = rate('input_cost_per_token');
  const output = rate('output_cost_per_token');
  if (input === undefined || output === undefined) return undefined;
  const standard = ratesOf({
    input,
    output,
    cacheRead: rate('cache_read_input_token_cost'),
    cacheWrite: rate('cache_creation_input_token_cost'),
    cacheWrite1h: rate('cache_creation_input_token_cost_above_1hr'),
    reasoning: rate('output_cost_per_reasoning_token'),
  });
  const batchInput = rate('input_cost_per_token_batches');
  const batchOutput = rate('output_cost_per_token_batches');
  const batch =
    batchInput === undefined || batchOutput === undefined
      ? undefined
      : ratesOf({ input: batchInput, output: batchOutput });
  return { pricedModel: model, source: 'override', standard, batch };
}
