import { z } from '@hono/zod-openapi';
import { budgetReport, type BudgetState } from '../../../analysis/reports/budget-report.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { moneySchema, toMoney } from '../money.ts';
import { spanQuery } from '../schemas/spans.ts';

const amountSchema = z
  .object({ value: z.number(), exact: z.string() })
  .openapi('Amount', { description: 'In the unit of the budget: dollars, tokens or runs.' });

function toBudget({ budget, used, limit, planNanos, concludedNanos, ...rest }: BudgetState) {
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

export const budgetsQuestion = defineQuestion(
  {
    path: '/budgets',
    summary: 'How much of each budget is used',
    doc: 'Every declared budget in the period that is now. Where `unpricedEvents` is above 0, at least so much is used.',
    query: spanQuery.pick({ tz: true }),
    answer: z
      .object({
        budgets: z.array(
          z.object({
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
          }),
        ),
      })
      .openapi('Budgets'),
    weight: 'heavy',
  },
  async (context, { tz }) => {
    const { budgets, settings } = configOfRun(context);
    const collector = await context.collector();
    const timeZone = tz ?? context.timeZone;
    const states = await budgetReport(collector, budgets, context.clock.nowMicros(), timeZone, settings.flatPlans);
    return { budgets: states.map(toBudget) };
  },
);
