import { z } from '@hono/zod-openapi';
import type { Forecast } from '../../../analysis/forecast/bands.ts';
import type { ForecastReport } from '../../../analysis/reports/forecast-report.ts';

const bandSchema = z.object({ level: z.number(), low: z.number(), high: z.number() });
const coverageSchema = z
  .object({ level: z.number(), held: z.number(), tried: z.number() })
  .openapi('Coverage', { description: 'How often a band held on past days, of so many tries.' });
const outlook = z.object({
  budget: z.string().optional(),
  unit: z.enum(['usd', 'tokens', 'runs']),
  per: z.enum(['day', 'week', 'month']),
  untilMicros: z.number(),
  used: z.number(),
  limit: z.number().optional(),
});

/** `analysis/forecast/task-estimate.ts` */
export const estimateSchema = z
  .object({
    samples: z.number(),
    middle: z.number(),
    bands: z.array(bandSchema),
    coverage: z.array(coverageSchema),
  })
  .openapi('Estimate');

/** `analysis/reports/forecast-report.ts` */
export const forecastSchema = z
  .object({
    atMicros: z.number(),
    spend: z.array(
      z.discriminatedUnion('state', [
        outlook.extend({
          state: z.literal('ready'),
          total: z.object({ middle: z.number(), bands: z.array(bandSchema) }),
          overLimit: z.number().optional(),
          coverage: z.array(coverageSchema),
          trust: z.enum(['checked', 'widened', 'unchecked', 'failing']),
        }),
        outlook.extend({
          state: z.literal('learning'),
          days: z.number(),
          activeDays: z.number(),
          neededDays: z.number(),
          neededActiveDays: z.number(),
        }),
        outlook.extend({ state: z.literal('no_data') }),
      ]),
    ),
    backlog: z.discriminatedUnion('state', [
      z.object({ state: z.literal('clear') }),
      z.object({ state: z.literal('no_nodes') }),
      z.object({ state: z.literal('learning'), ended: z.number(), needed: z.number() }),
      z.object({
        state: z.enum(['clears', 'does_not_clear']),
        hours: z
          .object({
            middle: z.number().optional(),
            bands: z.array(z.object({ level: z.number(), low: z.number().optional(), high: z.number().optional() })),
          })
          .openapi('OpenForecast', { description: 'An edge that is absent has no end.' }),
        clears: z.number(),
        busyNodes: z.number(),
      }),
    ]),
    queue: z.object({
      waiting: z.number(),
      working: z.number(),
      nodes: z.number(),
      arrivedPerHour: z.number(),
    }),
  })
  .openapi('Forecast');

/** JSON has no infinity: an edge without end is left out. */
const closed = (edge: number): number | undefined => (Number.isFinite(edge) ? edge : undefined);

const toHours = ({ middle, bands }: Forecast) => ({
  middle: closed(middle),
  bands: bands.map(({ level, low, high }) => ({ level, low: closed(low), high: closed(high) })),
});

/** The report without infinities. */
export function toForecast({ backlog, ...rest }: ForecastReport) {
  return { ...rest, backlog: 'hours' in backlog ? { ...backlog, hours: toHours(backlog.hours) } : backlog };
}
