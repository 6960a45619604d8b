import { z } from '@hono/zod-openapi';
import type { AlertStatus } from '../../../analysis/alerts/alert-status.ts';
import { ALERT_CAUSES, ALERT_LEVELS, ALERT_STATES } from '../../../metrics/alert-changed.ts';
import { fieldConditionSchema } from './findings.ts';

export const levelSchema = z.enum(ALERT_LEVELS);
export const alertStateSchema = z.enum(ALERT_STATES);

const policy = z.object({
  name: z.string(),
  forMicros: z.number(),
  noData: z.enum(['ok', 'alert', 'keep']),
  cooldownMicros: z.number(),
  notify: z.array(z.string()),
});

/** `analysis/alerts/alert-rule.ts` */
export const alertRuleSchema = z
  .discriminatedUnion('kind', [
    policy.extend({
      kind: z.literal('metric'),
      metric: z.string(),
      aggregation: z.string(),
      windowMicros: z.number(),
      stepMicros: z.number(),
      where: z.record(z.string(), fieldConditionSchema),
      groupBy: z.string().optional(),
      direction: z.enum(['above', 'below']),
      warn: z.number().optional(),
      critical: z.number().optional(),
    }),
    policy.extend({ kind: z.literal('finding'), finding: z.string() }),
  ])
  .openapi('AlertRule');

const memorySchema = z.object({
  state: alertStateSchema,
  sinceMicros: z.number(),
  changedMicros: z.number(),
  announced: levelSchema,
  acknowledged: levelSchema.optional(),
  value: z.number().optional(),
});

/** `analysis/alerts/alert-status.ts` */
export const alertStatusSchema = z
  .object({
    rule: z.string(),
    group: z.string().optional(),
    memory: memorySchema,
    value: z.number().optional(),
    rank: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
    nextMicros: z.number().optional(),
    problem: z.string().optional(),
  })
  .openapi('AlertStatus', { description: '`rank`: what the figure means by itself; 1 is warn, 2 is critical.' });

/** `analysis/alerts/alert-book.ts` */
export const alertChangeSchema = z
  .object({
    rule: z.string(),
    group: z.string().optional(),
    change: z.object({
      atMicros: z.number(),
      cause: z.enum(ALERT_CAUSES),
      state: alertStateSchema,
      announced: levelSchema,
      notified: z.boolean(),
      acknowledged: levelSchema.optional(),
      value: z.number().optional(),
    }),
  })
  .openapi('AlertChange');

/** `analysis/alerts/replay.ts` */
export const episodeSchema = z
  .object({
    group: z.string().optional(),
    level: levelSchema,
    fromMicros: z.number(),
    toMicros: z.number().optional(),
  })
  .openapi('AlertEpisode', { description: 'A time in which a rule fires; without an end where it still does.' });

/** Where one group stands, its rule by name, without when people were told of each level. */
export function toStatus({ rule, memory, ...rest }: AlertStatus) {
  const { toldMicros: _told, ...remembered } = memory;
  return { ...rest, rule: rule.name, memory: remembered };
}
