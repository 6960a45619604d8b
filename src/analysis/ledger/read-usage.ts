import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../model/range.ts';
import { openZone, type Zone, zonedAt } from '../../model/time.ts';
import type { AggregateRow } from '../../query/question.ts';
import { definedSpan, type ReportSpan } from '../reports/answerer.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { LineBook } from './line-book.ts';
import {
  eventCorrections,
  REPRICED_AGGREGATIONS,
  REPRICED_METRIC,
  REPRICED_ROLLED_UP_FIELDS,
  rowCorrections,
} from './repriced-line.ts';
import {
  eventFigures,
  LINE_AGGREGATIONS,
  lineFields,
  ROLLED_UP_FIELDS,
  rowFigures,
  type UsageLine,
} from './usage-line.ts';

const METRIC = 'tokens.consumed';
/** Hours asked for at once. A question may have 50,000 buckets. */
const MAX_HOURS = 40_000;
const SECONDS_PER_HOUR = 3_600;

/** All usage of a span, hour by hour, nothing chosen yet. */
export type Usage = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly lines: readonly UsageLine[];
  /** What accepted repricings take from the lines and add to them: no usage, only costs. */
  readonly corrections: readonly UsageLine[];
  /** Single events before this moment have expired; what is told of that time is by hour, client, node and model only. */
  readonly detailFromMicros: number | undefined;
};

type Seconds = { readonly since: number; readonly until: number };

/**
 * Reads the usage of a span: event by event, and from hourly figures where events have expired. Costs about five
 * microseconds for each event, and memory for each combination of hour, session, agent, task and model.
 *
 * @param plans Clients on a flat plan, for which nothing is billed by usage.
 */
export async function readUsage(ask: EventAnswerer, span: ReportSpan, plans: readonly string[] = []): Promise<Usage> {
  const zone = await openZone(span.timeZone);
  const whole = await ask.aggregate({ metric: METRIC, ...definedSpan(span), aggregations: ['count'] });
  const { from: since, to: until } = whole.plan;
  const detailFrom = since < until ? await detailStart(ask, { since, until }) : undefined;
  const onPlan = (client: unknown): boolean => typeof client === 'string' && plans.includes(client);
  const hourOf = hoursIn(zone, since * 1e6, until * 1e6);

  const usage = new LineBook();
  const corrections = new LineBook();
  const later = { since: Math.max(since, detailFrom ?? since), until };
  for await (const event of singly(ask, METRIC, later)) {
    const { data, node_id, cluster } = event;
    const fields = lineFields({ ...data, node_id, cluster });
    usage.add(
      { hourMicros: hourOf(event.atMicros), fields, detailed: true },
      eventFigures(event, onPlan(data['client'])),
    );
  }
  for await (const event of singly(ask, REPRICED_METRIC, later)) {
    for (const { fields, figures } of eventCorrections(event, onPlan(event.data['client']))) {
      corrections.add({ hourMicros: hourOf(event.atMicros), fields, detailed: true }, figures);
    }
  }
  if (detailFrom !== undefined) {
    const expired = { since, until: Math.min(detailFrom, until) };
    for await (const row of hourly(ask, METRIC, expired, LINE_AGGREGATIONS, ROLLED_UP_FIELDS)) {
      const figures = rowFigures(row, onPlan(row.group['client']));
      usage.add({ hourMicros: bucketMicros(row), fields: lineFields(row.group), detailed: false }, figures);
    }
    for await (const row of hourly(ask, REPRICED_METRIC, expired, REPRICED_AGGREGATIONS, REPRICED_ROLLED_UP_FIELDS)) {
      for (const { fields, figures } of rowCorrections(row, onPlan(row.group['client']))) {
        corrections.add({ hourMicros: bucketMicros(row), fields, detailed: false }, figures);
      }
    }
  }
  return {
    fromMicros: Math.round(since * 1e6),
    toMicros: Math.round(until * 1e6),
    lines: usage.lines,
    corrections: corrections.lines,
    detailFromMicros: detailFrom === undefined ? undefined : Math.round(detailFrom * 1e6),
  };
}

/** From when on there are single events, where some have expired: only they tell how many sessions there were. */
async function detailStart(ask: EventAnswerer, span: Seconds): Promise<number | undefined> {
  const { plan } = await ask.aggregate({ metric: METRIC, ...span, aggregations: ['distinct(session_id)'] });
  return plan.missingBefore;
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

/**
 * Cuts time so that no part is in two of the zone's days: into hours of UTC, and into quarters of them where the zone
 * is off by a part of an hour at any time of the span.
 */
function hoursIn(zone: Zone, fromMicros: number, toMicros: number): (atMicros: number) => number {
  let width = MICROS_PER_HOUR;
  for (let at = fromMicros; at < toMicros + 30 * MICROS_PER_DAY; at += 30 * MICROS_PER_DAY) {
    if (zonedAt(Math.round(Math.min(at, toMicros)), zone).offsetNanoseconds % (MICROS_PER_HOUR * 1_000) !== 0)
      width = MICROS_PER_HOUR / 4;
  }
  return (atMicros) => Math.floor(atMicros / width) * width;
}
