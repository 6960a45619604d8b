import { z } from 'zod';
import { QueryError } from '../../../model/errors.ts';
import type { StoredEvent } from '../../../model/event.ts';
import type { AggregateRow, FilterBook, Plan, Value } from '../../../query/question.ts';
import { type Answer, fitted, NAMES_NOTICE } from '../answer.ts';
import { dataName } from '../data-name.ts';
import type { Desk } from '../desk.ts';
import type { EvidenceQuestion } from '../evidence-book.ts';
import { momentText, shortNumber } from '../figures-json.ts';
import { sinceArgument, spanOfArguments, untilArgument } from '../span-arguments.ts';
import { defineTool, READS_ONLY } from './tool.ts';

const MAX_ROWS = 100;
const DEFAULT_ROWS = 20;
const MAX_EVENTS = 10;
const nameArgument = z.string().min(1).max(80);

export const queryMetrics = defineTool({
  name: 'query_metrics',
  title: 'Ask for figures',
  description:
    'Figures of one metric by group and over time; or, with evidence, the question behind a figure of another answer ' +
    'again, with its newest events. Metrics and fields: resource amicus-metrics://catalogue.',
  annotations: READS_ONLY,
  input: {
    evidence: z.string().max(40).optional().describe('An evidence id; then nothing else is needed.'),
    metric: nameArgument.optional().describe('Such as task.completed.'),
    aggregations: z
      .array(nameArgument)
      .min(1)
      .max(6)
      .default(['count'])
      .describe('count, rate, or sum, avg, min, max, distinct, p50, p95 … of a field: p95(duration_seconds).'),
    group_by: z.array(nameArgument).max(3).default([]).describe('Fields.'),
    bucket: z.string().max(8).optional().describe('For a series: 5m, 1h, 1d, 1w.'),
    where: z
      .record(z.string(), z.any())
      .optional()
      .describe('By field: a value, a list, or {gt, gte, lt, lte, not, prefix, present}.'),
    since: sinceArgument.default('24h'),
    until: untilArgument,
    order: nameArgument.optional().describe('An aggregation or field; - before it for descending.'),
    limit: z.int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS),
  },
  async answer(desk, { evidence, metric, ...question }) {
    if (evidence !== undefined) return evidenceAnswer(desk, evidence);
    if (metric === undefined) {
      throw new QueryError('BAD_QUESTION', 'Neither metric nor evidence is given.', {
        hint: 'Give a metric, such as task.completed, or the evidence id of another answer.',
      });
    }
    const { timeZone } = desk.context;
    const { bucket, order, where, limit, aggregations, group_by: groupBy } = question;
    const { rows, plan } = await (
      await desk.context.collector()
    ).aggregate({
      metric,
      ...spanOfArguments(question, timeZone),
      aggregations,
      groupBy,
      // What conditions may be, the question itself checks.
      ...(where === undefined ? {} : { filters: where as FilterBook }),
      ...(bucket === undefined ? {} : { bucket }),
      ...(order === undefined ? {} : { order }),
    });
    const shows = 'the events of this question';
    const id = desk.evidence.keep({ shows, metric, filters: where as FilterBook, ...spanOfPlan(plan) });
    return fitted('normal', Math.min(limit, rows.length), (items) => ({
      metric,
      from: momentText(plan.from * 1e6),
      to: momentText(plan.to * 1e6),
      time_zone: timeZone,
      rows: rows.slice(0, items).map(rowJson),
      not_shown: rows.length > items ? rows.length - items : undefined,
      ...trustJson(plan),
      evidence: [id],
      next: { tool: 'query_metrics', arguments: { evidence: id }, tells: 'the newest of these events' },
      notice: NAMES_NOTICE,
    }));
  },
});

async function evidenceAnswer(desk: Desk, id: string): Promise<Answer> {
  const question = desk.evidence.find(id);
  if (question === undefined) {
    throw new QueryError('BAD_QUESTION', 'This evidence id is not known here.', {
      hint: 'Ids last as long as this server runs. Ask again for the answer that had it.',
    });
  }
  const { metric, shows, fromMicros, toMicros, aggregations = [] } = question;
  const { filters } = question;
  const collector = await desk.context.collector();
  const span = { since: fromMicros / 1e6, until: toMicros / 1e6, ...(filters === undefined ? {} : { filters }) };
  const { rows, plan } = await collector.aggregate({ metric, ...span, aggregations: ['count', ...aggregations] });
  const { events } = await collector.query({ metric, ...span, order: 'newest_first', limit: MAX_EVENTS });
  return fitted('normal', MAX_EVENTS, (items) => ({
    shows,
    metric,
    where: whereJson(question),
    from: momentText(fromMicros),
    to: momentText(toMicros),
    figures: rows[0] === undefined ? { count: 0 } : rowJson(rows[0]),
    newest_events: events.slice(0, items).map(eventJson),
    ...trustJson(plan),
    evidence: [id],
    next: { tool: 'query_metrics', arguments: { metric, group_by: ['node_id'] }, tells: 'the same by node' },
    notice: NAMES_NOTICE,
  }));
}

function spanOfPlan({ from, to }: Plan): Pick<EvidenceQuestion, 'fromMicros' | 'toMicros'> {
  return { fromMicros: Math.round(from * 1e6), toMicros: Math.round(to * 1e6) };
}

/** What one must know to judge the figures. */
function trustJson({ exact, relativeError, missingBefore }: Plan): object {
  return {
    percentiles_within: exact ? undefined : relativeError,
    events_expired_before: missingBefore === undefined ? undefined : momentText(missingBefore * 1e6),
  };
}

function rowJson({ bucketStart, group, values }: AggregateRow): object {
  return {
    from: bucketStart === undefined ? undefined : momentText(bucketStart * 1e6),
    // A group of events that lack the field is one like any other.
    ...namedValues(group, null),
    ...namedValues(values, undefined),
  };
}

function namedValues(values: Readonly<Record<string, Value>>, absent: null | undefined): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shownValue(value) ?? absent]));
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value === 'string') return dataName(value);
  return Array.isArray(value) ? value.slice(0, MAX_EVENTS).map(shownValue) : value;
}

function eventJson({ atMicros, node_id: nodeId, data }: StoredEvent): object {
  const fields = Object.entries(data).map(([name, value]) => [name, shownValue(value)]);
  return { at: momentText(atMicros), node_id: shownValue(nodeId), ...(Object.fromEntries(fields) as object) };
}

function whereJson({ filters }: EvidenceQuestion): object | undefined {
  if (filters === undefined || Object.keys(filters).length === 0) return undefined;
  return JSON.parse(
    JSON.stringify(filters, (_key, value: unknown) => (typeof value === 'string' ? dataName(value) : value)),
  ) as object;
}
