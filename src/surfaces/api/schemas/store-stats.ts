import { z } from '@hono/zod-openapi';

/** `store/store.ts` */
export const storeStatsSchema = z
  .object({
    path: z.string(),
    storeId: z.string(),
    schemaVersion: z.number(),
    databaseBytes: z.number(),
    walBytes: z.number(),
    spoolBytes: z.number(),
    spoolSegments: z.number(),
    events: z.number(),
    sealedEvents: z.number(),
    sealedBlocks: z.number(),
    oldestMicros: z.number().optional(),
    newestMicros: z.number().optional(),
    rawFromMicros: z.number(),
    quarantinedFiles: z.array(z.string()),
    damaged: z.array(
      z.object({
        metric: z.string(),
        fromMicros: z.number(),
        toMicros: z.number(),
        events: z.number(),
        foundMicros: z.number().optional(),
      }),
    ),
    unreadableNames: z.number(),
    readOnly: z.boolean(),
  })
  .openapi('StoreStats');
