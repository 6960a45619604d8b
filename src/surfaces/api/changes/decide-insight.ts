import { z } from '@hono/zod-openapi';
import { openInsights } from '../../../analysis/insights/insights.ts';
import { DECISIONS } from '../../../metrics/advice-decided.ts';
import { insightOptionsOf } from '../../cli/insight-options.ts';
import { DECISION_CONSEQUENCES, DECISION_WORDS, recordDecision } from '../../record-decision.ts';
import { ApiError, errorAnswer } from '../api-error.ts';
import { defineChange } from '../define-change.ts';

const MAX_ID_LENGTH = 256;

export const decideInsight = defineChange(
  {
    path: '/insights/decisions',
    summary: 'Accept or dismiss advice, or open it again',
    doc: 'Remembers the decision. Nothing in the cluster is changed by it.',
    body: z.strictObject({
      id: z.string().min(1).max(MAX_ID_LENGTH).openapi({ description: 'Of the advice, as GET /insights tells it.' }),
      decision: z.enum(['accept', 'dismiss', 'reopen']),
    }),
    answer: z.object({ id: z.string(), decision: z.enum(DECISIONS), says: z.string() }).openapi('Decided'),
  },
  async (context, { id, decision: word }) => {
    const { advice } = await openInsights(await context.collector(), insightOptionsOf(context));
    const found = advice.find(({ advice: one }) => one.id === id);
    if (found === undefined) {
      throw new ApiError(
        errorAnswer(404, 'NOT_FOUND', 'There is no such advice now.', 'GET /api/v1/insights lists what there is.'),
      );
    }
    const decision = DECISION_WORDS[word];
    await recordDecision(await context.recordingCollector(), found.advice, decision);
    return { id, decision, says: DECISION_CONSEQUENCES[decision] };
  },
);
