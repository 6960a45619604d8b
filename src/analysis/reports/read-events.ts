import type { StoredEvent } from '../../model/event.ts';
import type { TimeRange } from '../../model/range.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { toCount } from './distribution.ts';

/** Some of a span's events. */
export type ReadEvents = {
  /** Oldest first. */
  readonly events: readonly StoredEvent[];
  /** False when there were more: then these are the newest. */
  readonly complete: boolean;
  /** True when older ones of the span have expired: hourly figures, which outlive events, count more than there are. */
  readonly expired: boolean;
};

/**
 * The newest events of a metric in a span, some two microseconds each, and whether that is all of them.
 *
 * @param limit At most so many, so that a report costs the same in a large history.
 */
export async function readNewestIn(
  ask: EventAnswerer,
  metric: string,
  { fromMicros, toMicros }: TimeRange,
  limit: number,
): Promise<ReadEvents> {
  const events: StoredEvent[] = [];
  if (fromMicros >= toMicros) return { events, complete: true, expired: false };
  const span = { metric, since: fromMicros / 1e6, until: toMicros / 1e6 };
  for await (const batch of ask.events({ ...span, order: 'newest_first', limit })) events.push(...batch);
  const isFull = events.length >= limit;
  const expired = !isFull && events.length < (await countIn(ask, span));
  return { events: events.reverse(), complete: !isFull && !expired, expired };
}

/** How many events there were, those that have expired included. */
export async function countIn(
  ask: EventAnswerer,
  span: { readonly metric: string; readonly since: number; readonly until: number },
): Promise<number> {
  const { rows } = await ask.aggregate({ ...span, aggregations: ['count'] });
  return toCount(rows[0]);
}
