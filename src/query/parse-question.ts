import { QueryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { openZone, parseMoment, type Zone } from '../model/time.ts';
import { type BucketWidth, parseBucketWidth } from '../model/time-buckets.ts';
import type { Catalogue } from '../metrics/index.ts';
import type { StoredMetric } from '../store/store.ts';
import { type AskedMetric, fieldOf, findMetric } from './asked-metric.ts';
import { nameHint } from './nearest-name.ts';
import { type ParsedAggregation, parseAggregation } from './parse-aggregation.ts';
import { parseFilters } from './parse-filters.ts';
import type { AggregateQuestion, EventQuestion, SeriesQuestion } from './question.ts';

/** Events in one answer, at most: an answer is held in memory whole. */
const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 1_000;

/** What a question is read against. */
export type Known = {
  readonly stored: readonly StoredMetric[];
  readonly catalogue: Catalogue;
  readonly nowMicros: number;
};

/** A span, understood. `fromMicros` is absent for the whole history; `untilNow` is set when no end was asked for. */
export type ParsedSpan = {
  readonly fromMicros: number | undefined;
  readonly toMicros: number;
  readonly untilNow: boolean;
  readonly zone: Zone;
};

/** An order by time or by a field. */
type EventOrder =
  | 'oldest_first'
  | 'newest_first'
  | { readonly field: string; readonly direction: 'ascending' | 'descending' };

export type ParsedEventQuestion = {
  readonly metric: AskedMetric;
  readonly span: ParsedSpan;
  readonly filters: readonly Filter[];
  readonly order: EventOrder;
  readonly limit: number;
};

export type ParsedFold = {
  readonly metric: AskedMetric;
  readonly span: ParsedSpan;
  readonly filters: readonly Filter[];
  readonly aggregations: readonly ParsedAggregation[];
  readonly groupBy: readonly string[];
  readonly width: BucketWidth | undefined;
  readonly compare: boolean;
  readonly exact: boolean;
};

/** Order of groups: by the figure of an aggregation or by a field they are grouped by. */
export type GroupOrder = { readonly by: string; readonly of: 'figure' | 'group'; readonly descending: boolean };

export type ParsedAggregateQuestion = ParsedFold & {
  readonly order: GroupOrder | undefined;
  readonly limit: number | undefined;
};

const SPAN_KEYS = ['metric', 'since', 'until', 'timeZone', 'filters'];
const EVENT_KEYS = [...SPAN_KEYS, 'order', 'limit', 'cursor'];
const FOLD_KEYS = [...SPAN_KEYS, 'groupBy', 'bucket', 'compare', 'exact'];
const AGGREGATE_KEYS = [...FOLD_KEYS, 'aggregations', 'order', 'limit'];
const SERIES_KEYS = [...FOLD_KEYS, 'aggregation'];

function bad(message: string, hint: string): QueryError {
  return new QueryError('BAD_QUESTION', message, { hint });
}

function refuseUnknownKeys(question: object, keys: readonly string[]): void {
  const unknown = Object.keys(question).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw bad(`A question has no "${unknown.slice(0, 64)}".`, nameHint(unknown, keys, 'parts'));
}

async function parseSpan(
  question: { readonly since?: unknown; readonly until?: unknown; readonly timeZone?: string },
  nowMicros: number,
): Promise<ParsedSpan> {
  const zone = await openZone(question.timeZone);
  const untilNow = question.until === undefined;
  const toMicros = untilNow ? nowMicros : parseMoment(question.until, 'until', zone, nowMicros);
  if (question.since === undefined) return { fromMicros: undefined, toMicros, untilNow, zone };
  const fromMicros = parseMoment(question.since, 'since', zone, nowMicros);
  if (fromMicros < toMicros) return { fromMicros, toMicros, untilNow, zone };
  throw bad(
    `The span starts at ${isoOf(fromMicros)} and ends at ${isoOf(toMicros)}, so nothing is in it.`,
    'Let "since" be before "until". "until" is not included, and is now when it is left out.',
  );
}

/** A moment in UTC, for sentences. */
export function isoOf(micros: number): string {
  return new Date(micros / 1_000).toISOString();
}

function parseLimit(limit: unknown, most: number): number | undefined {
  if (limit === undefined) return undefined;
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw bad(`"limit" is not a whole number from 1 to ${most}.`, 'Go on with "cursor", or use the export, to get more.');
}

function parseFlag(value: unknown, what: string): boolean {
  if (value === undefined || value === false) return false;
  if (value === true) return true;
  throw bad(`"${what}" is neither true nor false.`, 'Use true or false.');
}

/**
 * Reads a question for events.
 *
 * @throws QueryError naming the part that is wrong, and what to write instead.
 */
export async function parseEventQuestion(question: EventQuestion, known: Known): Promise<ParsedEventQuestion> {
  refuseUnknownKeys(question, EVENT_KEYS);
  const metric = findMetric(question.metric, known.stored, known.catalogue);
  return {
    metric,
    span: await parseSpan(question, known.nowMicros),
    filters: parseFilters(question.filters, metric),
    order: parseEventOrder(question.order, metric),
    limit: parseLimit(question.limit, MAX_LIMIT) ?? DEFAULT_LIMIT,
  };
}

function parseEventOrder(order: unknown, metric: AskedMetric): EventOrder {
  if (order === undefined || order === 'oldest_first') return 'oldest_first';
  if (order === 'newest_first') return order;
  if (typeof order !== 'string') {
    throw bad(
      '"order" is not a text.',
      "Use 'oldest_first', 'newest_first', or a field, with '-' before it for descending.",
    );
  }
  const descending = order.startsWith('-');
  const field = descending ? order.slice(1) : order;
  if (fieldOf(metric, field).kind === 'names')
    throw bad(`Events cannot be ordered by "${field}", which holds lists.`, 'Use another field.');
  return { field, direction: descending ? 'descending' : 'ascending' };
}

async function parseFold(
  question: AggregateQuestion | SeriesQuestion,
  aggregations: readonly unknown[],
  known: Known,
): Promise<ParsedFold> {
  const metric = findMetric(question.metric, known.stored, known.catalogue);
  const span = await parseSpan(question, known.nowMicros);
  const compare = parseFlag(question.compare, 'compare');
  if (compare && span.fromMicros === undefined) {
    throw bad('The whole history has no period before it to compare with.', 'Set "since".');
  }
  const parsed = aggregations.map((aggregation) => parseAggregation(aggregation, metric));
  return {
    metric,
    span,
    filters: parseFilters(question.filters, metric),
    aggregations: parsed.filter((one, i) => parsed.findIndex((other) => other.asked === one.asked) === i),
    groupBy: parseGroupBy(question.groupBy, metric),
    width: question.bucket === undefined ? undefined : parseBucketWidth(question.bucket),
    compare,
    exact: parseFlag(question.exact, 'exact'),
  };
}

function parseGroupBy(groupBy: unknown, metric: AskedMetric): readonly string[] {
  if (groupBy === undefined) return [];
  if (!Array.isArray(groupBy)) throw bad('"groupBy" is not a list of fields.', "Write for example ['node_id'].");
  const fields = [...new Set(groupBy.map(String))];
  const list = fields.find((field) => fieldOf(metric, field).kind === 'names');
  if (list === undefined) return fields;
  throw bad(`Events cannot be grouped by "${list}", which holds lists.`, 'Group by another field.');
}

/**
 * Reads a question for figures.
 *
 * @throws QueryError naming the part that is wrong, and what to write instead.
 */
export async function parseAggregateQuestion(
  question: AggregateQuestion,
  known: Known,
): Promise<ParsedAggregateQuestion> {
  refuseUnknownKeys(question, AGGREGATE_KEYS);
  if (!Array.isArray(question.aggregations) || question.aggregations.length === 0) {
    throw bad('The question asks for no figure.', 'Set "aggregations", for example to [\'count\'].');
  }
  const fold = await parseFold(question, question.aggregations, known);
  return {
    ...fold,
    order: parseGroupOrder(question.order, fold),
    limit: parseLimit(question.limit, Number.MAX_SAFE_INTEGER),
  };
}

function parseGroupOrder(order: unknown, fold: ParsedFold): GroupOrder | undefined {
  if (order === undefined) return undefined;
  if (typeof order !== 'string') throw bad('"order" is not a text.', 'Use an aggregation or a field of "groupBy".');
  const descending = order.startsWith('-');
  const by = descending ? order.slice(1) : order;
  if (fold.aggregations.some((aggregation) => aggregation.asked === by)) return { by, of: 'figure', descending };
  if (fold.groupBy.includes(by)) return { by, of: 'group', descending };
  const names = [...fold.aggregations.map((aggregation) => aggregation.asked), ...fold.groupBy];
  throw bad(`Groups cannot be ordered by "${by.slice(0, 64)}".`, nameHint(by, names, 'orders'));
}

/**
 * Reads a question for a series.
 *
 * @throws QueryError naming the part that is wrong, and what to write instead.
 */
export async function parseSeriesQuestion(question: SeriesQuestion, known: Known): Promise<ParsedFold> {
  refuseUnknownKeys(question, SERIES_KEYS);
  return parseFold(question, [question.aggregation], known);
}
