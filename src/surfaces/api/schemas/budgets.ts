import { z } from '@hono/zod-openapi';
import type { BudgetState } from '../../../analysis/reports/budget-report.ts';
import { moneySchema, toMoney } from '../money.ts';

const amountSchema = z
  .object({ value: z.number(), exact: z.string() })
  .openapi('Amount', { description: 'In the unit of the budget: dollars, tokens or runs.' });

/** `analysis/reports/budget-report.ts` */
export const budgetStateSchema = z
  .object({
    budget: z.object({
      name: z.string(),
      unit: z.enum(['usd', 'tokens', 'runs']),
      limit: z.number(),
      per: z.enum(['day', 'week', 'month']),
      scope: z.object({
        cluster: z.string().optional(),
        node: z.string().optional(),
        role: z.string().optional(),
        client: z.string().optional(),
        model: z.string().optional(),
      }),
      stages: z.array(z.number()),
    }),
    fromMicros: z.number(),
    untilMicros: z.number(),
    used: amountSchema,
    limit: amountSchema,
    stage: z.number().optional(),
    exceeded: z.boolean(),
    unpricedEvents: z.number(),
    flatPlan: moneySchema,
    concluded: moneySchema,
    incomplete: z.boolean(),
  })
  .openapi('BudgetState');

/** The state with its amounts told in the unit of the budget. */
export function toBudget({ budget, used, limit, planNanos, concludedNanos, ...rest }: BudgetState) {
  const amount = (steps: bigint) => {
    if (budget.unit !== 'usd') return { value: Number(steps), exact: String(steps) };
    const { usd, exact } = toMoney(steps);
    return { value: usd, exact };
  };
  return {
    budget,
    used: amount(used),
    limit: amount(limit),
    flatPlan: toMoney(planNanos),
    concluded: toMoney(concludedNanos),
    ...rest,
  };
}
