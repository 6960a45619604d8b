import { z } from '@hono/zod-openapi';
import { decideAlert } from '../../cli/alert-decisions.ts';
import { defineChange } from '../define-change.ts';
import { wordSchema } from '../schemas/spans.ts';

const MAX_GROUP_LENGTH = 256;

export const acknowledgeAlert = defineChange(
  {
    path: '/alerts/acknowledgements',
    summary: 'Keep an alert silent, or end it',
    doc: 'Acknowledged, it is silent until it is worse or over; resolved, it ends now. All groups of the rule, or one.',
    body: z.strictObject({
      rule: wordSchema,
      group: z.string().min(1).max(MAX_GROUP_LENGTH).optional(),
      decision: z.enum(['acknowledge', 'resolve']).default('acknowledge'),
    }),
    answer: z.object({ rule: z.string(), says: z.string() }).openapi('AlertDecided'),
  },
  async (context, { rule, group, decision }) => {
    const says = await decideAlert(context, decision === 'resolve' ? 'resolve' : 'ack', rule, group);
    return { rule, says };
  },
);
