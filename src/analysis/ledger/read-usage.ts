import type { AggregateRow } from '../../query/question.ts';
import { type Answerer, definedSpan, type ReportSpan } from '../reports/answerer.ts';
import { type HourlyQuestion, hourlyRows } from './hourly-rows.ts';
import {
  REPRICED_AGGREGATIONS,
  REPRICED_FIELDS,
  REPRICED_METRIC,
  REPRICED_ROLLED_UP_FIELDS,
  repricedLines,
} from './repriced-line.ts';
import { isMixed, LINE_AGGREGATIONS, LINE_FIELDS, ROLLED_UP_FIELDS, type UsageLine, usageLine } from './usage-line.ts';

const METRIC = 'tokens.consumed';

/** All usage of a span, hour by hour, nothing chosen yet. */
export type Usage = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly lines: readonly UsageLine[];
  /** What accepted repricings take from the lines and add to them: no usage, only costs. */
  readonly corrections: readonly UsageLine[];
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
  const onPlan = (client: string | undefined): boolean => client !== undefined && plans.includes(client);
  const { timeZone } = span;
  const hours = { since: plan.from, until: plan.to, ...(timeZone === undefined ? {} : { timeZone }) };
  const usage = await usageRows(ask, hours);
  const repriced = await hourlyRows(ask, {
    ...hours,
    metric: REPRICED_METRIC,
    aggregations: REPRICED_AGGREGATIONS,
    groupBy: REPRICED_FIELDS,
    rolledUp: REPRICED_ROLLED_UP_FIELDS,
  });
  const { detailFrom } = usage;
  return {
    fromMicros: Math.round(plan.from * 1e6),
    toMicros: Math.round(plan.to * 1e6),
    lines: [
      ...usage.detailed.map((row) => usageLine(row, true, onPlan)),
      ...usage.expired.map((row) => usageLine(row, false, onPlan)),
    ],
    corrections: [
      ...repriced.detailed.flatMap((row) => repricedLines(row, true, onPlan)),
      ...repriced.expired.flatMap((row) => repricedLines(row, false, onPlan)),
    ],
    detailFromMicros: detailFrom === undefined ? undefined : Math.round(detailFrom * 1e6),
  };
}

/** From events, each row with or without a reported cost but never mixed. */
async function usageRows(ask: Answerer, hours: Pick<HourlyQuestion, 'since' | 'until' | 'timeZone'>) {
  const question: HourlyQuestion = {
    ...hours,
    metric: METRIC,
    aggregations: LINE_AGGREGATIONS,
    groupBy: LINE_FIELDS,
    rolledUp: ROLLED_UP_FIELDS,
  };
  const rows = await hourlyRows(ask, question);
  if (!rows.detailed.some(isMixed)) return rows;
  let detailed: readonly AggregateRow[] = [];
  for (const present of [true, false]) {
    const since = rows.detailFrom ?? hours.since;
    const apart = await hourlyRows(ask, { ...question, since, filters: { reported_cost_usd: { present } } });
    detailed = detailed.concat(apart.detailed);
  }
  return { ...rows, detailed };
}
