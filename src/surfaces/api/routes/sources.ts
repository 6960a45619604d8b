import { z } from '@hono/zod-openapi';
import { sourceReport } from '../../../analysis/reports/source-activity.ts';
import { readNotices } from '../../../sources/notice-record.ts';
import { clientSetups } from '../../../sources/otlp/client-setup.ts';
import { readReceiverRecord } from '../../../sources/otlp/receiver-record.ts';
import { receiverAddress } from '../../cli/receiver-address.ts';
import { noticeWords } from '../../cli/live/source-notices.ts';
import { complaintsOf, leftOutOf, reasonText } from '../../cli/source-lines.ts';
import { defineQuestion } from '../define-question.ts';
import { spanQuery, toSpan } from '../schemas/spans.ts';

export const sourcesQuestion = defineQuestion(
  {
    path: '/sources',
    summary: 'What is connected',
    doc: 'Sources and clients with what each told in the span, the last 7 days unless `since` says otherwise; what was sent and not kept; what sources complain about; how to connect a client.',
    query: spanQuery,
    answer: z
      .object({
        listening: z.string().optional(),
        sources: z.array(z.object({ source: z.string(), events: z.number(), lastMicros: z.number().optional() })),
        clients: z.array(
          z.object({
            client: z.string(),
            feed: z.string(),
            events: z.number(),
            requests: z.number().optional(),
            withNode: z.number(),
            withTask: z.number(),
            nodeBySession: z.number(),
            taskBySession: z.number(),
            taskByClaim: z.number(),
            lastMicros: z.number().optional(),
          }),
        ),
        notKept: z.array(z.object({ client: z.string(), reason: z.string(), says: z.string(), count: z.number() })),
        notices: z.array(
          z.object({
            source: z.string(),
            code: z.string(),
            says: z.string(),
            count: z.number(),
            lastMicros: z.number(),
          }),
        ),
        setups: z.array(z.object({ client: z.string(), place: z.string(), lines: z.array(z.string()) })),
      })
      .openapi('Sources'),
    weight: 'heavy',
  },
  async (context, asked) => {
    const collector = await context.collector();
    const metrics = (await collector.storedMetrics()).map(({ name }) => name);
    const read = readReceiverRecord(context.directory);
    const record = read === 'unreadable' ? undefined : read;
    return {
      listening: record?.listening,
      ...(await sourceReport(collector, metrics, toSpan(asked, context, '7d'))),
      notKept: (record === undefined ? [] : leftOutOf(record)).map(({ client, reason, count }) => ({
        client,
        reason,
        says: reasonText(reason),
        count,
      })),
      notices: complaintsOf(readNotices(context.directory)).map(({ source, code, count, lastMicros }) => ({
        source,
        code,
        says: noticeWords(code),
        count,
        lastMicros,
      })),
      setups: clientSetups(receiverAddress(context)),
    };
  },
);
