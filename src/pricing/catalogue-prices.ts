import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type * as GenaiPrices from '@pydantic/genai-prices';

import { MICROS_PER_DAY, MICROS_PER_MILLI, MICROS_PER_MINUTE } from '../model/range.ts';
import { isBedrockName, modelNameForms } from './model-name.ts';
import { dividedRates, type ModelPrice, rateOf, ratesOf, type TokenRate } from './model-price.ts';

const PACKAGE = '@pydantic/genai-prices';
/** Raised when the rules of this file change what a request costs, since figures name their price book. */
const RULES_REVISION = 1;
/** Vendors whose lists take half for batches, of every kind of token. Of the others the catalogue does not say. */
const BATCH_AT_HALF = ['anthropic', 'openai'];
/** Models times days held at once: more than a cluster uses in a year. Keeps hostile names from filling memory. */
const MAX_REMEMBERED = 20_000;

type Found = { readonly price: ModelPrice | undefined; readonly byTheMinute: boolean };

let required: typeof GenaiPrices | undefined;

/** Loaded with the first price that is asked for: it takes 70 ms. Never asks the network: that is `updatePrices`. */
function genaiPrices(): typeof GenaiPrices {
  required ??= createRequire(import.meta.url)(PACKAGE) as typeof GenaiPrices;
  return required;
}

/** The version of the catalogue: what figures computed from it are marked with. */
export function catalogueVersion(): string {
  const entry = createRequire(import.meta.url).resolve(PACKAGE);
  const manifest = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version?: unknown;
  };
  return `genai-prices-${String(manifest.version)}-r${RULES_REVISION}`;
}

/** The list prices that come with this package, each with the days on which it was valid. */
export class CataloguePrices {
  readonly #remembered = new Map<string, Found>();

  /** What a model cost at a moment. Absent when the catalogue does not know it. */
  priceAt(model: string, atMicros: number): ModelPrice | undefined {
    const day = Math.floor(atMicros / MICROS_PER_DAY) * MICROS_PER_DAY;
    const found = this.#remember(model, day, atMicros);
    if (!found.byTheMinute) return found.price;
    const minute = Math.floor(atMicros / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
    return this.#remember(`${model}\n`, minute, atMicros).price;
  }

  #remember(key: string, moment: number, atMicros: number): Found {
    const full = `${moment} ${key}`;
    const known = this.#remembered.get(full);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const found = lookUp(key, atMicros);
    this.#remembered.set(full, found);
    return found;
  }
}

function lookUp(model: string, atMicros: number): Found {
  const timestamp = new Date(atMicros / MICROS_PER_MILLI);
  for (const form of modelNameForms(model)) {
    const found = calculate(form, isBedrockName(form) ? { timestamp, providerId: 'aws' } : { timestamp });
    const price = found === undefined ? undefined : priceOf(found);
    if (found === undefined || price === undefined) continue;
    const { prices } = found.model;
    const byTheMinute = Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date');
    return { price, byTheMinute };
  }
  return { price: undefined, byTheMinute: false };
}

/** Only the rates are taken; the package's own sums are floats. */
function calculate(form: string, options: GenaiPrices.PriceOptions): GenaiPrices.PriceCalculation | undefined {
  try {
    return genaiPrices().calcPrice({ input_tokens: 0, output_tokens: 0 }, form, options) ?? undefined;
  } catch {
    // A price that the package itself cannot read is none.
    return undefined;
  }
}

function priceOf({ model, model_price: list, provider }: GenaiPrices.PriceCalculation): ModelPrice | undefined {
  const rate = (key: string): TokenRate | undefined => {
    const given = list[key];
    if (given === undefined) return undefined;
    if (typeof given === 'number') return rateOf(given);
    return rateOf(
      given.base,
      given.tiers.map(({ start, price }) => ({ aboveTokens: start, usdPerMillion: price })),
    );
  };
  const input = rate('input_mtok');
  const output = rate('output_mtok');
  // Models for pictures and speech: what they cost is not told by tokens alone.
  if (input === undefined || output === undefined) return undefined;
  const perThousand = list['requests_kcount'];
  const standard = ratesOf({
    input,
    output,
    cacheRead: rate('cache_read_mtok'),
    cacheWrite: rate('cache_write_5m_mtok') ?? rate('cache_write_mtok'),
    cacheWrite1h: rate('cache_write_1h_mtok'),
    reasoning: rate('output_reasoning_mtok'),
    perRequest: typeof perThousand === 'number' ? BigInt(Math.round(perThousand * 1e9)) : undefined,
  });
  return {
    pricedModel: model.id,
    source: 'catalogue',
    standard,
    batch: BATCH_AT_HALF.includes(provider.id) ? dividedRates(standard, 2n) : undefined,
  };
}
