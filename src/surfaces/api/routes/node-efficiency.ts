import { z } from '@hono/zod-openapi';
import { nodeEfficiency } from '../../../analysis/reports/node-efficiency.ts';
import { rangeOfReport } from '../../../analysis/reports/report-range.ts';
import { defineQuestion } from '../define-question.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

const DEFAULT_SINCE = '24h';

/** `analysis/reports/compare-nodes.ts` */
const speedSchema = z
  .union([
    z.object({
      state: z.enum(['faster', 'slower', 'no_difference']),
      ratio: z.number(),
      low: z.number(),
      high: z.number(),
      chance: z.number(),
      attempts: z.number(),
      others: z.number(),
    }),
    z.object({ state: z.literal('too_few'), attempts: z.number(), others: z.number() }),
  ])
  .openapi('NodeSpeed', {
    description:
      'Time of its attempts by that of others, like with like: 1.2 is a fifth longer. With its 95 % interval.',
  });

export const nodeEfficiencyQuestion = defineQuestion(
  {
    path: '/node-efficiency',
    summary: 'How nodes compare',
    doc: 'What each node achieved in a span, and its speed against others that did tasks of the same priority in the same role; of the last 24 hours unless `since` says otherwise.',
    query: spanQuery,
    answer: z
      .object({
        fromMicros: z.number(),
        toMicros: z.number(),
        comparedFromMicros: z.number(),
        complete: z.boolean(),
        compared: z.number(),
        nodes: z.array(
          z.object({
            nodeId: z.string().optional(),
            role: z.string().optional(),
            model: z.string().optional(),
            ended: z.number(),
            success: z.object({
              hits: z.number(),
              total: z.number(),
              low: z.number().optional(),
              high: z.number().optional(),
            }),
            busyShare: z.number().optional(),
            speed: speedSchema,
          }),
        ),
      })
      .openapi('NodeEfficiency'),
    weight: 'heavy',
  },
  async (context, asked) => {
    const nowMicros = context.clock.nowMicros();
    const span = { ...toSpan(asked, context), since: asked.since ?? DEFAULT_SINCE };
    return nodeEfficiency(await context.collector(), await rangeOfReport(span, nowMicros), nowMicros);
  },
);
