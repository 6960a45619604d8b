import { z } from '@hono/zod-openapi';
import type { AlertRule } from '../../../analysis/alerts/alert-rule.ts';
import { backTest, type BackTest } from '../../../analysis/alerts/back-test.ts';
import { rangeOfReport } from '../../../analysis/reports/report-range.ts';
import { ruleOf } from '../../cli/alert-rule-of.ts';
import { parseCondition } from '../../cli/conditions.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { alertRuleSchema, alertStateSchema, episodeSchema } from '../schemas/alerts.ts';
import { whereQuery } from '../schemas/conditions.ts';
import { flagQuery, spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

const DEFAULT_SINCE = '30d';
const levelQuery = z.coerce.number<number | string>().optional();

/** What one group measured at one moment: absent where there was nothing. */
function toMoments({ moments }: BackTest) {
  return moments.flatMap(({ atMicros, groups }) =>
    [...groups].map(([group, measured]) => ({
      atMicros,
      group,
      value: measured.kind === 'value' ? measured.value : undefined,
      rank: measured.kind === 'value' ? measured.rank : undefined,
    })),
  );
}

export const alertTestQuestion = defineQuestion(
  {
    path: '/alerts/test',
    summary: 'Would this rule have been of use?',
    doc: 'Runs a rule over the past as `up` would have: a declared one by its name, perhaps with other levels, or one that the parameters give whole. The last 30 days unless `since` says otherwise.',
    query: spanQuery.extend({
      rule: wordSchema.optional().openapi({ description: 'A declared rule.' }),
      metric: wordSchema.optional().openapi({ description: 'A rule on this metric.' }),
      finding: wordSchema.optional().openapi({ description: 'A rule on findings of this detector, or `*`.' }),
      aggregation: wordSchema.optional(),
      window: wordSchema.optional().openapi({ description: 'The figure is of so long. Default: 1h.' }),
      where: whereQuery,
      by: wordSchema.optional().openapi({ description: 'Each value of this field by itself.' }),
      below: flagQuery('Fires below its levels, not above.'),
      warn: levelQuery,
      critical: levelQuery,
      for: wordSchema.optional().openapi({ description: 'A level must hold for so long.' }),
    }),
    answer: z
      .object({
        rule: alertRuleSchema,
        fromMicros: z.number(),
        toMicros: z.number(),
        episodes: z.array(episodeSchema),
        told: z.number(),
        toldEnds: z.number(),
        states: z.array(z.object({ group: z.string().optional(), state: alertStateSchema })),
        moments: z.array(
          z.object({
            atMicros: z.number(),
            group: z.string().optional(),
            value: z.number().optional(),
            rank: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
          }),
        ),
        suggestion: z
          .object({
            why: z.enum(['never', 'too_often']),
            level: z.number(),
            episodes: z.number(),
            part: z.number(),
          })
          .optional(),
      })
      .openapi('AlertTest'),
    weight: 'heavy',
  },
  async (context, { since = DEFAULT_SINCE, until, tz, rule: name, where, ...options }) => {
    const collector = await context.collector();
    const { metric, finding, aggregation, window, by, below, warn, critical } = options;
    const rule: AlertRule = await ruleOf(collector, configOfRun(context).alerts, name, {
      metric,
      finding,
      aggregation,
      window,
      by,
      below,
      warn,
      critical,
      where: where.map((text) => parseCondition(text, 'where')),
      for: options.for,
    });
    const span = toSpan({ until, tz }, context);
    const { fromMicros, toMicros } = await rangeOfReport({ ...span, since }, context.clock.nowMicros());
    const tested = await backTest(collector, rule, fromMicros, toMicros);
    const { episodes, told, toldEnds, states, suggestion } = tested;
    return {
      rule,
      fromMicros: tested.fromMicros,
      toMicros: tested.toMicros,
      episodes,
      told,
      toldEnds,
      suggestion,
      states: [...states].map(([group, state]) => ({ group, state })),
      moments: toMoments(tested),
    };
  },
);
