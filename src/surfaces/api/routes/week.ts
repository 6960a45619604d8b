import { z } from '@hono/zod-openapi';
import { openInsights } from '../../../analysis/insights/insights.ts';
import { weeklySummary } from '../../../analysis/reports/weekly-summary.ts';
import { SEVERITIES } from '../../../metrics/advice-decided.ts';
import { openZone, parseMoment } from '../../../model/time.ts';
import { insightOptionsOf } from '../../cli/insight-options.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { moneySchema, toMoney } from '../money.ts';
import { budgetStateSchema, toBudget } from '../schemas/budgets.ts';
import { figureUnitSchema, findingSchema } from '../schemas/findings.ts';
import { adviceSchema, judgedSchema } from '../schemas/insights.ts';
import { spanQuery } from '../schemas/spans.ts';

const weekValueSchema = z.object({ value: z.number().optional(), samples: z.number() });

export const weekQuestion = defineQuestion(
  {
    path: '/report/week',
    summary: 'The week on one page',
    doc: 'The seven days up to `until` against the four weeks before, with three things to change.',
    query: spanQuery.omit({ since: true }),
    answer: z
      .object({
        fromMicros: z.number(),
        toMicros: z.number(),
        recordedFromMicros: z.number().optional(),
        figures: z.array(
          z.object({
            name: z.string(),
            unit: figureUnitSchema,
            now: weekValueSchema,
            before: z.array(weekValueSchema),
            expected: z.object({ middle: z.number(), low: z.number(), high: z.number() }).optional(),
            judgement: z.enum(['higher', 'lower', 'as_usual', 'too_few']),
            better: z.enum(['higher', 'lower']).optional(),
          }),
        ),
        cost: moneySchema,
        unpricedEvents: z.number(),
        insights: z.object({
          opened: z.number(),
          closed: z.number(),
          accepted: z.number(),
          dismissed: z.number(),
          judged: z.array(judgedSchema),
        }),
        changes: z
          .array(
            z.object({
              id: z.string(),
              severity: z.enum(SEVERITIES),
              finding: findingSchema,
              advice: adviceSchema.optional(),
              symptoms: z.number(),
            }),
          )
          .optional(),
        budgets: z.array(budgetStateSchema),
      })
      .openapi('Week'),
    weight: 'heavy',
  },
  async (context, { until, tz }) => {
    const timeZone = tz ?? context.timeZone;
    const nowMicros = context.clock.nowMicros();
    const zone = await openZone(timeZone);
    const toMicros =
      until === undefined ? nowMicros : Math.min(nowMicros, parseMoment(until, 'until', zone, nowMicros));
    const collector = await context.collector();
    const { settings, budgets } = configOfRun(context);
    const insights = await openInsights(collector, {
      ...insightOptionsOf({ ...context, timeZone }),
      nowMicros: toMicros,
    });
    const plans = settings.flatPlans;
    const week = await weeklySummary(collector, { toMicros, nowMicros, timeZone, budgets, plans, insights });
    const { costNanos, budgets: states, ...rest } = week;
    return { ...rest, cost: toMoney(costNanos), budgets: states.map(toBudget) };
  },
);
