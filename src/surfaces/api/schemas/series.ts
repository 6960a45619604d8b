import { z } from '@hono/zod-openapi';
import { planSchema, valueSchema } from './figures.ts';

/** `query/question.ts` */
export const seriesAnswerSchema = z
  .object({
    series: z.array(
      z.object({
        group: z.record(z.string(), valueSchema),
        points: z.array(
          z.object({ start: z.number(), value: valueSchema.optional(), previous: valueSchema.optional() }),
        ),
      }),
    ),
    bucketSeconds: z.number(),
    plan: planSchema,
  })
  .openapi('SeriesAnswer');
