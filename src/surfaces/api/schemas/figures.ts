import { z } from '@hono/zod-openapi';

/** `analysis/reports/distribution.ts` */
export const distributionSchema = z
  .object({
    count: z.number(),
    p50: z.number().optional(),
    p95: z.number().optional(),
    max: z.number().optional(),
    sum: z.number().optional(),
  })
  .openapi('Distribution', {
    description: 'How a field is spread, in its own unit. Absent where nothing was measured.',
  });

export const outcomeCountsSchema = z
  .record(z.string(), z.number())
  .openapi('OutcomeCounts', { description: 'Ended attempts by outcome.' });

const operationSchema = z.object({
  count: z.number(),
  duration: distributionSchema,
  lockWait: distributionSchema,
});

/** `analysis/reports/state-latency.ts` */
export const stateLatencySchema = z
  .object({
    read: operationSchema,
    write: operationSchema,
    lock: z.object({ count: z.number(), wait: distributionSchema, hold: distributionSchema }),
  })
  .openapi('StateLatency', { description: 'How the shared state file behaved. Milliseconds.' });

/** A computed figure or the value of a group. */
export const valueSchema = z.union([z.number(), z.string(), z.boolean()]);

const spanSchema = z.object({ from: z.number(), to: z.number() });

/** Some events of a metric that cannot be read because the file was damaged. */
export const unreadableSchema = spanSchema.extend({ metric: z.string() });

/** Parts of a span in which some events cannot be read because the file was damaged. */
export const damagedSchema = z.array(spanSchema).optional();

/** `query/question.ts`: how an answer was found. Moments are seconds since the Unix epoch. */
export const planSchema = z
  .object({
    metric: z.string(),
    from: z.number(),
    to: z.number(),
    level: z.enum(['raw', 'rollups', 'mixed']),
    reason: z.string(),
    rollupHours: z.number(),
    exact: z.boolean(),
    relativeError: z.number().optional(),
    missingBefore: z.number().optional(),
    damaged: damagedSchema,
  })
  .openapi('Plan', { description: 'How an answer was found. Moments are seconds since the Unix epoch.' });
