import { z } from '@hono/zod-openapi';
import { nodeActivity } from '../../../analysis/reports/node-activity.ts';
import { seenNodes } from '../../cli/seen-nodes.ts';
import { defineQuestion } from '../define-question.ts';
import { nodeNowSchema } from '../schemas/node-now.ts';
import { nodeShareSchema } from '../schemas/node-share.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

export const nodesQuestion = defineQuestion(
  {
    path: '/nodes',
    summary: 'Who is there, and what each did',
    doc: 'Every node with its status and task now, and what it did in the span, the last 24 hours unless `since` says otherwise.',
    query: spanQuery,
    answer: z
      .object({
        nodes: z.array(
          nodeNowSchema.extend({
            share: nodeShareSchema.optional(),
            statusSeconds: z.record(z.string(), z.number()),
          }),
        ),
      })
      .openapi('Nodes'),
  },
  async (context, asked) => ({
    nodes: await nodeActivity(
      await context.collector(),
      toSpan(asked, context, '24h'),
      seenNodes(context),
      context.clock.nowMicros(),
    ),
  }),
);
