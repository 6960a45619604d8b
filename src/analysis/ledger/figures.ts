/** What is counted and summed of some usage. Tokens are in the normal form of `tokens.consumed`; money in nano-dollars. */
export type Figures = {
  /** Events, one for each request except in the feed `metrics`. */
  readonly events: number;
  /** Requests, as far as they are told. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  /** A part of the output. */
  readonly reasoningTokens: number;
  readonly reportedEvents: number;
  /** Sum of what the clients themselves reported. */
  readonly reportedNanos: bigint;
  readonly computedEvents: number;
  /** Sum of what the price book made of it. Also of events whose client reported a cost: the two are compared, not added. */
  readonly computedNanos: bigint;
  /** What counts: for each event the reported cost, else the computed one. */
  readonly costNanos: bigint;
  /** The part of it that a flat plan covers: the price of the same usage through the API, billed 0. */
  readonly planNanos: bigint;
  /** Events with neither: their cost is unknown, not 0. */
  readonly unpricedEvents: number;
  readonly unpricedTokens: number;
  /** Events that have both costs, and both sums over exactly these. */
  readonly comparedEvents: number;
  readonly comparedReportedNanos: bigint;
  readonly comparedComputedNanos: bigint;
};

/** Of nothing. */
export const NO_FIGURES: Figures = {
  events: 0,
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  reasoningTokens: 0,
  reportedEvents: 0,
  reportedNanos: 0n,
  computedEvents: 0,
  computedNanos: 0n,
  costNanos: 0n,
  planNanos: 0n,
  unpricedEvents: 0,
  unpricedTokens: 0,
  comparedEvents: 0,
  comparedReportedNanos: 0n,
  comparedComputedNanos: 0n,
};

/** Figures that are being added up. */
export type Sum = { -readonly [Key in keyof Figures]: Figures[Key] };

/** Adds figures to a sum, part by part. Whole numbers throughout, so it does not matter in which order. */
export function addFigures(sum: Sum, figures: Figures): void {
  sum.events += figures.events;
  sum.requests += figures.requests;
  sum.inputTokens += figures.inputTokens;
  sum.outputTokens += figures.outputTokens;
  sum.cachedTokens += figures.cachedTokens;
  sum.cacheWrite5mTokens += figures.cacheWrite5mTokens;
  sum.cacheWrite1hTokens += figures.cacheWrite1hTokens;
  sum.reasoningTokens += figures.reasoningTokens;
  sum.reportedEvents += figures.reportedEvents;
  sum.reportedNanos += figures.reportedNanos;
  sum.computedEvents += figures.computedEvents;
  sum.computedNanos += figures.computedNanos;
  sum.costNanos += figures.costNanos;
  sum.planNanos += figures.planNanos;
  sum.unpricedEvents += figures.unpricedEvents;
  sum.unpricedTokens += figures.unpricedTokens;
  sum.comparedEvents += figures.comparedEvents;
  sum.comparedReportedNanos += figures.comparedReportedNanos;
  sum.comparedComputedNanos += figures.comparedComputedNanos;
}

/** Figures that take away what others add. */
export function negated(figures: Figures): Figures {
  const entries = Object.entries(figures).map(([key, value]: [string, number | bigint]) => [key, -value]);
  return Object.fromEntries(entries) as Figures;
}

/** The sum of figures. */
export function sumFigures(all: Iterable<Figures>): Figures {
  const sum: Sum = { ...NO_FIGURES };
  for (const figures of all) addFigures(sum, figures);
  return sum;
}

type InputFigures = Pick<Figures, 'inputTokens' | 'cachedTokens' | 'cacheWrite5mTokens' | 'cacheWrite1hTokens'>;

/** All tokens of the usage. */
export function totalTokens(figures: InputFigures & Pick<Figures, 'outputTokens'>): number {
  return totalInput(figures) + figures.outputTokens;
}

/** All input, whether read from a cache, written to one, or neither. */
export function totalInput(figures: InputFigures): number {
  return figures.inputTokens + figures.cachedTokens + figures.cacheWrite5mTokens + figures.cacheWrite1hTokens;
}
