import { definedSpan } from '../../../analysis/reports/answerer.ts';
import { defineQuestion } from '../define-question.ts';
import { toFilters, whereQuery } from '../schemas/conditions.ts';
import { seriesAnswerSchema } from '../schemas/series.ts';
import { flagQuery, listedQuery, spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

export const seriesQuestion = defineQuestion(
  {
    path: '/series',
    summary: 'A figure over time',
    doc: 'A figure of a metric in each step of a span, empty ones included, the last 24 hours unless `since` says otherwise.',
    query: spanQuery.extend({
      metric: wordSchema.openapi({ example: 'task.completed' }),
      aggregation: wordSchema
        .default('count')
        .openapi({ description: '`count`, `rate`, or a function of a field.', example: 'p95(duration_seconds)' }),
      by: listedQuery('One series for each value of these fields.'),
      where: whereQuery,
      bucket: wordSchema
        .optional()
        .openapi({ description: 'Width of a step: 1m, 15m, 1h, 1d. Default: what gives 24 to 60 steps.' }),
      compare: flagQuery('Also the span of equal length just before.'),
      exact: flagQuery('Exact percentiles, even where a sketch would answer within 1 %.'),
    }),
    answer: seriesAnswerSchema,
  },
  async (context, { metric, aggregation, by, where, bucket, compare, exact, ...span }) => {
    const collector = await context.collector();
    return collector.series({
      metric,
      ...definedSpan(toSpan(span, context, '24h')),
      filters: await toFilters(context, metric, where),
      aggregation,
      groupBy: by,
      compare,
      exact,
      ...(bucket === undefined ? {} : { bucket }),
    });
  },
);
