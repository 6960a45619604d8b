import type { BudgetState } from '../../analysis/reports/budget-report.ts';
import { formatNanos } from './terminal/money.ts';
import type { Tone } from './terminal/style.ts';
import { formatCount } from './terminal/units.ts';

/** From this stage on a reader should look twice. */
const WARNING_PERCENT = 80;

/** An amount in the budget's unit, for people. */
export function budgetAmount({ budget }: BudgetState, amount: bigint): string {
  if (budget.unit === 'usd') return formatNanos(amount);
  return `${formatCount(Number(amount))} ${budget.unit}`;
}

/** What is used of a budget: at least so much, where some of it has no price. */
export function budgetUsed(state: BudgetState): string {
  return `${state.unpricedEvents > 0 ? 'at least ' : ''}${budgetAmount(state, state.used)}`;
}

/** For people; whether a stage is reached is decided in integers. Cut, not rounded: 99.96 % is not 100 %. */
export function budgetPercent({ used, limit }: BudgetState): number {
  return Number((used * 1_000n) / limit) / 10;
}

/** How a budget's state sounds. */
export function budgetTone({ exceeded, stage = 0 }: BudgetState): Tone {
  return exceeded ? 'bad' : stage >= WARNING_PERCENT ? 'warning' : 'good';
}
