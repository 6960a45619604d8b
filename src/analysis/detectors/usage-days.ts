import { MICROS_PER_DAY } from '../../model/range.ts';
import type { AggregateRow } from '../../query/question.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import { asNumber, toCount } from '../reports/distribution.ts';
import { studentQuantile } from '../statistics/distributions.ts';
import { median, medianAbsoluteDeviation } from '../statistics/quantiles.ts';
import type { Gatherer } from './detector.ts';

/** What was used, and done, in 24 hours. Days end where the window ends, so that none is cut. */
export type UsageDay = {
  readonly fromMicros: number;
  readonly requests: number;
  /** All input, cached or not. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** Reported where the client reports, else computed. Without what has no price. */
  readonly costUsd: number;
  /** Attempts at tasks that ended. */
  readonly ended: number;
};

/** The last day of the window, and the days before the window, oldest first. */
export type UsageDays = { readonly now: UsageDay; readonly before: readonly UsageDay[] };

const INPUT = ['input_tokens', 'cached_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens'] as const;

/**
 * Usage by days, from hourly figures. What clients push as sums (`metrics`) is left out, since it has no requests and
 * may tell again what other feeds tell.
 */
export async function readUsageDays(ask: Gatherer, window: AnalysisWindow): Promise<UsageDays> {
  const span = { since: window.baselineFromMicros / 1e6, until: window.toMicros / 1e6, bucket: '1h' };
  const usage = await ask.aggregate({
    metric: 'tokens.consumed',
    ...span,
    filters: { feed: { not: 'metrics' } },
    groupBy: ['client', 'model'],
    aggregations: [
      'sum(requests)',
      ...INPUT.map((field) => `sum(${field})`),
      'count(reported_cost_usd)',
      'sum(reported_cost_usd)',
      'sum(estimated_cost_usd)',
    ],
  });
  const ended = await ask.aggregate({ metric: 'task.completed', ...span, aggregations: ['count'] });
  const dayOf = ({ bucketStart = 0 }: AggregateRow): number =>
    Math.ceil((window.toMicros - bucketStart * 1e6) / MICROS_PER_DAY);
  const usageByDay = Map.groupBy(usage.rows, dayOf);
  const endedByDay = Map.groupBy(ended.rows, dayOf);
  const day = (age: number): UsageDay => ({
    fromMicros: window.toMicros - age * MICROS_PER_DAY,
    ...sumUsage(usageByDay.get(age) ?? []),
    ended: (endedByDay.get(age) ?? []).reduce((sum, row) => sum + toCount(row), 0),
  });
  const oldest = Math.max(0, ...usageByDay.keys(), ...endedByDay.keys());
  const youngest = Math.ceil((window.toMicros - window.fromMicros) / MICROS_PER_DAY) + 1;
  const before: UsageDay[] = [];
  // The oldest day may have begun before anything was recorded.
  for (let age = oldest - 1; age >= youngest; age--) before.push(day(age));
  return { now: day(1), before };
}

function sumUsage(rows: readonly AggregateRow[]): Omit<UsageDay, 'fromMicros' | 'ended'> {
  const sum = (key: string): number => rows.reduce((total, { values }) => total + (asNumber(values[key]) ?? 0), 0);
  const cost = ({ values }: AggregateRow): number => {
    const reported = asNumber(values['count(reported_cost_usd)']) ?? 0;
    return asNumber(values[reported > 0 ? 'sum(reported_cost_usd)' : 'sum(estimated_cost_usd)']) ?? 0;
  };
  return {
    requests: sum('sum(requests)'),
    inputTokens: INPUT.reduce((total, field) => total + sum(`sum(${field})`), 0),
    cachedTokens: sum('sum(cached_tokens)'),
    costUsd: rows.reduce((total, row) => total + cost(row), 0),
  };
}

/** What a figure of the last day can be expected to be; `learning` and `flat` as in other ranges. */
export type DayRange =
  | {
      readonly state: 'ready';
      readonly expected: number;
      readonly low: number;
      readonly high: number;
      readonly samples: number;
    }
  | { readonly state: 'learning' | 'flat'; readonly samples: number };

/** What days may differ by, at least, as part of their level: so steady that a few percent stand out is nobody's concern. */
const LEAST_SCALE = 0.06;
/** One day in two hundred lies beyond, on each side, if nothing changed. */
const BEYOND = 0.005;

/**
 * The range in which a figure of the last day can be expected, from the same figure of the days before: median and
 * median absolute deviation, so that a first day of trouble among them does not hide the second; Student's quantile,
 * since there are few days. On logarithms, or as they are for shares.
 */
export function expectedOfDay(
  { before }: UsageDays,
  figure: (day: UsageDay) => number | undefined,
  { minDays, isShare = false }: { readonly minDays: number; readonly isShare?: boolean },
): DayRange {
  const values = before.map(figure).filter((value) => value !== undefined && (isShare || value > 0)) as number[];
  const samples = values.length;
  if (samples < minDays) return { state: 'learning', samples };
  if (values.every((value) => value === values[0])) return { state: 'flat', samples };
  const [to, back] = isShare ? [Number, Number] : [Math.log, Math.exp];
  const known = values.map((value) => to(value));
  const center = median(known) ?? 0;
  const scale = Math.max(medianAbsoluteDeviation(known) ?? 0, isShare ? LEAST_SCALE / 3 : LEAST_SCALE);
  const half = studentQuantile(1 - BEYOND, samples - 1) * scale * Math.sqrt(1 + 1 / samples);
  return { state: 'ready', expected: back(center), low: back(center - half), high: back(center + half), samples };
}

/** What the last day cost more than it would have at the usual cost of a request. At least 0. */
export function extraCost({ now, before }: UsageDays): number {
  const usual = before.filter(({ requests }) => requests > 0).map(({ costUsd, requests }) => costUsd / requests);
  if (usual.length === 0 || now.requests === 0) return 0;
  return Math.max(0, now.costUsd - (median(usual) ?? 0) * now.requests);
}
