import { z } from '@hono/zod-openapi';

/** `analysis/reports/nodes-now.ts` */
export const nodeNowSchema = z
  .object({
    nodeId: z.string(),
    role: z.string().optional(),
    model: z.string().optional(),
    status: z.string().optional(),
    sinceMicros: z.number().optional(),
    taskId: z.string().optional(),
    taskSinceMicros: z.number().optional(),
    firstSeenMicros: z.number().optional(),
  })
  .openapi('NodeNow');
