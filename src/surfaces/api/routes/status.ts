import { z } from '@hono/zod-openapi';
import { clusterStatus } from '../../../analysis/reports/cluster-status.ts';
import { seenNodes } from '../../cli/seen-nodes.ts';
import { defineQuestion } from '../define-question.ts';
import { outcomeCountsSchema, stateLatencySchema } from '../schemas/figures.ts';
import { nodeNowSchema } from '../schemas/node-now.ts';
import { storeStatsSchema } from '../schemas/store-stats.ts';

const DEFAULT_WINDOW_SECONDS = 3_600;
const MAX_WINDOW_SECONDS = 86_400;

export const statusQuestion = defineQuestion(
  {
    path: '/status',
    summary: 'The cluster now',
    doc: 'Nodes and their tasks, the queue, what happened in the window just before now, the state file, and the store.',
    query: z.object({
      window: z.coerce
        .number<number | string>()
        .int()
        .min(10)
        .max(MAX_WINDOW_SECONDS)
        .default(DEFAULT_WINDOW_SECONDS)
        .openapi({ description: 'How far back tasks and latencies are counted, in seconds.' }),
    }),
    answer: z
      .object({
        atMicros: z.number(),
        windowSeconds: z.number(),
        nodes: z.array(nodeNowSchema),
        queue: z
          .object({
            atMicros: z.number(),
            pending: z.number().optional(),
            inProgress: z.number().optional(),
            oldestPendingSeconds: z.number().optional(),
            workload: z.string().optional(),
          })
          .optional(),
        throughput: z.object({
          created: z.number(),
          claimed: z.number(),
          completed: z.number(),
          released: z.number(),
          outcomes: outcomeCountsSchema,
          completedSeries: z.array(z.number().nullable()),
          seriesBucketSeconds: z.number(),
        }),
        state: stateLatencySchema,
        store: storeStatsSchema,
      })
      .openapi('Status'),
  },
  async (context, { window }) => {
    const collector = await context.collector();
    const nowMicros = context.clock.nowMicros();
    const status = await clusterStatus(collector, { nowMicros, windowSeconds: window, seen: seenNodes(context) });
    return { ...status, store: await collector.stats() };
  },
);
