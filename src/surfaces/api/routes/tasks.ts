import { z } from '@hono/zod-openapi';
import { taskList } from '../../../analysis/reports/task-list.ts';
import { defineQuestion } from '../define-question.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';
import { taskSummarySchema } from '../schemas/tasks.ts';

export const tasksQuestion = defineQuestion(
  {
    path: '/tasks',
    summary: 'Tasks, the latest activity first',
    doc: 'The tasks that something happened to in a span, the last 24 hours unless `since` says otherwise. `complete` is false where there were more events than are read.',
    query: spanQuery,
    answer: z.object({ tasks: z.array(taskSummarySchema), complete: z.boolean() }).openapi('Tasks'),
  },
  async (context, asked) =>
    taskList(await context.collector(), toSpan(asked, context, '24h'), context.clock.nowMicros()),
);
