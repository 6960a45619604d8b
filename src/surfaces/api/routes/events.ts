import { z } from '@hono/zod-openapi';
import { definedSpan } from '../../../analysis/reports/answerer.ts';
import { defineQuestion } from '../define-question.ts';
import { toFilters, whereQuery } from '../schemas/conditions.ts';
import { spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';
import { damagedSchema } from '../schemas/figures.ts';
import { storedEventSchema } from '../schemas/tasks.ts';

const MAX_EVENTS = 1_000;
const MAX_CURSOR_LENGTH = 1_024;

export const eventsQuestion = defineQuestion(
  {
    path: '/events',
    summary: 'Events of a metric',
    doc: 'Events, the newest first unless `order` says otherwise. Where there are more, `nextCursor` goes on.',
    query: spanQuery.extend({
      metric: wordSchema.openapi({ example: 'task.completed' }),
      where: whereQuery,
      order: wordSchema
        .default('newest_first')
        .openapi({ description: 'newest_first, oldest_first, or a field; `-` before it for descending.' }),
      limit: z.coerce
        .number<number | string>()
        .int()
        .min(1)
        .max(MAX_EVENTS)
        .default(100)
        .openapi({ description: 'At most so many.' }),
      cursor: z
        .string()
        .min(1)
        .max(MAX_CURSOR_LENGTH)
        .optional()
        .openapi({ description: 'The `nextCursor` of the answer before, with the same question.' }),
    }),
    answer: z
      .object({ events: z.array(storedEventSchema), nextCursor: z.string().optional(), damaged: damagedSchema })
      .openapi('Events'),
  },
  async (context, { metric, where, order, limit, cursor, ...span }) => {
    const collector = await context.collector();
    return collector.query({
      metric,
      ...definedSpan(toSpan(span, context)),
      filters: await toFilters(context, metric, where),
      order,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
  },
);
