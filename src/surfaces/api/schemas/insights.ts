import { z } from '@hono/zod-openapi';
import { ADVICE_ACTIONS, VERIFICATION_MEASURES } from '../../../analysis/advice/advice.ts';
import { DECISIONS, SEVERITIES } from '../../../metrics/advice-decided.ts';
import { figureSchema, findingSchema, impactSchema } from './findings.ts';

const directionSchema = z.enum(['lower', 'higher']);

/** `analysis/advice/advice.ts` */
export const adviceSchema = z
  .object({
    id: z.string(),
    finding: findingSchema,
    action: z.enum(ADVICE_ACTIONS),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    priority: z.enum(['high', 'medium', 'low']),
    sentence: z.string(),
    saving: impactSchema,
    conditions: z.array(z.string()),
    verification: z.object({
      measure: z.enum(VERIFICATION_MEASURES),
      better: directionSchema,
      nodeId: z.string().optional(),
      model: z.string().optional(),
    }),
  })
  .openapi('Advice');

/** `analysis/insights/standing.ts` */
const standingSchema = z.object({
  state: z.enum(['open', 'held', 'accepted', 'dismissed', 'expired']),
  sinceMicros: z.number(),
  untilMicros: z.number().optional(),
  because: z.string().optional(),
});

/** `analysis/insights/hit-rates.ts` */
export const judgedSchema = z.object({
  decision: z.object({
    adviceId: z.string(),
    kind: z.string(),
    decision: z.enum(DECISIONS),
    atMicros: z.number(),
    action: z.string().optional(),
    severity: z.enum(SEVERITIES).optional(),
    measure: z.enum(VERIFICATION_MEASURES).optional(),
    better: directionSchema.optional(),
    nodeId: z.string().optional(),
    model: z.string().optional(),
  }),
  verdict: z.object({
    outcome: z.enum(['helped', 'no_effect', 'harmed', 'cannot_tell']),
    reason: z.string(),
    effect: figureSchema.optional(),
    before: figureSchema.optional(),
    after: figureSchema.optional(),
  }),
});

/** `analysis/insights/insights.ts` */
export const insightsSchema = z
  .object({
    window: z.object({
      baselineFromMicros: z.number(),
      fromMicros: z.number(),
      toMicros: z.number(),
      nowMicros: z.number(),
      timeZone: z.string(),
    }),
    verdicts: z.array(
      z.object({
        kind: z.string(),
        title: z.string(),
        verdict: z.object({
          state: z.enum(['findings', 'clear', 'learning', 'no_data', 'flat']),
          reason: z.string(),
          findings: z.array(findingSchema),
        }),
      }),
    ),
    incidents: z.array(
      z.object({
        id: z.string(),
        cause: findingSchema,
        symptoms: z.array(findingSchema),
        severity: z.enum(SEVERITIES),
        share: z.number(),
      }),
    ),
    advice: z.array(z.object({ advice: adviceSchema, standing: standingSchema })),
    judged: z.array(judgedSchema),
    hitRates: z.array(
      z.object({
        kind: z.string(),
        accepted: z.number(),
        helped: z.number(),
        noEffect: z.number(),
        harmed: z.number(),
        cannotTell: z.number(),
        share: z.number().optional(),
      }),
    ),
  })
  .openapi('Insights');
