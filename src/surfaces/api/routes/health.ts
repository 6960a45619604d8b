import { z } from '@hono/zod-openapi';
import { conservation, type ConservationSum } from '../../../analysis/reports/conservation.ts';
import { packageVersion } from '../../cli/package-version.ts';
import { readStateFindings } from '../../cli/state-findings.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { storeStatsSchema } from '../schemas/store-stats.ts';

const dropsSchema = z
  .record(z.string(), z.number())
  .openapi('Drops', { description: 'What was not stored, by reason.' });
const sumSchema = z.object({
  recorded: z.number(),
  inDatabase: z.number(),
  inSpool: z.number(),
  expired: z.number(),
  droppedEvents: z.number(),
  difference: z.number(),
});

export const healthQuestion = defineQuestion(
  {
    path: '/health',
    summary: 'Is every event accounted for?',
    doc: 'recorded = in the database + in the spool + expired + dropped, for each process; then the store, what this process cannot write, the configuration, and what of state.json is understood.',
    query: z.object({}),
    answer: z
      .object({
        conservation: z.object({
          producers: z.array(
            sumSchema.extend({
              producer: z.string(),
              pid: z.number(),
              startedMicros: z.number(),
              alive: z.boolean(),
              dropped: dropsSchema,
            }),
          ),
          total: sumSchema,
          dropped: dropsSchema,
          holds: z.boolean(),
        }),
        store: storeStatsSchema,
        unwritable: z.string().optional(),
        configurationProblems: z.array(z.string()),
        retention: z
          .object({
            rawDays: z.number(),
            rollupDays: z.number(),
            maxSizeBytes: z.number(),
            maxSpoolBytes: z.number(),
          })
          .openapi('Retention', { description: 'How long single events, and hourly and daily figures, are kept.' }),
        version: z.string(),
        stateFile: z.array(z.string()),
      })
      .openapi('Health'),
    weight: 'heavy',
  },
  async (context) => {
    const collector = await context.collector();
    const { problems, settings } = configOfRun(context);
    const { rawDays, rollupDays, maxSizeBytes, maxSpoolBytes } = settings;
    const { producers, total, dropped, holds } = conservation(await collector.ledger());
    return {
      conservation: {
        producers: producers.map(withDrops),
        total,
        dropped: toDrops(dropped),
        holds,
      },
      store: await collector.stats(),
      unwritable: collector.health().unwritable,
      configurationProblems: problems.map(({ message }) => message),
      retention: { rawDays, rollupDays, maxSizeBytes, maxSpoolBytes },
      version: packageVersion(),
      stateFile: readStateFindings(context.directory, false).map(({ text }) => text),
    };
  },
);

const withDrops = (sum: ConservationSum) => ({ ...sum, dropped: toDrops(sum.dropped) });

/** Reasons that did not occur are absent. */
function toDrops(drops: Readonly<Partial<Record<string, number>>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(drops).flatMap(([reason, count]) => (count === undefined ? [] : [[reason, count]])),
  );
}
