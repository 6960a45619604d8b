import { z } from '@hono/zod-openapi';
import type { ReportSpan } from '../../../analysis/reports/answerer.ts';
import type { ApiContext } from '../api-context.ts';

/** Longer than any moment, zone, field or aggregation. */
const MAX_WORD = 128;
export const wordSchema = z.string().trim().min(1).max(MAX_WORD);

const MOMENTS =
  '`24h`, `7d`, `1mo`, `today`, `yesterday`, `2026-11-24`, `2026-11-24T10:00Z`, or seconds since the Unix epoch';

/** The parameters that most questions have. */
export const spanQuery = z.object({
  since: wordSchema.optional().openapi({ description: `From when (included): ${MOMENTS}.`, example: '24h' }),
  until: wordSchema.optional().openapi({ description: 'Until when (not included), in the same forms. Default: now.' }),
  tz: wordSchema
    .optional()
    .openapi({ description: 'IANA zone of dates and days. Default: the zone of the server.', example: 'Europe/Paris' }),
});

export type AskedSpan = z.output<typeof spanQuery>;

/** The span as reports take it. */
export function toSpan({ since, until, tz }: AskedSpan, context: ApiContext, defaultSince?: string): ReportSpan {
  return { since: since ?? defaultSince, until, timeZone: tz ?? context.timeZone };
}

const MAX_LISTED = 32;

/** A parameter that may be there several times. */
export const listedQuery = (description: string) =>
  z
    .union([wordSchema, z.array(wordSchema).max(MAX_LISTED)])
    .optional()
    .transform((given) => (given === undefined ? [] : [given].flat()))
    .openapi({ type: 'array', items: { type: 'string' }, description });

/** `true` or `false`. */
export const flagQuery = (description: string) =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((given) => given === 'true')
    .openapi({ type: 'string', enum: ['true', 'false'], description });
