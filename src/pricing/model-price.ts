/**
 * A price in integer pico-dollars for each token: a millionth of a dollar for a million tokens. Every list price known
 * is a whole number of these; a nano-dollar for each token would not do, since some cost 37.5 of them.
 */
export type TokenRate = {
  readonly base: bigint;
  /**
   * What a token costs once the whole input of its request (cached and written to caches included) is above so many
   * tokens. Ascending. All tokens of the request cost that much, not only those above.
   */
  readonly tiers: readonly { readonly aboveTokens: number; readonly rate: bigint }[];
};

/** Rates by kind of token, in the normal form of `tokens.consumed`: the kinds are disjoint. */
export type TokenRates = {
  readonly input: TokenRate;
  readonly output: TokenRate;
  readonly cacheRead: TokenRate;
  readonly cacheWrite5m: TokenRate;
  readonly cacheWrite1h: TokenRate;
  /** For the part of the output that was reasoning. */
  readonly reasoning: TokenRate;
  /** Pico-dollars for each request, whatever its tokens. 0 for nearly all models. */
  readonly perRequest: bigint;
};

/** Where a price comes from: the user's own file, or the catalogue that comes with this package. */
export type PriceSource = 'override' | 'catalogue';

/** What one model costs at one moment. */
export type ModelPrice = {
  /** The entry of the price book. */
  readonly pricedModel: string;
  readonly source: PriceSource;
  readonly standard: TokenRates;
  /** Absent where nobody says what it costs: such a request then has no price. */
  readonly fast?: TokenRates | undefined;
  readonly batch?: TokenRates | undefined;
};

const PICOS_PER_TOKEN_OF_USD_PER_MILLION = 1e6;

/** A rate from dollars for a million tokens, as price lists write it. */
export function rateOf(
  usdPerMillion: number,
  tiers: readonly { readonly aboveTokens: number; readonly usdPerMillion: number }[] = [],
): TokenRate {
  const picos = (usd: number): bigint => BigInt(Math.round(usd * PICOS_PER_TOKEN_OF_USD_PER_MILLION));
  return {
    base: picos(usdPerMillion),
    tiers: tiers
      .map(({ aboveTokens, usdPerMillion: usd }) => ({ aboveTokens, rate: picos(usd) }))
      .sort((a, b) => a.aboveTokens - b.aboveTokens),
  };
}

type GivenRates = {
  readonly input: TokenRate;
  readonly output: TokenRate;
  readonly cacheRead?: TokenRate | undefined;
  readonly cacheWrite?: TokenRate | undefined;
  readonly cacheWrite1h?: TokenRate | undefined;
  readonly reasoning?: TokenRate | undefined;
  readonly perRequest?: bigint | undefined;
};

/**
 * All rates of a model from those that its list names. What has no price of its own costs what its kind costs: cached
 * input as input, one-hour writes as other writes, reasoning as output.
 */
export function ratesOf(given: GivenRates): TokenRates {
  const { input, output, cacheRead = input, cacheWrite = input, cacheWrite1h = cacheWrite, reasoning = output } = given;
  return {
    input,
    output,
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h,
    reasoning,
    perRequest: given.perRequest ?? 0n,
  };
}

/** The same rates, divided by a whole number. Exact as long as each rate is a multiple of it. */
export function dividedRates(rates: TokenRates, by: bigint): TokenRates {
  const divided = ({ base, tiers }: TokenRate): TokenRate => ({
    base: base / by,
    tiers: tiers.map(({ aboveTokens, rate }) => ({ aboveTokens, rate: rate / by })),
  });
  return {
    input: divided(rates.input),
    output: divided(rates.output),
    cacheRead: divided(rates.cacheRead),
    cacheWrite5m: divided(rates.cacheWrite5m),
    cacheWrite1h: divided(rates.cacheWrite1h),
    reasoning: divided(rates.reasoning),
    perRequest: rates.perRequest,
  };
}
