import { z } from '@hono/zod-openapi';
import { CATEGORIES } from '../../../metrics/define-metric.ts';
import { FIELD_KINDS, UNITS } from '../../../model/field.ts';
import { defineQuestion } from '../define-question.ts';

export const metricsQuestion = defineQuestion(
  {
    path: '/metrics',
    summary: 'What can be measured',
    doc: 'Every metric with its fields, built-in and custom, and whether it is recorded.',
    query: z.object({}),
    answer: z
      .object({
        metrics: z.array(
          z.object({
            name: z.string(),
            category: z.enum(CATEGORIES),
            doc: z.string(),
            recorded: z.boolean(),
            fields: z.array(
              z.object({
                name: z.string(),
                kind: z.enum(FIELD_KINDS),
                required: z.boolean(),
                doc: z.string(),
                unit: z.enum(UNITS).optional(),
                words: z.array(z.string()),
              }),
            ),
          }),
        ),
      })
      .openapi('Metrics'),
  },
  async (context) => {
    const collector = await context.recordingCollector();
    const disabled = new Set<string>(collector.health().disabled);
    const metrics = [...collector.catalogue.values()].map(({ name: metric, category, doc, fields }) => ({
      name: metric,
      category,
      doc,
      recorded: !disabled.has(metric) && !disabled.has(category),
      fields: Object.entries(fields).map(([name, { kind, required, doc: meaning, unit, words }]) => ({
        name,
        kind,
        required,
        doc: meaning,
        unit,
        words,
      })),
    }));
    return { metrics };
  },
);
