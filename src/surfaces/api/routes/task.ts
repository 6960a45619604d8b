import { z } from '@hono/zod-openapi';
import { TASK_STATES } from '../../../analysis/clock/cluster-clock.ts';
import { clockReport } from '../../../analysis/reports/clock-report.ts';
import { costReport } from '../../../analysis/reports/cost-report.ts';
import { taskTrace } from '../../../analysis/reports/task-trace.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { ApiError, errorAnswer } from '../api-error.ts';
import { defineQuestion } from '../define-question.ts';
import { intervalSchema, timesSchema, toTimes } from '../schemas/clock.ts';
import { costGroupSchema, toCostGroup } from '../schemas/costs.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';
import { taskTraceSchema } from '../schemas/tasks.ts';

const MAX_ID_LENGTH = 256;

export const taskQuestion = defineQuestion(
  {
    path: '/tasks/{id}',
    summary: "One task's life",
    doc: 'Its turns and waits, each moment of it by the cluster clock, its calls, tests and changes, and what it cost.',
    query: spanQuery,
    params: z.object({ id: z.string().min(1).max(MAX_ID_LENGTH) }),
    answer: z
      .object({
        trace: taskTraceSchema,
        intervals: z.array(intervalSchema),
        timesMicros: timesSchema,
        cost: costGroupSchema.optional(),
      })
      .openapi('Task'),
  },
  async (context, { id, ...asked }) => {
    const collector = await context.collector();
    const nowMicros = context.clock.nowMicros();
    const trace = await taskTrace(collector, id, toSpan(asked, context), nowMicros);
    if (trace === undefined) {
      throw new ApiError(errorAnswer(404, 'NOT_FOUND', 'No event names this task.', 'GET /api/v1/tasks lists them.'));
    }
    const timeZone = asked.tz ?? context.timeZone;
    // The end belongs to the life, and a question's `until` does not belong to its answer.
    const life = { since: trace.fromMicros / 1e6, until: (trace.toMicros + 1_000) / 1e6, timeZone };
    const clock = await clockReport(collector, { ...life, taskId: id }, nowMicros);
    const { groups } = await costReport(collector, life, ['task'], configOfRun(context).settings.flatPlans);
    const cost = groups.find(({ key }) => key['task'] === id);
    return {
      trace,
      intervals: clock.intervals ?? [],
      timesMicros: toTimes(TASK_STATES, clock.tasks.times),
      cost: cost === undefined ? undefined : toCostGroup(cost),
    };
  },
);
