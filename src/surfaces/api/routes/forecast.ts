import { forecastReport } from '../../../analysis/reports/forecast-report.ts';
import { seenNodes } from '../../cli/seen-nodes.ts';
import { configOfRun } from '../../cli/settings-of.ts';
import { defineQuestion } from '../define-question.ts';
import { forecastSchema, toForecast } from '../schemas/forecast.ts';
import { spanQuery } from '../schemas/spans.ts';

export const forecastQuestion = defineQuestion(
  {
    path: '/forecast',
    summary: 'What will be spent, and when nothing waits any more',
    doc: 'Spend by the ends of the day, the week and the month against the budgets there are, and the backlog. All figures are estimates, with bands and how often those held.',
    query: spanQuery.pick({ tz: true }),
    answer: forecastSchema,
    weight: 'heavy',
  },
  async (context, { tz }) => {
    const { budgets, settings } = configOfRun(context);
    return toForecast(
      await forecastReport(await context.collector(), {
        nowMicros: context.clock.nowMicros(),
        timeZone: tz ?? context.timeZone,
        budgets,
        plans: settings.flatPlans,
        seen: seenNodes(context),
      }),
    );
  },
);
