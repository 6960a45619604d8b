import { z } from '@hono/zod-openapi';
import { distributionSchema, outcomeCountsSchema } from './figures.ts';

/** `analysis/reports/overview.ts` */
export const nodeShareSchema = z
  .object({
    nodeId: z.string().optional(),
    claimed: z.number(),
    completed: z.number(),
    outcomes: outcomeCountsSchema,
    durationSeconds: distributionSchema,
  })
  .openapi('NodeShare');
