import type { EventData, IncomingEvent } from '../../src/model/event.ts';
import { SeededRandom } from '../../src/model/seeded-random.ts';
import { minutesBefore } from './detect.ts';

const DAY_MINUTES = 1_440;

/** How a day's tasks are done. */
export type DayOfWork = {
  readonly tasks?: number;
  readonly costUsd?: number;
  readonly model?: string;
  readonly cachedShare?: number;
  readonly inputTokens?: number;
  readonly outcome?: string;
  readonly nodeId?: string;
  readonly role?: string;
  readonly data?: EventData;
};

/** Tasks of the day that ended so many days before the window's end: each claimed, asked for four times, and completed. */
export function dayOfWork(daysAgo: number, day: DayOfWork = {}): IncomingEvent[] {
  const { tasks = 16, costUsd = 0.5, model = 'claude-sonnet-4-5', cachedShare = 0.8, inputTokens = 30_000 } = day;
  const { nodeId = 'Node-A1B2', role = 'developer', outcome = 'success' } = day;
  const random = new SeededRandom(1_000 + daysAgo);
  const registered = minutesBefore((daysAgo + 1) * DAY_MINUTES - 1, 'node.registered', {
    node_id: nodeId,
    role,
    model,
  });
  const events = Array.from({ length: tasks }, (_, index): IncomingEvent[] => {
    const start = (daysAgo + 1) * DAY_MINUTES - 30 - index * (1_300 / tasks);
    const size = Math.exp(0.8 * (random.next() + random.next() - 1));
    const length = 20 * size;
    const named = { node_id: nodeId, task_id: `task-${nodeId}-${daysAgo}-${index}` };
    const request = (part: number): IncomingEvent =>
      minutesBefore(start - length * part, 'tokens.consumed', {
        ...named,
        client: 'claude-code',
        session_id: `session-${daysAgo}-${index}`,
        feed: 'events',
        requests: 1,
        model,
        input_tokens: Math.round(inputTokens * (1 - cachedShare)),
        cached_tokens: Math.round(inputTokens * cachedShare * (1 + 0.04 * random.next())),
        output_tokens: 400,
        estimated_cost_usd: (costUsd * size * (0.9 + 0.2 * random.next())) / 4,
        ...day.data,
      });
    return [
      minutesBefore(start, 'task.claimed', { ...named, priority: 'medium' }),
      ...[0.2, 0.4, 0.6, 0.8].map(request),
      minutesBefore(start - length, 'task.completed', { ...named, outcome, duration_seconds: length * 60 }),
    ];
  });
  return [registered, ...events.flat()];
}

/** Days of work, the oldest first, the last of them in the window. */
export function daysOfWork(before: number, last: DayOfWork, usual: DayOfWork = {}): IncomingEvent[] {
  const history = Array.from({ length: before }, (_, index) => dayOfWork(before - index, usual));
  return [...history.flat(), ...dayOfWork(0, last)];
}
