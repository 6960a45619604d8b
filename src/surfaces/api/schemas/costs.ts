import { z } from '@hono/zod-openapi';
import type { Figures } from '../../../analysis/ledger/figures.ts';
import type { LedgerSum } from '../../../analysis/ledger/ledger.ts';
import { COST_DIMENSIONS, type CostReport } from '../../../analysis/reports/cost-report.ts';
import { moneySchema, toMoney } from '../money.ts';

const keySchema = z.record(z.string(), z.string());

const usageSchema = z
  .object({
    events: z.number(),
    requests: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cachedTokens: z.number(),
    cacheWrite5mTokens: z.number(),
    cacheWrite1hTokens: z.number(),
    reasoningTokens: z.number(),
    reportedEvents: z.number(),
    reported: moneySchema.optional(),
    computedEvents: z.number(),
    computed: moneySchema.optional(),
    cost: moneySchema.optional(),
    flatPlan: moneySchema.optional(),
    billed: moneySchema.optional(),
    unpricedEvents: z.number(),
    unpricedTokens: z.number(),
  })
  .openapi('Usage', { description: 'Money is absent where nothing has a cost: unknown is not 0.' });

const sumSchema = z.object({ key: keySchema, usage: usageSchema });

/** One group, with what its sub-agents used, and without (`own`). */
export const costGroupSchema = sumSchema
  .extend({ own: usageSchema, concluded: moneySchema.optional() })
  .openapi('CostGroup', { description: '`concluded`: the part whose node or task was concluded rather than told.' });

/** `analysis/reports/cost-report.ts` */
export const costsSchema = z
  .object({
    fromMicros: z.number(),
    toMicros: z.number(),
    by: z.array(z.enum(COST_DIMENSIONS)),
    total: costGroupSchema,
    groups: z.array(costGroupSchema),
    unpriced: z.array(sumSchema),
    pricedAsAnotherModel: z.array(sumSchema),
    notCounted: z.array(sumSchema),
    nodesKnownBy: z.array(sumSchema),
    tasksKnownBy: z.array(sumSchema),
    priceVersions: z.array(sumSchema),
    reconciliations: z.array(
      z.object({
        client: z.string().optional(),
        model: z.string().optional(),
        events: z.number(),
        differs: z.boolean(),
        reported: moneySchema,
        computed: moneySchema,
      }),
    ),
    singleEventsFromMicros: z.number().optional(),
  })
  .openapi('Costs');

function toUsage(figures: Figures) {
  const money = (nanos: bigint, of: number) => (of === 0 ? undefined : toMoney(nanos));
  const priced = figures.events - figures.unpricedEvents;
  return {
    events: figures.events,
    requests: figures.requests,
    inputTokens: figures.inputTokens,
    outputTokens: figures.outputTokens,
    cachedTokens: figures.cachedTokens,
    cacheWrite5mTokens: figures.cacheWrite5mTokens,
    cacheWrite1hTokens: figures.cacheWrite1hTokens,
    reasoningTokens: figures.reasoningTokens,
    reportedEvents: figures.reportedEvents,
    computedEvents: figures.computedEvents,
    unpricedEvents: figures.unpricedEvents,
    unpricedTokens: figures.unpricedTokens,
    reported: money(figures.reportedNanos, figures.reportedEvents),
    computed: money(figures.computedNanos, figures.computedEvents),
    cost: money(figures.costNanos, priced),
    flatPlan: money(figures.planNanos, priced),
    billed: money(figures.costNanos - figures.planNanos, priced),
  };
}

const toSum = ({ key, figures }: LedgerSum) => ({ key, usage: toUsage(figures) });

/** A sum of the ledger with its money told as such. */
export const toCostGroup = (sum: LedgerSum) => ({
  ...toSum(sum),
  own: toUsage(sum.own),
  concluded: sum.concludedNanos === 0n ? undefined : toMoney(sum.concludedNanos),
});

/** The report with its money told as such. */
export function toCosts({ ledger, by, groups }: CostReport) {
  return {
    fromMicros: ledger.fromMicros,
    toMicros: ledger.toMicros,
    by,
    total: toCostGroup(ledger.total),
    groups: groups.map(toCostGroup),
    unpriced: ledger.unpriced.map(toSum),
    pricedAsAnotherModel: ledger.stretched.map(toSum),
    notCounted: ledger.setAside.map(toSum),
    nodesKnownBy: ledger.ways.node.map(toSum),
    tasksKnownBy: ledger.ways.task.map(toSum),
    priceVersions: ledger.priceVersions.map(toSum),
    reconciliations: ledger.reconciliations.map(({ reportedNanos, computedNanos, ...rest }) => ({
      ...rest,
      reported: toMoney(reportedNanos),
      computed: toMoney(computedNanos),
    })),
    singleEventsFromMicros: ledger.detailFromMicros,
  };
}
