import type { StoredEvent } from '../../model/event.ts';
import type { TimeRange } from '../../model/range.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import type { Attempt, TaskHistory } from '../reports/task-history.ts';
import type { ClockFacts } from './clock-facts.ts';
import { partsWithin } from './in-order.ts';

/** What nodes at work tell of, most telling first. There are far too many of these to read them all. */
const ACTIVITY_METRICS = ['state.write', 'tokens.consumed', 'tool.called', 'code.changed', 'state.read'] as const;
/** Turns looked into, the latest first: each costs a question for each of those metrics. */
const MAX_TURNS = 20;

/** Whether a turn was taken from its node rather than ended by it. */
export function wasLost(turn: Attempt): boolean {
  return turn.reason === 'node_lost' || (turn.toMicros !== undefined && turn.ended === undefined);
}

type LostTurn = TimeRange & { readonly nodeId: string };

/** Turns that were lost without that their node was told to be silent or gone: since when it did nothing, is not known. */
function lostTurns(histories: readonly TaskHistory[], facts: ClockFacts, span: TimeRange): readonly LostTurn[] {
  const lost: LostTurn[] = [];
  for (const { attempts } of histories) {
    for (const turn of attempts) {
      const { nodeId, fromMicros, toMicros } = turn;
      if (nodeId === undefined || toMicros === undefined || !wasLost(turn)) continue;
      if (toMicros <= span.fromMicros || fromMicros >= span.toMicros) continue;
      const told = partsWithin(facts.nodes.get(nodeId)?.silences ?? [], { fromMicros, toMicros });
      if (told.length === 0) lost.push({ nodeId, fromMicros, toMicros });
    }
  }
  return lost.sort((a, b) => b.toMicros - a.toMicros).slice(0, MAX_TURNS);
}

/** The last thing that nodes did in turns that were lost without a word. */
export async function readLastSigns(
  ask: EventAnswerer,
  histories: readonly TaskHistory[],
  facts: ClockFacts,
  span: TimeRange,
): Promise<readonly StoredEvent[]> {
  const signs: StoredEvent[] = [];
  for (const { nodeId, fromMicros, toMicros } of lostTurns(histories, facts, span)) {
    for (const metric of ACTIVITY_METRICS) {
      const { events } = await ask.query({
        metric,
        since: fromMicros / 1e6,
        until: toMicros / 1e6,
        filters: { node_id: nodeId, inferred: false },
        order: 'newest_first',
        limit: 1,
      });
      signs.push(...events);
    }
  }
  return signs;
}
