import type { AggregateQuestion, AggregateRow } from '../../query/question.ts';
import { type Answerer, definedSpan, type ReportSpan } from '../reports/answerer.ts';
import { isMixed, LINE_AGGREGATIONS, LINE_FIELDS, ROLLED_UP_FIELDS, type UsageLine, usageLine } from './usage-line.ts';

const METRIC = 'tokens.consumed';
/** Hours asked for at once. A question may have 50,000 buckets. */
const MAX_HOURS = 40_000;
const SECONDS_PER_HOUR = 3_600;

/** All usage of a span, hour by hour, nothing chosen yet. */
export type Usage = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly lines: readonly UsageLine[];
  /** Single events before this moment have expired; what is told of that time is by hour, client, node and model only. */
  readonly detailFromMicros: number | undefined;
};

/**
 * Reads the usage of a span: from events, and from hourly figures where events have expired. Costs one pass over the
 * events, and memory for each combination of hour, session, agent, task and model.
 *
 * @param plans Clients on a flat plan, for which nothing is billed by usage.
 */
export async function readUsage(ask: Answerer, span: ReportSpan, plans: readonly string[] = []): Promise<Usage> {
  const { plan } = await ask.aggregate({ metric: METRIC, ...definedSpan(span), aggregations: ['count'] });
  const lines: UsageLine[] = [];
  const onPlan = (client: string | undefined): boolean => client !== undefined && plans.includes(client);
  let detailFrom: number | undefined;
  for (let since = plan.from; since < plan.to; since += MAX_HOURS * SECONDS_PER_HOUR) {
    const until = Math.min(plan.to, since + MAX_HOURS * SECONDS_PER_HOUR);
    const detailed = await detailedRows(ask, { since, until, ...zoneOf(span) });
    for (const row of detailed.rows) lines.push(usageLine(row, true, onPlan));
    if (detailed.missingBefore === undefined || detailed.missingBefore <= since) continue;
    detailFrom = detailed.missingBefore;
    for (const row of await expiredRows(ask, since, detailFrom)) lines.push(usageLine(row, false, onPlan));
  }
  return {
    fromMicros: Math.round(plan.from * 1e6),
    toMicros: Math.round(plan.to * 1e6),
    lines,
    detailFromMicros: detailFrom === undefined ? undefined : Math.round(detailFrom * 1e6),
  };
}

const zoneOf = ({ timeZone }: ReportSpan): { timeZone?: string } => (timeZone === undefined ? {} : { timeZone });

/** Lines from events, each with or without a reported cost but never mixed. */
async function detailedRows(
  ask: Answerer,
  span: Pick<AggregateQuestion, 'since' | 'until' | 'timeZone'>,
): Promise<{ rows: readonly AggregateRow[]; missingBefore: number | undefined }> {
  const question = (filters: AggregateQuestion['filters']): AggregateQuestion => ({
    metric: METRIC,
    ...span,
    aggregations: LINE_AGGREGATIONS,
    groupBy: LINE_FIELDS,
    bucket: '1h',
    ...(filters === undefined ? {} : { filters }),
  });
  const { rows, plan } = await ask.aggregate(question(undefined));
  const { missingBefore } = plan;
  if (!rows.some(isMixed)) return { rows, missingBefore };
  const apart: AggregateRow[] = [];
  for (const present of [true, false]) {
    apart.push(...(await ask.aggregate(question({ reported_cost_usd: { present } }))).rows);
  }
  return { rows: apart, missingBefore };
}

/** Hours of UTC, as rollups are cut, whatever the reader's zone. */
async function expiredRows(ask: Answerer, since: number, until: number): Promise<readonly AggregateRow[]> {
  const { rows } = await ask.aggregate({
    metric: METRIC,
    since,
    until,
    aggregations: LINE_AGGREGATIONS,
    groupBy: ROLLED_UP_FIELDS,
    bucket: '1h',
  });
  return rows;
}
