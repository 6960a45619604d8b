import type { DatedPrice, ReadPrices } from './dated-price.ts';
import { type ModelPrice, type TokenRate, type TokenRates, rateOf, ratesOf } from './model-price.ts';

type Table = Readonly<Record<string, unknown>>;

const RATES = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'reasoning'] as const;
type RateName = (typeof RATES)[number];
const SPEEDS = ['fast', 'batch'] as const;
const ENTRY_KEYS: readonly string[] = [...RATES, ...SPEEDS, 'from', 'long_context'];
/** Dearer than any model by a factor of a hundred: a price for one token was written for a million. */
const MAX_USD_PER_MILLION = 100_000;

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A reason why an entry is left out. */
class Refusal extends Error {}

/**
 * Prices as a user writes them, in dollars for a million tokens:
 *
 * ```toml
 * [models."claude-haiku-5"]
 * input = 1
 * output = 5
 * cache_read = 0.1
 * cache_write_5m = 1.25
 * cache_write_1h = 2
 * long_context = { above = 200_000, input = 2, output = 7.5 }
 * fast = { input = 6, output = 30 }
 *
 * [[models."gpt-6.1-sol"]]      # several, each from a day (UTC) on
 * from = 2026-09-01
 * input = 2
 * output = 10
 * ```
 */
export function tomlPrices(document: Table): ReadPrices {
  const models = new Map<string, DatedPrice[]>();
  const problems: string[] = [];
  const declared = document['models'];
  if (!isTable(declared)) return { models, problems: ['has no table [models."<name>"]'] };
  for (const [model, given] of Object.entries(declared)) {
    const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
    for (const entry of entries) {
      try {
        const dated = datedPrice(model, entry);
        models.set(model.toLowerCase(), [...(models.get(model.toLowerCase()) ?? []), dated]);
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        problems.push(`leaves out a price of "${model.slice(0, 64)}": ${cause.message}`);
      }
    }
  }
  return { models, problems };
}

function datedPrice(model: string, entry: unknown): DatedPrice {
  if (!isTable(entry)) throw new Refusal('it is no table of prices');
  const stranger = Object.keys(entry).find((key) => !ENTRY_KEYS.includes(key));
  if (stranger !== undefined) throw new Refusal(`there is no "${stranger.slice(0, 64)}"; use ${ENTRY_KEYS.join(', ')}`);
  const speeds = Object.fromEntries(
    SPEEDS.map((speed) => [speed, entry[speed] === undefined ? undefined : ratesIn(entry[speed], speed, undefined)]),
  ) as Pick<ModelPrice, 'fast' | 'batch'>;
  return {
    pricedModel: model,
    source: 'override',
    standard: ratesIn(entry, 'the entry', entry['long_context']),
    ...speeds,
    fromMicros: entry['from'] === undefined ? 0 : dayOf(entry['from']),
  };
}

function ratesIn(given: unknown, where: string, longContext: unknown): TokenRates {
  if (!isTable(given)) throw new Refusal(`${where} is no table of prices`);
  const long = longContext === undefined ? undefined : longOf(longContext);
  const rate = (key: RateName): TokenRate | undefined => {
    const base = price(given, key);
    const above = long === undefined ? undefined : price(long.table, key);
    if (base === undefined) return undefined;
    return rateOf(base, above === undefined ? [] : [{ aboveTokens: long?.above ?? 0, usdPerMillion: above }]);
  };
  const input = rate('input');
  const output = rate('output');
  if (input === undefined || output === undefined) throw new Refusal(`${where} needs both "input" and "output"`);
  return ratesOf({
    input,
    output,
    cacheRead: rate('cache_read'),
    cacheWrite: rate('cache_write_5m'),
    cacheWrite1h: rate('cache_write_1h'),
    reasoning: rate('reasoning'),
  });
}

function longOf(given: unknown): { above: number; table: Table } {
  const above = isTable(given) ? given['above'] : undefined;
  if (!isTable(given) || !Number.isSafeInteger(above) || Number(above) < 1) {
    throw new Refusal('"long_context" needs "above", a number of tokens');
  }
  return { above: Number(above), table: given };
}

function price(table: Table, key: RateName): number | undefined {
  const value = table[key];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= MAX_USD_PER_MILLION) return value;
  throw new Refusal(`"${key}" is not a number of dollars for a million tokens`);
}

/** The start of a UTC day, in microseconds. */
function dayOf(given: unknown): number {
  const text = given instanceof Date ? given.toISOString().slice(0, 10) : given;
  const millis = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(millis) || millis < 0) throw new Refusal('"from" is not a date such as 2026-09-01');
  return millis * 1_000;
}
