import { z } from '@hono/zod-openapi';
import { NODE_STATES } from '../../../analysis/clock/cluster-clock.ts';
import { nodeDetail } from '../../../analysis/reports/node-detail.ts';
import { ApiError, errorAnswer } from '../api-error.ts';
import { defineQuestion } from '../define-question.ts';
import { toUtilisation, utilisationSchema } from '../schemas/clock.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

const MAX_ID_LENGTH = 256;
const DEFAULT_SINCE = '24h';

export const nodeQuestion = defineQuestion(
  {
    path: '/nodes/{id}',
    summary: "One node's time",
    doc: 'Each moment of a node by the cluster clock, and its turns at tasks, newest first; of the last 24 hours unless `since` says otherwise.',
    query: spanQuery,
    params: z.object({ id: z.string().min(1).max(MAX_ID_LENGTH) }),
    answer: z
      .object({
        nodeId: z.string(),
        fromMicros: z.number(),
        toMicros: z.number(),
        complete: z.boolean(),
        use: utilisationSchema,
        stretches: z.array(
          z.object({
            fromMicros: z.number(),
            toMicros: z.number(),
            state: z.enum(NODE_STATES),
            concluded: z.boolean(),
          }),
        ),
        turns: z.array(
          z.object({
            taskId: z.string(),
            priority: z.string().optional(),
            fromMicros: z.number(),
            toMicros: z.number(),
            open: z.boolean(),
            ended: z.enum(['completed', 'released']).optional(),
            outcome: z.string().optional(),
            reason: z.string().optional(),
          }),
        ),
      })
      .openapi('Node'),
    weight: 'heavy',
  },
  async (context, { id, ...asked }) => {
    const span = { ...toSpan(asked, context), since: asked.since ?? DEFAULT_SINCE };
    const detail = await nodeDetail(await context.collector(), id, span, context.clock.nowMicros());
    if (detail === undefined) {
      throw new ApiError(
        errorAnswer(
          404,
          'NOT_FOUND',
          'This node was not seen in this time.',
          'Look further back, or GET /api/v1/nodes.',
        ),
      );
    }
    return { ...detail, use: toUtilisation(detail.use) };
  },
);
