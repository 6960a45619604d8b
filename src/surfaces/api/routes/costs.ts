import { COST_DIMENSIONS, costReport } from '../../../analysis/reports/cost-report.ts';
import { z } from '@hono/zod-openapi';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { costsSchema, toCosts } from '../schemas/costs.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

const dimensionSchema = z.enum(COST_DIMENSIONS);

export const costsQuestion = defineQuestion(
  {
    path: '/costs',
    summary: 'What requests to models cost',
    doc: 'The ledger of a span, the last 7 days unless `since` says otherwise: each request once, by what is asked for. Costs are at list prices where clients report none.',
    query: spanQuery.extend({
      by: z
        .union([dimensionSchema, z.array(dimensionSchema).max(COST_DIMENSIONS.length)])
        .default('model')
        .transform((given) => [...new Set([given].flat())])
        .openapi({
          type: 'array',
          items: { type: 'string', enum: [...COST_DIMENSIONS] },
          description: 'What to tell it by.',
        }),
    }),
    answer: costsSchema,
    weight: 'heavy',
  },
  async (context, { by, ...asked }) => {
    const { flatPlans } = configOfRun(context).settings;
    return toCosts(await costReport(await context.collector(), toSpan(asked, context, '7d'), by, flatPlans));
  },
);
