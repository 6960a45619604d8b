import { z } from '@hono/zod-openapi';

const filterValueSchema = z.union([z.string(), z.number(), z.boolean()]);
const severitySchema = z.enum(['info', 'warning', 'critical']);

/** `query/question.ts`: a condition on one field. */
export const fieldConditionSchema = z.union([
  filterValueSchema,
  z.array(filterValueSchema),
  z.object({
    not: z.union([filterValueSchema, z.array(filterValueSchema)]).optional(),
    gt: z.number().optional(),
    gte: z.number().optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
    prefix: z.string().optional(),
    not_prefix: z.string().optional(),
    present: z.boolean().optional(),
  }),
]);

export const figureUnitSchema = z.enum(['seconds', 'ms', 'usd', 'tokens', 'count', 'share', 'per_hour', 'per_day']);

/** `analysis/detectors/finding.ts` */
export const figureSchema = z
  .object({
    value: z.number(),
    unit: figureUnitSchema,
    low: z.number().optional(),
    high: z.number().optional(),
    samples: z.number(),
  })
  .openapi('Figure', { description: 'A figure with its 95 % interval and how many observations it comes from.' });

export const impactSchema = z
  .object({
    secondsPerDay: figureSchema.optional(),
    usdPerDay: figureSchema.optional(),
    unknownShare: figureSchema.optional(),
  })
  .openapi('Impact', {
    description:
      'Lost, or to be saved, a day; and the part of all tokens of which the price, or who used them, is not known.',
  });

export const findingSchema = z
  .object({
    kind: z.string(),
    subject: z.object({
      kind: z.enum(['cluster', 'node', 'role', 'model', 'client', 'task', 'file', 'operation', 'tool', 'suite']),
      id: z.string().optional(),
    }),
    severity: severitySchema,
    summary: z.string(),
    observed: figureSchema,
    expected: figureSchema.optional(),
    effect: figureSchema,
    impact: impactSchema,
    sinceMicros: z.number(),
    evidence: z.array(
      z.object({
        shows: z.string(),
        metric: z.string(),
        filters: z.record(z.string(), fieldConditionSchema).optional(),
        fromMicros: z.number(),
        toMicros: z.number(),
      }),
    ),
    facts: z.record(z.string(), z.union([z.number(), z.string()])),
  })
  .openapi('Finding', { description: 'Something that a detector found. Names from data stand in `subject` alone.' });
