import { z } from '@hono/zod-openapi';
import { qualityReport } from '../../../analysis/reports/quality-report.ts';
import { rangeOfReport } from '../../../analysis/reports/report-range.ts';
import { defineQuestion } from '../define-question.ts';
import { shareSchema } from '../schemas/shares.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

const DEFAULT_SINCE = '7d';
const votes = { firstRun: shareSchema, lastRun: shareSchema, runs: z.number() };

export const qualityQuestion = defineQuestion(
  {
    path: '/quality',
    summary: 'How good what was done is',
    doc: 'As far as tests, second turns and changes of files tell; of the last 7 days unless `since` says otherwise.',
    query: spanQuery,
    answer: z
      .object({
        fromMicros: z.number(),
        toMicros: z.number(),
        complete: z.boolean(),
        tests: z.object({
          ...votes,
          runsWithoutTask: z.number(),
          suites: z.array(
            z.object({
              ...votes,
              suite: z.string().optional(),
              flips: z.number(),
              flipTasks: z.number(),
              flaky: z.boolean(),
            }),
          ),
        }),
        completed: z.number(),
        accepted: shareSchema,
        reworkAfterSuccess: shareSchema,
        reworkAfterOther: shareSchema,
        churn: z.object({
          tasks: z.number(),
          linesAdded: z.number(),
          linesDeleted: z.number(),
          changedAgain: shareSchema,
          againLinesAdded: z.number(),
          againLinesDeleted: z.number(),
          complexity: z.object({
            tasks: z.number(),
            total: z.number(),
            median: z.number().optional(),
            low: z.number().optional(),
            high: z.number().optional(),
          }),
        }),
      })
      .openapi('Quality'),
    weight: 'heavy',
  },
  async (context, asked) => {
    const nowMicros = context.clock.nowMicros();
    const { since = DEFAULT_SINCE, ...span } = toSpan(asked, context);
    return qualityReport(await context.collector(), await rangeOfReport({ ...span, since }, nowMicros), nowMicros);
  },
);
