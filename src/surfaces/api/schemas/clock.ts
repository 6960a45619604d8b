import { z } from '@hono/zod-openapi';
import { NODE_STATES, TASK_STATES } from '../../../analysis/clock/cluster-clock.ts';
import type { StateTimes } from '../../../analysis/clock/state-times.ts';
import type { Utilisation } from '../../../analysis/clock/utilisation.ts';
import type { ClockReport } from '../../../analysis/reports/clock-report.ts';

const secondsSpread = {
  p50: z.number().optional(),
  p90: z.number().optional(),
  p95: z.number().optional(),
  max: z.number().optional(),
};
export const timesSchema = z
  .record(z.string(), z.number())
  .openapi('StateTimes', { description: 'Microseconds by state; together the wall time.' });
export const utilisationSchema = z
  .object({
    nodeId: z.string().optional(),
    role: z.string().optional(),
    model: z.string().optional(),
    timesMicros: timesSchema,
    knownMicros: z.number(),
    busyShare: z.number().optional(),
  })
  .openapi('Utilisation', { description: '`busyShare` is working time as a part of `knownMicros`.' });

export const intervalSchema = z
  .object({
    fromMicros: z.number(),
    toMicros: z.number(),
    state: z.enum(TASK_STATES),
    nodeId: z.string().optional(),
    concluded: z.boolean(),
  })
  .openapi('Interval');

/** `analysis/reports/clock-report.ts`. Lengths are in seconds unless they say otherwise. */
export const clockSchema = z
  .object({
    fromMicros: z.number(),
    toMicros: z.number(),
    complete: z.boolean(),
    tasks: z.object({ count: z.number(), open: z.number(), timesMicros: timesSchema }),
    nodes: z.object({ count: z.number(), cluster: utilisationSchema, each: z.array(utilisationSchema) }),
    queue: z.array(
      z.object({
        ...secondsSpread,
        priority: z.string().optional(),
        claims: z.number(),
        waiting: z.number(),
        oldestSeconds: z.number().optional(),
      }),
    ),
    polls: z.array(z.object({ nodeId: z.string().optional(), calls: z.number(), empty: z.number() })),
    locks: z
      .object({
        pairs: z.array(
          z.object({
            waiterId: z.string().optional(),
            holderId: z.string().optional(),
            waits: z.number(),
            waitSeconds: z.number(),
            maxWaitMs: z.number().optional(),
          }),
        ),
        holders: z.array(
          z.object({
            nodeId: z.string().optional(),
            holds: z.number(),
            holdSeconds: z.number().optional(),
            maxHoldMs: z.number().optional(),
          }),
        ),
        waitSeconds: z.number().optional(),
      })
      .optional(),
    zombies: z.array(
      z.object({
        fromMicros: z.number(),
        toMicros: z.number(),
        taskId: z.string(),
        nodeId: z.string().optional(),
        open: z.boolean(),
      }),
    ),
    repeated: z.array(
      z.object({
        taskId: z.string(),
        nodeId: z.string().optional(),
        byNodeId: z.string().optional(),
        lostSeconds: z.number(),
      }),
    ),
    flow: z
      .object({
        curves: z.array(
          z.object({
            step: z.enum(['created', 'claimed', 'completed', 'released']),
            count: z.number(),
            points: z.array(z.object({ fromMicros: z.number(), count: z.number() })),
          }),
        ),
        bucketSeconds: z.number(),
        arrivalsPerHour: z.number().optional(),
        completionsPerHour: z.number().optional(),
        completionsPerWorkHour: z.number().optional(),
        turns: z.array(z.object({ ...secondsSpread, priority: z.string().optional(), completed: z.number() })),
        pending: z.object({ ...secondsSpread, count: z.number() }),
      })
      .optional(),
    concurrency: z
      .object({
        points: z.array(z.object({ fromMicros: z.number(), toMicros: z.number(), mean: z.number(), max: z.number() })),
        mean: z.number().optional(),
        max: z.number(),
      })
      .optional(),
    path: z
      .object({
        fromMicros: z.number(),
        toMicros: z.number(),
        resources: z.array(
          z.object({
            kind: z.enum(['node', 'standstill', 'lock', 'queue', 'blocked', 'review', 'person', 'arrival', 'unknown']),
            id: z.string().optional(),
            micros: z.number(),
          }),
        ),
        tasks: z.array(z.object({ taskId: z.string().optional(), micros: z.number() })),
      })
      .optional(),
    intervals: z.array(intervalSchema).optional(),
  })
  .openapi('Clock');

/** Every state, also those in which nothing was. */
export function toTimes<State extends string>(
  states: readonly State[],
  times: StateTimes<State>,
): Record<string, number> {
  return Object.fromEntries(states.map((state) => [state, times.get(state) ?? 0]));
}

/** With its map as an object. */
export const toUtilisation = ({ times, ...rest }: Utilisation) => ({
  ...rest,
  timesMicros: toTimes(NODE_STATES, times),
});

/** The report with its maps as objects. */
export function toClock(report: ClockReport) {
  const { tasks, nodes, ...rest } = report;
  const { times, ...counts } = tasks;
  return {
    ...rest,
    tasks: { ...counts, timesMicros: toTimes(TASK_STATES, times) },
    nodes: { count: nodes.count, cluster: toUtilisation(nodes.cluster), each: nodes.each.map(toUtilisation) },
  };
}
