import { z } from '@hono/zod-openapi';
import { SOURCES } from '../../../model/event.ts';

const fieldValueSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** `model/event.ts` */
export const storedEventSchema = z
  .object({
    id: z.string(),
    metric: z.string(),
    timestamp: z.number(),
    atMicros: z.number(),
    node_id: z.string().optional(),
    data: z.record(z.string(), fieldValueSchema),
    source: z.enum(SOURCES),
    inferred: z.boolean(),
    cluster: z.string().optional(),
  })
  .openapi('Event', { description: 'An event as it is kept. `timestamp` is in seconds.' });

const taskStateSchema = z.enum(['pending', 'working', 'completed', 'released']);

/** `analysis/reports/task-list.ts` */
export const taskSummarySchema = z
  .object({
    taskId: z.string(),
    state: taskStateSchema,
    priority: z.string().optional(),
    createdMicros: z.number().optional(),
    lastMicros: z.number(),
    nodeId: z.string().optional(),
    attempts: z.number(),
    queueSeconds: z.number().optional(),
    workSeconds: z.number().optional(),
    outcome: z.string().optional(),
  })
  .openapi('TaskSummary');

const markSchema = z
  .object({
    atMicros: z.number(),
    nodeId: z.string().optional(),
    metric: z.string(),
    label: z.string(),
    durationMs: z.number().optional(),
    outcome: z.string().optional(),
    concluded: z.boolean(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .openapi('TraceMark', {
    description: 'Something that happened during a task. `concluded`: only node and time say so.',
  });

/** `analysis/reports/task-trace.ts` */
export const taskTraceSchema = z
  .object({
    history: z.object({
      taskId: z.string(),
      state: taskStateSchema,
      priority: z.string().optional(),
      createdMicros: z.number().optional(),
      lastMicros: z.number(),
      waits: z.array(
        z.object({ fromMicros: z.number(), toMicros: z.number().optional(), startConcluded: z.boolean() }),
      ),
      attempts: z.array(
        z.object({
          nodeId: z.string().optional(),
          fromMicros: z.number(),
          toMicros: z.number().optional(),
          ended: z.enum(['completed', 'released']).optional(),
          outcome: z.string().optional(),
          reason: z.string().optional(),
          startConcluded: z.boolean(),
        }),
      ),
    }),
    fromMicros: z.number(),
    toMicros: z.number(),
    events: z.array(storedEventSchema),
    tools: z.array(markSchema),
    stateOperations: z.array(markSchema),
    work: z.array(markSchema),
  })
  .openapi('TaskTrace');
