import type { StoredEvent } from '../../model/event.ts';
import { openZone } from '../../model/time.ts';
import type { AggregateRow } from '../../query/question.ts';
import { definedSpan, type ReportSpan } from '../reports/answerer.ts';
import { toldAttribution } from './attribution.ts';
import { type Chooser, competingClients, feedChooser } from './best-feed.ts';
import { Conclusions } from './conclusions.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { hoursIn } from './hours-of-zone.ts';
import { LineBook } from './line-book.ts';
import {
  eventCorrections,
  REPRICED_AGGREGATIONS,
  REPRICED_METRIC,
  REPRICED_ROLLED_UP_FIELDS,
  rowCorrections,
  usageMoment,
} from './repriced-line.ts';
import { LINE_AGGREGATIONS, lineFields, ROLLED_UP_FIELDS, rowFigures, type UsageLine } from './usage-line.ts';
import { type UsageDetail, UsageReader } from './usage-reader.ts';

const METRIC = 'tokens.consumed';
/** Hours asked for at once. A question may have 50,000 buckets. */
const MAX_HOURS = 40_000;
const SECONDS_PER_HOUR = 3_600;

/** All usage of a span, nothing chosen yet. */
export type Usage = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly lines: readonly UsageLine[];
  /** What accepted repricings take from the lines and add to them: no usage, only costs. */
  readonly corrections: readonly UsageLine[];
  /** Which usage counts, of feeds that tell the same again. */
  readonly counts: Chooser;
  /** Single events before this moment have expired; what is told of that time is by hour, client, node and model only. */
  readonly detailFromMicros: number | undefined;
};

type Seconds = { readonly since: number; readonly until: number };
type Choice = Pick<Usage, 'fromMicros' | 'toMicros' | 'counts' | 'detailFromMicros'>;

/**
 * Reads the usage of a span, and concludes nodes and tasks where the detail asks for them.
 *
 * Where all feeds of a client belong to one step, none tells again what another tells, so that all of its usage counts
 * and need not be told apart by hour and session. Of other clients each event is read, by hour and session.
 *
 * @param plans Clients on a flat plan, for which nothing is billed by usage.
 * @param conclusions What usage is joined with, where other spans are read as well.
 */
export async function readUsage(
  ask: EventAnswerer,
  span: ReportSpan,
  detail: UsageDetail,
  plans: readonly string[] = [],
  conclusions: Conclusions = new Conclusions(ask),
): Promise<Usage> {
  const { timeZone } = span;
  const zone = await openZone(timeZone);
  const { since, until, competing, detailFrom } = await survey(ask, span);
  const onPlan = (client: unknown): boolean => typeof client === 'string' && plans.includes(client);
  const hourOf = hoursIn(zone, since * 1e6, until * 1e6);
  const later = { since: Math.max(since, detailFrom ?? since), until };

  const reader = new UsageReader(ask, { detail, timeZone, hourOf, onPlan }, conclusions);
  await reader.readSummed(later, competing.length === 0 ? {} : { client: { not: competing } });
  if (competing.length > 0) await reader.readCompeting(later, { client: competing });
  const usage = reader.book;
  const corrections = new LineBook();
  const join = await reader.join();
  for await (const event of singly(ask, REPRICED_METRIC, later)) {
    for (const { fields, figures } of eventCorrections(event, onPlan(event.data['client']))) {
      // As the usage it is about was joined: of its moment.
      const joined = join?.(fields, usageMoment(event)) ?? { fields, attribution: toldAttribution(fields) };
      corrections.add({ hourMicros: hourOf(event.atMicros), detailed: true, ...joined }, figures);
    }
  }
  if (detailFrom !== undefined) {
    const expired = { since, until: Math.min(detailFrom, until) };
    const placed = (row: AggregateRow, fields: UsageLine['fields']): Omit<UsageLine, 'figures'> => ({
      hourMicros: bucketMicros(row),
      fields,
      attribution: toldAttribution(fields),
      detailed: false,
    });
    for await (const row of hourly(ask, METRIC, expired, LINE_AGGREGATIONS, ROLLED_UP_FIELDS)) {
      usage.add(placed(row, lineFields(row.group)), rowFigures(row, onPlan(row.group['client'])));
    }
    for await (const row of hourly(ask, REPRICED_METRIC, expired, REPRICED_AGGREGATIONS, REPRICED_ROLLED_UP_FIELDS)) {
      for (const { fields, figures } of rowCorrections(row, onPlan(row.group['client']))) {
        corrections.add(placed(row, fields), figures);
      }
    }
  }
  const { lines } = usage;
  return {
    ...toChoice(since, until, detailFrom, feedChooser(lines, competing)),
    lines,
    corrections: corrections.lines,
  };
}

