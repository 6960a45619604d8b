import type { Figures } from '../../analysis/ledger/figures.ts';
import type { LedgerSum, Ways } from '../../analysis/ledger/ledger.ts';
import type { CostReport } from '../../analysis/reports/cost-report.ts';
import { usdOfNanos } from '../../pricing/index.ts';

function figuresJson(figures: Figures) {
  const usd = (nanos: bigint, of: number): number | undefined => (of === 0 ? undefined : usdOfNanos(nanos));
  const priced = figures.events - figures.unpricedEvents;
  return {
    events: figures.events,
    requests: figures.requests,
    input_tokens: figures.inputTokens,
    output_tokens: figures.outputTokens,
    cached_tokens: figures.cachedTokens,
    cache_write_5m_tokens: figures.cacheWrite5mTokens,
    cache_write_1h_tokens: figures.cacheWrite1hTokens,
    reasoning_tokens: figures.reasoningTokens,
    reported_events: figures.reportedEvents,
    reported_usd: usd(figures.reportedNanos, figures.reportedEvents),
    computed_events: figures.computedEvents,
    computed_usd: usd(figures.computedNanos, figures.computedEvents),
    cost_usd: usd(figures.costNanos, priced),
    flat_plan_usd: usd(figures.planNanos, priced),
    billed_usd: usd(figures.costNanos - figures.planNanos, priced),
    unpriced_events: figures.unpricedEvents,
    unpriced_tokens: figures.unpricedTokens,
  };
}

const sumJson = ({ key, figures }: LedgerSum) => ({ ...key, ...figuresJson(figures) });

/** With what sub-agents used told apart: `cost_usd` includes it, `own_cost_usd` does not. */
const inclusiveJson = (sum: LedgerSum) => ({
  ...sumJson(sum),
  own_events: sum.own.events,
  own_cost_usd: figuresJson(sum.own).cost_usd,
  concluded_cost_usd: sum.concludedNanos === 0n ? undefined : usdOfNanos(sum.concludedNanos),
});

/** Absent where nobody asked by node or by task. */
const waysJson = (ways: Ways) =>
  ways.length === 0
    ? undefined
    : ways.map(({ key, figures }) => ({ way: key['way'] ?? 'unattributed', ...figuresJson(figures) }));

/** A cost report for programs. Dollars are floats that hold whole nano-dollars exactly; absent is not known. */
export function costJson({ ledger, by, groups }: CostReport, timeZone: string) {
  const seconds = (micros: number): number => micros / 1e6;
  return {
    from: seconds(ledger.fromMicros),
    to: seconds(ledger.toMicros),
    time_zone: timeZone,
    by,
    total: inclusiveJson(ledger.total),
    groups: groups.map(inclusiveJson),
    unpriced: ledger.unpriced.map(sumJson),
    priced_as_another_model: ledger.stretched.map(sumJson),
    not_counted: ledger.setAside.map(sumJson),
    nodes_known_by: waysJson(ledger.ways.node),
    tasks_known_by: waysJson(ledger.ways.task),
    price_versions: ledger.priceVersions.map(({ key, figures }) => ({ ...key, events: figures.computedEvents })),
    reconciliations: ledger.reconciliations.map(({ reportedNanos, computedNanos, ...rest }) => ({
      ...rest,
      reported_usd: usdOfNanos(reportedNanos),
      computed_usd: usdOfNanos(computedNanos),
    })),
    single_events_from: ledger.detailFromMicros === undefined ? undefined : seconds(ledger.detailFromMicros),
  };
}
