import type { StoredEvent } from '../../model/event.ts';
import type { TimeRange } from '../../model/range.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';

/** Some of a span's events. */
export type ReadEvents = {
  /** Oldest first. */
  readonly events: readonly StoredEvent[];
  /** False when there were more: then these are the newest. */
  readonly complete: boolean;
};

/**
 * The newest events of a metric in a span, some two microseconds each.
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
  if (fromMicros >= toMicros) return { events, complete: true };
  const question = { metric, since: fromMicros / 1e6, until: toMicros / 1e6, order: 'newest_first', limit };
  for await (const batch of ask.events(question)) events.push(...batch);
  return { events: events.reverse(), complete: events.length < limit };
}
