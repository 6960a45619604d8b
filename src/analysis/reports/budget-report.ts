import { openZone, microsOf, type Zone, zonedAt } from '../../model/time.ts';
import { NANOS_PER_USD } from '../../pricing/index.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { totalTokens } from '../ledger/figures.ts';
import { type Ledger, openLedger, sumLines } from '../ledger/ledger.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import type { LineField, UsageLine } from '../ledger/usage-line.ts';
import type { UsageDetail } from '../ledger/usage-reader.ts';
import type { Answerer } from './answerer.ts';

/** What a budget is, as the configuration declares it. */
export type BudgetRule = {
  readonly name: string;
  readonly unit: 'usd' | 'tokens' | 'runs';
  readonly limit: number;
  readonly per: 'day' | 'week' | 'month';
  readonly scope: {
    readonly [Part in 'cluster' | 'node' | 'role' | 'client' | 'model']?: string | undefined;
  };
  /** Percentages, ascending. */
  readonly stages: readonly number[];
};

/** How much of a budget is used in the period that is now. */
export type BudgetState = {
  readonly budget: BudgetRule;
  readonly fromMicros: number;
  readonly untilMicros: number;
  /** In whole steps of the unit: nano-dollars, tokens, runs. Of dollars what is billed: flat plans bill nothing. */
  readonly used: bigint;
  readonly limit: bigint;
  /** The highest stage that is reached, in percent. */
  readonly stage: number | undefined;
  /** More than the whole limit is used. */
  readonly exceeded: boolean;
  /** Events whose cost is not known: of dollars, what is used is then at least so much. */
  readonly unpricedEvents: number;
  /** Nano-dollars that the API would take for what flat plans covered. */
  readonly planNanos: bigint;
  /** Nano-dollars of costs whose node follows from the client's session rather than being told. Only of dollars for a node or role. */
  readonly concludedNanos: bigint;
  /** Single events of a part of the period have expired, and a cluster cannot be told from hourly figures. */
  readonly incomplete: boolean;
};

type Period = { readonly fromMicros: number; readonly untilMicros: number };

/** State of each budget now, in its order. Periods follow the calendar of the zone; weeks begin on Monday. */
export async function budgetReport(
  ask: EventAnswerer,
  budgets: readonly BudgetRule[],
  nowMicros: number,
  timeZone: string,
  plans: readonly string[],
): Promise<readonly BudgetState[]> {
  const zone = await openZone(timeZone);
  const roles = budgets.some(({ scope }) => scope.role !== undefined)
    ? await nodeRoles(ask)
    : new Map<string, string>();
  const ledgers = new Map<BudgetRule['per'], Ledger>();
  const states: BudgetState[] = [];
  for (const budget of budgets) {
    const period = periodOf(budget.per, nowMicros, zone);
    const span = { since: period.fromMicros / 1e6, until: period.untilMicros / 1e6, timeZone };
    if (budget.unit === 'runs') {
      states.push(stateOf(budget, period, { ...NO_USE, used: await runsIn(ask, budget, span, roles) }));
      continue;
    }
    const ledger = ledgers.get(budget.per) ?? (await openLedger(ask, span, detailFor(budgets, budget.per), plans));
    ledgers.set(budget.per, ledger);
    states.push(stateOf(budget, period, usageIn(ledger, budget, roles)));
  }
  return states;
}

/** What the ledger of a period has to tell apart for all of its budgets. */
function detailFor(budgets: readonly BudgetRule[], per: BudgetRule['per']): UsageDetail {
  const scopes = budgets.filter((budget) => budget.per === per).map(({ scope }) => scope);
  const fields: LineField[] = [];
  if (scopes.some(({ node, role }) => node !== undefined || role !== undefined)) fields.push('node_id');
  if (scopes.some(({ cluster }) => cluster !== undefined)) fields.push('cluster');
  return { fields, byDay: false };
}

/** The day, week or month that a moment is in. */
export function periodOf(per: BudgetRule['per'], nowMicros: number, zone: Zone): Period {
  const day = zonedAt(nowMicros, zone).startOfDay();
  const start =
    per === 'day'
      ? day
      : per === 'week'
        ? day.subtract({ days: day.dayOfWeek - 1 }).startOfDay()
        : day.with({ day: 1 }).startOfDay();
  const end = start.add(per === 'day' ? { days: 1 } : per === 'week' ? { weeks: 1 } : { months: 1 }).startOfDay();
  return { fromMicros: microsOf(start), untilMicros: microsOf(end) };
}

type Use = Pick<BudgetState, 'used' | 'unpricedEvents' | 'planNanos' | 'concludedNanos' | 'incomplete'>;
const NO_USE: Use = { used: 0n, unpricedEvents: 0, planNanos: 0n, concludedNanos: 0n, incomplete: false };
const PERCENT = 100n;

function stateOf(budget: BudgetRule, period: Period, use: Use): BudgetState {
  const steps = budget.unit === 'usd' ? NANOS_PER_USD : 1;
  const limit = BigInt(Math.max(1, Math.round(budget.limit * steps)));
  // Stages may be fractions of a percent; a millionth of one is fine enough, and keeps the comparison in integers.
  const reached = (stage: number): boolean =>
    use.used * PERCENT * 1_000_000n >= limit * BigInt(Math.round(stage * 1e6));
  return { budget, ...period, ...use, limit, stage: budget.stages.findLast(reached), exceeded: use.used > limit };
}

function usageIn(ledger: Ledger, { scope, unit }: BudgetRule, roles: ReadonlyMap<string, string>): Use {
  const lines = ledger.lines.filter((line) => isInScope(line, scope, roles));
  const { figures, concludedNanos } = sumLines({}, lines);
  const ofNode = scope.node !== undefined || scope.role !== undefined;
  return {
    used: unit === 'usd' ? figures.costNanos - figures.planNanos : BigInt(totalTokens(figures)),
    unpricedEvents: unit === 'usd' ? figures.unpricedEvents : 0,
    planNanos: unit === 'usd' ? figures.planNanos : 0n,
    concludedNanos: unit === 'usd' && ofNode ? concludedNanos : 0n,
    incomplete: scope.cluster !== undefined && ledger.detailFromMicros !== undefined,
  };
}

/** Whether usage belongs to a budget. */
export function isInScope(
  { fields }: UsageLine,
  scope: BudgetRule['scope'],
  roles: ReadonlyMap<string, string>,
): boolean {
  const matches = (wanted: string | undefined, found: string | undefined): boolean =>
    wanted === undefined || wanted === found;
  return (
    matches(scope.cluster, fields.cluster) &&
    matches(scope.node, fields.node_id) &&
    matches(scope.role, roles.get(fields.node_id ?? '')) &&
    matches(scope.client, fields.client) &&
    matches(scope.model, fields.model)
  );
}

/** Attempts at tasks that began in a span. */
async function runsIn(
  ask: Answerer,
  { scope }: BudgetRule,
  span: { since: number; until: number; timeZone: string },
  roles: ReadonlyMap<string, string>,
): Promise<bigint> {
  const { rows } = await ask.aggregate({
    metric: 'task.claimed',
    ...span,
    aggregations: ['count'],
    groupBy: ['node_id'],
    ...(scope.cluster === undefined ? {} : { filters: { cluster: scope.cluster } }),
  });
  return rows.reduce((sum, { group, values }) => {
    const node = String(group['node_id'] ?? '');
    if (scope.node !== undefined && scope.node !== node) return sum;
    if (scope.role !== undefined && scope.role !== roles.get(node)) return sum;
    return sum + BigInt(Number(values['count'] ?? 0));
  }, 0n);
}
