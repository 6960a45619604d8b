import { clockReport } from '../../../analysis/reports/clock-report.ts';
import { defineQuestion } from '../define-question.ts';
import { clockSchema, toClock } from '../schemas/clock.ts';
import { spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

const DEFAULT_SINCE = '24h';

export const clockQuestion = defineQuestion(
  {
    path: '/clock',
    summary: 'Where the time went',
    doc: 'The time of tasks and nodes by state, waits, locks, what was lost, how many worked at once, and the critical path; of the last 24 hours unless `since` says otherwise.',
    query: spanQuery.extend({
      node: wordSchema
        .optional()
        .openapi({ description: 'Only the time of this node, and of tasks while it had them.' }),
      task: wordSchema.optional().openapi({ description: 'Only the time of this task, one interval after the other.' }),
    }),
    answer: clockSchema,
    weight: 'heavy',
  },
  async (context, { node, task, ...asked }) => {
    const span = toSpan(asked, context, DEFAULT_SINCE);
    const question = { ...span, since: span.since ?? DEFAULT_SINCE, nodeId: node, taskId: task };
    return toClock(await clockReport(await context.collector(), question, context.clock.nowMicros()));
  },
);
