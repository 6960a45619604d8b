import { z } from '@hono/zod-openapi';
import { taskEstimate } from '../../../analysis/reports/task-estimate-report.ts';
import { defineQuestion } from '../define-question.ts';
import { estimateSchema } from '../schemas/forecast.ts';
import { spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

export const taskEstimateQuestion = defineQuestion(
  {
    path: '/forecast/task',
    summary: 'What a task will take and cost',
    doc: 'Before it starts, from ended tasks like it of the last 28 days unless `since` says otherwise.',
    query: spanQuery.extend({
      priority: wordSchema.optional(),
      role: wordSchema.optional().openapi({ description: 'Done by a node of this role.' }),
      model: wordSchema.optional().openapi({ description: 'Done with this model.' }),
    }),
    answer: z
      .object({
        alikeIn: z.array(z.enum(['priority', 'role', 'model'])),
        tasks: z.number(),
        needed: z.number(),
        workSeconds: estimateSchema.optional(),
        costUsd: estimateSchema.optional(),
      })
      .openapi('TaskEstimate'),
    weight: 'heavy',
  },
  async (context, { priority, role, model, ...asked }) =>
    taskEstimate(
      await context.collector(),
      toSpan(asked, context, '28d'),
      { priority, role, model },
      context.clock.nowMicros(),
    ),
);
