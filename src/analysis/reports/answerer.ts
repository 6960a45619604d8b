import type { StoredEvent } from '../../model/event.ts';
import type {
  AggregateAnswer,
  AggregateQuestion,
  EventAnswer,
  EventQuestion,
  Moment,
  SeriesAnswer,
  SeriesQuestion,
} from '../../query/question.ts';

/** What reports ask: the reading half of a collector. */
export interface Answerer {
  query(question: EventQuestion): Promise<EventAnswer>;
  aggregate(question: AggregateQuestion): Promise<AggregateAnswer>;
  series(question: SeriesQuestion): Promise<SeriesAnswer>;
}

/** The time a report is about, as it was asked for. */
export type ReportSpan = {
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
  readonly timeZone?: string | undefined;
};

/** The same without its absent parts, as questions want it. */
export function definedSpan({ since, until, timeZone }: ReportSpan): {
  since?: Moment;
  until?: Moment;
  timeZone?: string;
} {
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

/**
 * The newest events of a metric, oldest first.
 *
 * @param limit At most so many; older ones are left out, so that a report costs the same in a long history.
 */
export async function newestEvents(
  ask: Answerer,
  metric: string,
  span: ReportSpan,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const { events } = await ask.query({ metric, ...definedSpan(span), order: 'newest_first', limit });
  return events.toReversed();
}

/** A field of an event as text; absent when it is not there or is no text. */
export function textField(event: StoredEvent, field: string): string | undefined {
  const value = event.data[field];
  return typeof value === 'string' ? value : undefined;
}

/** A field of an event as a number; absent when it is not there or is no number. */
export function numberField(event: StoredEvent, field: string): number | undefined {
  const value = event.data[field];
  return typeof value === 'number' ? value : undefined;
}
