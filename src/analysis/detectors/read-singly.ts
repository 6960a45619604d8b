import type { StoredEvent } from '../../model/event.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';

/** All events of a metric in a span, oldest first. Costs some five microseconds an event: only for what there is little of. */
export async function readSingly(
  ask: EventAnswerer,
  metric: string,
  fromMicros: number,
  toMicros: number,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  if (fromMicros >= toMicros) return events;
  const question = { metric, since: fromMicros / 1e6, until: toMicros / 1e6 };
  for await (const batch of ask.events(question)) events.push(...batch);
  return events;
}
