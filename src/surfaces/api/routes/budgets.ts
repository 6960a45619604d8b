import { z } from '@hono/zod-openapi';
import { budgetReport } from '../../../analysis/reports/budget-report.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { budgetStateSchema, toBudget } from '../schemas/budgets.ts';
import { spanQuery } from '../schemas/spans.ts';

export const budgetsQuestion = defineQuestion(
  {
    path: '/budgets',
    summary: 'How much of each budget is used',
    doc: 'Every declared budget in the period that is now. Where `unpricedEvents` is above 0, at least so much is used.',
    query: spanQuery.pick({ tz: true }),
    answer: z
      .object({
        budgets: z.array(budgetStateSchema),
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
