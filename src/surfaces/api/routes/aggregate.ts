import { z } from '@hono/zod-openapi';
import { definedSpan } from '../../../analysis/reports/answerer.ts';
import { defineQuestion } from '../define-question.ts';
import { toFilters, whereQuery } from '../schemas/conditions.ts';
import { planSchema, valueSchema } from '../schemas/figures.ts';
import { flagQuery, listedQuery, spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

const MAX_GROUPS = 10_000;
const valuesSchema = z.record(z.string(), valueSchema);

export const aggregateQuestion = defineQuestion(
  {
    path: '/aggregate',
    summary: 'Figures of a metric',
    doc: 'Figures by group and bucket, the last 24 hours unless `since` says otherwise, with how they were found.',
    query: spanQuery.extend({
      metric: wordSchema.openapi({ example: 'task.completed' }),
      aggregations: listedQuery(
        '`count`, `rate`, or functions of fields, such as `p95(duration_seconds)`. Default: `count`.',
      ),
      by: listedQuery('One row for each value of these fields.'),
      where: whereQuery,
      bucket: wordSchema.optional().openapi({ description: 'Also by time, in steps of this width: 1m, 15m, 1h, 1d.' }),
      compare: flagQuery('Also the span of equal length just before.'),
      exact: flagQuery('Exact percentiles, even where a sketch would answer within 1 %.'),
      order: wordSchema.optional().openapi({ description: 'An aggregation or a field; `-` before it for descending.' }),
      limit: z.coerce
        .number<number | string>()
        .int()
        .min(1)
        .max(MAX_GROUPS)
        .default(1_000)
        .openapi({ description: 'At most so many groups.' }),
    }),
    answer: z
      .object({
        rows: z.array(
          z.object({
            bucketStart: z.number().optional(),
            bucketEnd: z.number().optional(),
            group: valuesSchema,
            values: valuesSchema,
            previous: valuesSchema.optional(),
          }),
        ),
        plan: planSchema,
      })
      .openapi('AggregateAnswer'),
  },
  async (context, { metric, aggregations, by, where, bucket, compare, exact, order, limit, ...span }) => {
    const collector = await context.collector();
    return collector.aggregate({
      metric,
      ...definedSpan(toSpan(span, context, '24h')),
      filters: await toFilters(context, metric, where),
      aggregations: aggregations.length === 0 ? ['count'] : aggregations,
      groupBy: by,
      compare,
      exact,
      limit,
      ...(bucket === undefined ? {} : { bucket }),
      ...(order === undefined ? {} : { order }),
    });
  },
);
