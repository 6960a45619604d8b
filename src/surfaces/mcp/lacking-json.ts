import type { UnreadableEvents } from '../../query/unreadable-events.ts';
import { dataName } from './data-name.ts';
import { momentText } from './figures-json.ts';

/** Each takes some 50 tokens, beside what a size allows. */
export const MAX_DAMAGED = 3;

/** What stands beside every answer that needed events that cannot be read: of which metrics, and when. */
export function lackingJson(unreadable: UnreadableEvents): object {
  const spans = unreadable.list();
  if (spans.length === 0) return {};
  return {
    events_damaged: spans.slice(0, MAX_DAMAGED).map(({ metric, from, to }) => ({
      metric: dataName(metric),
      from: momentText(from * 1e6),
      to: momentText(to * 1e6),
    })),
    damaged_left_out: spans.length > MAX_DAMAGED ? spans.length - MAX_DAMAGED : undefined,
  };
}