/** Which usage of a span counts, without the usage itself. */
export async function readChoice(ask: EventAnswerer, span: ReportSpan): Promise<Choice> {
  const { since, until, competing, detailFrom } = await survey(ask, span);
  if (competing.length === 0) return toChoice(since, until, detailFrom, feedChooser([], []));
  return readUsage(ask, { ...span, timeZone: 'UTC' }, { fields: [], byDay: false });
}

function toChoice(since: number, until: number, detailFrom: number | undefined, counts: Chooser): Choice {
  return {
    fromMicros: Math.round(since * 1e6),
    toMicros: Math.round(until * 1e6),
    counts,
    detailFromMicros: detailFrom === undefined ? undefined : Math.round(detailFrom * 1e6),
  };
}

/** What is there in a span: from when to when, clients whose feeds compete, and from when on there are single events. */
async function survey(
  ask: EventAnswerer,
  span: ReportSpan,
): Promise<Seconds & { readonly competing: string[]; readonly detailFrom: number | undefined }> {
  const groupBy = ['client', 'feed'];
  const { rows, plan } = await ask.aggregate({
    metric: METRIC,
    ...definedSpan(span),
    aggregations: ['count'],
    groupBy,
  });
  const range = { since: plan.from, until: plan.to };
  const outlets = rows.map(({ group }) => lineFields(group));
  return { ...range, competing: competingClients(outlets), detailFrom: await detailStart(ask, range) };
}

/** From when on there are single events, where some have expired: only they tell how many sessions there were. */
async function detailStart(ask: EventAnswerer, { since, until }: Seconds): Promise<number | undefined> {
  const missingBefore = async (before: number): Promise<number | undefined> => {
    const question = { metric: METRIC, since, until: before, aggregations: ['distinct(session_id)'] };
    return since < before ? (await ask.aggregate(question)).plan.missingBefore : undefined;
  };
  // Most often nothing has expired, which the first hour tells at no cost.
  const first = await missingBefore(Math.min(until, since + SECONDS_PER_HOUR));
  return first === undefined ? undefined : missingBefore(until);
}

async function* singly(ask: EventAnswerer, metric: string, span: Seconds): AsyncGenerator<StoredEvent> {
  if (span.since >= span.until) return;
  for await (const batch of ask.events({ metric, ...span })) yield* batch;
}

/** Rows of hours of UTC, as rollups are cut, whatever the reader's zone. */
async function* hourly(
  ask: EventAnswerer,
  metric: string,
  { since: first, until: last }: Seconds,
  aggregations: readonly string[],
  groupBy: readonly string[],
): AsyncGenerator<AggregateRow> {
  for (let since = first; since < last; since += MAX_HOURS * SECONDS_PER_HOUR) {
    const until = Math.min(last, since + MAX_HOURS * SECONDS_PER_HOUR);
    yield* (await ask.aggregate({ metric, since, until, aggregations, groupBy, bucket: '1h' })).rows;
  }
}

const bucketMicros = ({ bucketStart = 0 }: AggregateRow): number => Math.round(bucketStart * 1e6);
