import { z } from '@hono/zod-openapi';
import { readAlertBook } from '../../../analysis/alerts/alert-book.ts';
import { rangeOfReport } from '../../../analysis/reports/report-range.ts';
import { defineQuestion } from '../define-question.ts';
import { alertChangeSchema } from '../schemas/alerts.ts';
import { spanQuery, toSpan, wordSchema } from '../schemas/spans.ts';

const DEFAULT_SINCE = '30d';
const MAX_CHANGES = 1_000;

export const alertHistoryQuestion = defineQuestion(
  {
    path: '/alerts/history',
    summary: 'What alerts did',
    doc: 'Changes of alerts in the span, the last 30 days unless `since` says otherwise, the newest first.',
    query: spanQuery.extend({ rule: wordSchema.optional().openapi({ description: 'Only of this rule.' }) }),
    answer: z.object({ changes: z.array(alertChangeSchema), complete: z.boolean() }).openapi('AlertHistory'),
  },
  async (context, { rule, ...asked }) => {
    const nowMicros = context.clock.nowMicros();
    const { since = DEFAULT_SINCE, ...span } = toSpan(asked, context);
    const { fromMicros, toMicros } = await rangeOfReport({ ...span, since }, nowMicros);
    const { changes } = await readAlertBook(await context.collector(), nowMicros);
    const found = changes.filter(
      ({ rule: name, change: { atMicros } }) =>
        atMicros >= fromMicros && atMicros <= toMicros && (rule === undefined || name === rule),
    );
    return { changes: found.slice(-MAX_CHANGES).toReversed(), complete: found.length <= MAX_CHANGES };
  },
);
