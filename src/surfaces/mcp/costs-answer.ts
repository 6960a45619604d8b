import { totalTokens } from '../../analysis/ledger/figures.ts';
import type { LedgerSum } from '../../analysis/ledger/ledger.ts';
import { type CostDimension, costReport, type CostReport } from '../../analysis/reports/cost-report.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import type { FieldCondition } from '../../query/question.ts';
import { configOfRun } from '../cli/settings-of.ts';
import { type Answer, fitted, NAMES_NOTICE, type Size } from './answer.ts';
import { dataName } from './data-name.ts';
import type { Desk } from './desk.ts';
import type { EvidenceBook } from './evidence-book.ts';
import { momentText, shortNumber } from './figures-json.ts';

/** Those that single events can be asked by; none for what follows from other events. */
const FIELDS: Readonly<Partial<Record<CostDimension, string>>> = { model: 'model' };
/** Most groups that an answer of each size begins to fit in. */
const MOST: Readonly<Record<Size, number>> = { short: 4, normal: 10, full: 60 };

export type CostQuestion = {
  readonly by: readonly CostDimension[];
  readonly size: Size;
  readonly span: { readonly since: string; readonly until?: string; readonly timeZone: string };
};

/** What a span cost, by what was asked for, in the size asked for. */
export async function costsAnswer({ context, evidence }: Desk, { by, size, span }: CostQuestion): Promise<Answer> {
  const { flatPlans } = configOfRun(context).settings;
  const report = await costReport(await context.collector(), span, [...new Set(by)], flatPlans);
  return reportJson(report, size, span.timeZone, evidence);
}

function reportJson(report: CostReport, size: Size, timeZone: string, book: EvidenceBook): Answer {
  const { ledger, by, groups } = report;
  return fitted(size, MOST[size], (items) => {
    // The newest days say most; of all else the dearest.
    const shown = by.includes('day') ? groups.slice(-items) : groups.slice(0, items);
    const rest = items === 0 ? groups : groups.filter((group) => !shown.includes(group));
    return {
      from: momentText(ledger.fromMicros),
      to: momentText(ledger.toMicros),
      time_zone: timeZone,
      says: ledger.total.figures.events === 0 ? 'No usage of models was recorded in this time.' : undefined,
      total: {
        ...costJson(ledger.total, size),
        usd_by_client: reportedUsd(ledger.total),
        usd_by_price_list_estimate: computedUsd(ledger.total),
      },
      groups: items === 0 ? [] : shown.map((group) => groupJson(report, group, size, book)),
      not_shown: rest.length === 0 ? undefined : { groups: rest.length, cost_usd: restUsd(rest) },
      single_events_from: ledger.detailFromMicros === undefined ? undefined : momentText(ledger.detailFromMicros),
      evidence: [book.keep(questionOf(report, undefined))],
      next: by.includes('task')
        ? { tool: 'get_metrics_insights', arguments: {}, tells: 'which of it can be saved' }
        : {
            tool: 'get_costs',
            arguments: { by: ['task'], since: momentText(ledger.fromMicros) },
            tells: 'which tasks cost most',
          },
      notice: NAMES_NOTICE,
    };
  });
}

/** Where a part of it is unpriced, the cost is what is known of it. */
function costJson({ figures, concludedNanos }: LedgerSum, size: Size): object {
  const priced = figures.events - figures.unpricedEvents;
  const head = {
    cost_usd: priced === 0 ? undefined : shortNumber(usdOfNanos(figures.costNanos)),
    requests: figures.requests === 0 ? undefined : figures.requests,
    cost_basis: priced === 0 ? undefined : basisOf(figures),
    tokens: totalTokens(figures),
    unpriced_tokens: figures.unpricedTokens === 0 ? undefined : figures.unpricedTokens,
  };
  if (size === 'short') return head;
  const input = figures.inputTokens + figures.cachedTokens + figures.cacheWrite5mTokens + figures.cacheWrite1hTokens;
  return {
    ...head,
    output_tokens: figures.outputTokens,
    cached_share_of_input: input === 0 ? undefined : shortNumber(figures.cachedTokens / input),
    flat_plan_usd: figures.planNanos === 0n ? undefined : shortNumber(usdOfNanos(figures.planNanos)),
    concluded_usd: concludedNanos === 0n ? undefined : shortNumber(usdOfNanos(concludedNanos)),
  };
}

/** What clients report counts before what the price list makes of the same tokens. */
function basisOf({ reportedEvents, events, unpricedEvents }: LedgerSum['figures']): string {
  if (reportedEvents === 0) return 'price_list_estimate';
  return reportedEvents === events - unpricedEvents ? 'reported_by_client' : 'reported_or_estimated';
}

function reportedUsd({ figures }: LedgerSum): number | undefined {
  return figures.reportedEvents === 0 ? undefined : shortNumber(usdOfNanos(figures.reportedNanos));
}

function computedUsd({ figures }: LedgerSum): number | undefined {
  return figures.computedEvents === 0 ? undefined : shortNumber(usdOfNanos(figures.computedNanos));
}

function restUsd(rest: readonly LedgerSum[]): number | undefined {
  return shortNumber(usdOfNanos(rest.reduce((sum, { figures }) => sum + figures.costNanos, 0n)));
}

function groupJson(report: CostReport, group: LedgerSum, size: Size, book: EvidenceBook): object {
  const names = report.by.map((dimension) => {
    const name = group.key[dimension];
    return [dimension, name === undefined ? 'not known' : dataName(name)];
  });
  const isAskable = report.by.length === 1 && report.by.every((dimension) => FIELDS[dimension] !== undefined);
  return {
    ...(Object.fromEntries(names) as object),
    ...costJson(group, size),
    evidence: isAskable && size !== 'short' ? book.keep(questionOf(report, group)) : undefined,
  };
}

function questionOf({ ledger, by }: CostReport, group: LedgerSum | undefined) {
  const conditions = by.flatMap((dimension): [string, FieldCondition][] => {
    const field = FIELDS[dimension];
    if (group === undefined || field === undefined) return [];
    const name = group.key[dimension];
    return [[field, name === undefined ? { present: false } : name]];
  });
  return {
    shows: 'requests as clients told them, before what was told twice is set aside',
    metric: 'tokens.consumed',
    filters: Object.fromEntries(conditions),
    fromMicros: ledger.fromMicros,
    toMicros: ledger.toMicros,
    aggregations: ['sum(input_tokens)', 'sum(output_tokens)', 'sum(reported_cost_usd)', 'sum(estimated_cost_usd)'],
  };
}
