import { z } from '@hono/zod-openapi';

/** `analysis/reports/share.ts` */
export const shareSchema = z
  .object({ hits: z.number(), total: z.number(), low: z.number().optional(), high: z.number().optional() })
  .openapi('Share', { description: '`hits` of `total`, with the 95 % interval of the share.' });
