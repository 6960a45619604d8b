import { openInsights } from '../../../analysis/insights/insights.ts';
import { insightOptionsOf } from '../../cli/insight-options.ts';
import { defineQuestion } from '../define-question.ts';
import { insightsSchema } from '../schemas/insights.ts';
import { spanQuery } from '../schemas/spans.ts';

export const insightsQuestion = defineQuestion(
  {
    path: '/insights',
    summary: 'What is wrong, and what to do about it',
    doc: 'What all detectors say of the last 24 hours against the four weeks before, with advice and what became of it.',
    query: spanQuery.pick({ tz: true }),
    answer: insightsSchema,
    weight: 'heavy',
  },
  async (context, { tz }) =>
    openInsights(await context.collector(), insightOptionsOf({ ...context, timeZone: tz ?? context.timeZone })),
);
