import { z } from '@hono/zod-openapi';
import { overview } from '../../../analysis/reports/overview.ts';
import { defineQuestion } from '../define-question.ts';
import { nodeShareSchema } from '../schemas/node-share.ts';
import { distributionSchema, outcomeCountsSchema, stateLatencySchema } from '../schemas/figures.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

export const overviewQuestion = defineQuestion(
  {
    path: '/overview',
    summary: 'What the cluster did',
    doc: 'Tasks, nodes, queue, state file and tools in a span of time, the last 24 hours unless `since` says otherwise.',
    query: spanQuery,
    answer: z
      .object({
        fromMicros: z.number(),
        toMicros: z.number(),
        created: z.number(),
        claimed: z.number(),
        completed: z.number(),
        released: z.number(),
        outcomes: outcomeCountsSchema,
        durationSeconds: distributionSchema,
        queueSeconds: distributionSchema,
        nodes: z.array(nodeShareSchema),
        state: stateLatencySchema,
        tools: z.object({ calls: z.number(), errors: z.number(), durationMs: distributionSchema }),
      })
      .openapi('Overview'),
  },
  async (context, asked) => overview(await context.collector(), toSpan(asked, context, '24h')),
);
