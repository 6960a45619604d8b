import type { StoredEvent } from '../model/event.ts';
import { isNumeric } from '../model/field.ts';
import type { Filter } from '../model/filter.ts';
import type { TimeRange } from '../model/range.ts';
import type { ScanRequest } from '../store/store.ts';
import { askAgain } from './ask-again.ts';
import { fieldOf } from './asked-metric.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import { type Asking, knownNow, rangeOf, storedFilters } from './fold-period.ts';
import { type ParsedEventQuestion, parseEventQuestion } from './parse-question.ts';
import type { EventAnswer, EventQuestion } from './question.ts';
import { toSpans } from './unreadable-events.ts';

/**
 * Events of a span, some at a time.
 *
 * Ordered by a field, events that lack it are left out. Going on with a cursor gives each event of the first answer's
 * span once, whatever is recorded meanwhile: new events lie after the span. Only ordered by a field of names can a
 * late import shift the rest.
 *
 * @throws QueryError when the question or its cursor cannot be understood; StoreError when the store cannot be read.
 */
export async function queryEvents(asking: Asking, question: EventQuestion): Promise<EventAnswer> {
  return askAgain(asking.store, () => eventsOf(asking, question));
}

async function eventsOf(asking: Asking, question: EventQuestion): Promise<EventAnswer> {
  const parsed = await parseEventQuestion(question, await knownNow(asking));
  const cursor = question.cursor === undefined ? undefined : readCursor(question.cursor, question);
  const range = cursor?.range ?? (await rangeOf(asking.store, parsed.metric, parsed.span));
  const request = scanRequest(parsed, range, cursor, parsed.limit);
  if (request === undefined) return { events: [] };

  const found: StoredEvent[] = [];
  for await (const events of asking.store.scan(request)) found.push(...events);
  const isWhole = found.length < (request.limit ?? 0);
  const damaged = await damagedIn(asking, isWhole ? request : upTo(request, found.at(-1)));
  const rest = cursor === undefined ? found : found.filter((event) => isAfter(event, parsed, cursor));
  const events = rest.slice(0, parsed.limit);
  const last = events.at(-1);
  if (last === undefined || isWhole) return { events, ...damaged };
  return { events, nextCursor: writeCursor(cursorAt(last, events, parsed, range, cursor), question), ...damaged };
}

/**
 * All events of a span, in batches, read as they are asked for: memory does not grow with their number.
 *
 * @throws QueryError when the question cannot be understood; StoreError when the store cannot be read.
 */
export async function* scanEvents(asking: Asking, question: EventQuestion): AsyncIterable<readonly StoredEvent[]> {
  const parsed = await parseEventQuestion({ ...question, limit: 1 }, await knownNow(asking));
  const range = await rangeOf(asking.store, parsed.metric, parsed.span);
  const request = scanRequest(parsed, range, undefined, undefined);
  if (request === undefined) return;
  let last: StoredEvent | undefined;
  let left = question.limit ?? Number.POSITIVE_INFINITY;
  let isWhole = false;
  try {
    for await (const batch of asking.store.scan({ ...request, limit: question.limit })) {
      last = batch.at(-1) ?? last;
      left -= batch.length;
      yield batch;
    }
    isWhole = left > 0;
  } finally {
    await damagedIn(asking, isWhole ? request : upTo(request, last));
  }
}

/** What of a span has been looked through for events in order of time, when there were more than were taken. */
function upTo(request: ScanRequest, last: StoredEvent | undefined): Pick<ScanRequest, 'metric' | 'range'> {
  const { metric, range, order } = request;
  if (last === undefined || typeof order !== 'string') return { metric, range };
  const { fromMicros, toMicros } = range;
  const part =
    order === 'oldest_first' ? { fromMicros, toMicros: last.atMicros + 1 } : { fromMicros: last.atMicros, toMicros };
  return { metric, range: part };
}

/** What of a range cannot be read, and that it is taken down. */
async function damagedIn(
  { store, unreadable }: Asking,
  { metric, range }: Pick<ScanRequest, 'metric' | 'range'>,
): Promise<Pick<EventAnswer, 'damaged'>> {
  const damaged = toSpans(await store.unreadable(metric, range));
  unreadable.add(metric, damaged);
  return damaged.length === 0 ? {} : { damaged };
}

/** What to scan; one event more than was asked for, to see whether there is more. `undefined` when there can be nothing. */
function scanRequest(
  question: ParsedEventQuestion,
  range: TimeRange,
  cursor: Cursor | undefined,
  limit: number | undefined,
): ScanRequest | undefined {
  const { metric, order } = question;
  const ordering: readonly Filter[] = typeof order === 'string' ? [] : [{ field: order.field, op: 'present' }];
  const filters = storedFilters(metric, [...question.filters, ...ordering]);
  if (filters === undefined) return undefined;
  const most = limit === undefined ? undefined : limit + 1;
  const base = { metric: metric.name, range, filters, order, limit: most };
  if (cursor === undefined) return range.fromMicros < range.toMicros ? base : undefined;
  if (typeof order === 'string') {
    const rest =
      order === 'oldest_first'
        ? { fromMicros: cursor.lastMicros + 1, toMicros: range.toMicros }
        : { fromMicros: range.fromMicros, toMicros: cursor.lastMicros };
    return rest.fromMicros < rest.toMicros ? { ...base, range: rest } : undefined;
  }
  if (cursor.lastValue === undefined) return { ...base, offset: cursor.given };
  const onward: Filter = {
    field: order.field,
    op: order.direction === 'ascending' ? 'gte' : 'lte',
    value: cursor.lastValue,
  };
  return {
    ...base,
    filters: [...filters, onward],
    limit: most === undefined ? undefined : most + cursor.given,
  };
}

/** Whether an event comes after the last one that was given; of one value, the older event comes first. */
function isAfter(event: StoredEvent, { order }: ParsedEventQuestion, cursor: Cursor): boolean {
  if (typeof order === 'string' || cursor.lastValue === undefined) return true;
  return event.data[order.field] !== cursor.lastValue || event.atMicros > cursor.lastMicros;
}

function cursorAt(
  last: StoredEvent,
  events: readonly StoredEvent[],
  question: ParsedEventQuestion,
  range: TimeRange,
  before: Cursor | undefined,
): Cursor {
  const { order, metric } = question;
  const at = { range, lastMicros: last.atMicros };
  if (typeof order === 'string') return { ...at, given: 0 };
  if (!isNumeric(fieldOf(metric, order.field))) return { ...at, given: (before?.given ?? 0) + events.length };
  const lastValue = Number(last.data[order.field]);
  const same = events.filter((event) => event.data[order.field] === lastValue).length;
  const earlier = before?.lastValue === lastValue ? before.given : 0;
  return { ...at, lastValue, given: earlier + same };
}
