import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { FilterBook } from '../../query/question.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { toCount } from '../reports/distribution.ts';
import type { TaskHistory } from '../reports/task-history.ts';
import { taskHistories, TASK_METRICS } from '../reports/task-list.ts';
import { type ClockFacts, clockFacts, NODE_METRICS } from './clock-facts.ts';
import type { ClusterClock, Interval, TaskState } from './cluster-clock.ts';
import { readLastSigns } from './lost-turns.ts';
import { nodeLives } from './node-life.ts';
import { taskLife } from './task-life.ts';

/** Events read of each metric within the span. */
const MAX_EVENTS = 50_000;
/** Events read of each metric before the span, newest first, to know which tasks and nodes were there when it began. */
const MAX_EVENTS_BEFORE = 2_500;
/** How far before the span tasks are looked for. */
const LOOK_BACK_MICROS = 14 * MICROS_PER_DAY;
/** Shorter waits for the lock are most of them and add up to little. */
const LOCK_WAIT_FLOOR_MILLIS = 50;

type Span = { readonly since?: number; readonly until: number };

/**
 * The time of every task and every node of a span.
 *
 * Events of tasks and nodes, test runs and questions to people are read singly: of each metric the newest 50,000 of the
 * span, and the newest 2,500 before it, those of tasks not older than 14 days. So a task or a node that was there before
 * is known unless that many others came after it. Waits for the lock are read from 50 ms on; shorter ones are left in
 * `working`. Takes about 5 µs for each event read.
 */
export async function openClock(
  ask: EventAnswerer,
  fromMicros: number,
  toMicros: number,
  nowMicros: number,
): Promise<ClusterClock> {
  const endMicros = Math.max(Math.min(toMicros, nowMicros), fromMicros);
  const within = { since: fromMicros / 1e6, until: endMicros / 1e6 };
  const before = { since: (fromMicros - LOOK_BACK_MICROS) / 1e6, until: within.since };
  let complete = true;
  const read = async (list: StoredEvent[], metric: string, early?: Span, filters?: FilterBook): Promise<void> => {
    if (early !== undefined) await readNewest(ask, list, metric, early, MAX_EVENTS_BEFORE);
    const count = await readNewest(ask, list, metric, within, MAX_EVENTS, filters);
    complete &&= count < MAX_EVENTS;
  };
  const tasks: StoredEvent[] = [];
  const others: StoredEvent[] = [];
  for (const metric of TASK_METRICS) {
    const counted = await countOf(ask, metric, within);
    const known = tasks.length;
    await read(tasks, metric);
    // Hourly figures outlive events: where they count more, some have expired.
    complete &&= tasks.length - known >= counted;
    await readNewest(ask, tasks, metric, before, MAX_EVENTS_BEFORE);
  }
  for (const metric of NODE_METRICS) await read(others, metric, { until: within.since });
  for (const metric of ['task.status', 'human.asked']) await read(others, metric, before);
  await read(others, 'tests.executed');
  await read(others, 'state.lock', undefined, { wait_ms: { gte: LOCK_WAIT_FLOOR_MILLIS } });

  const histories = taskHistories(tasks);
  let facts = clockFacts(tasks, others);
  const signs = await readLastSigns(ask, histories, facts, { fromMicros, toMicros: endMicros });
  if (signs.length > 0) facts = clockFacts(tasks, [...others, ...signs]);
  return { ...livesOf(histories, facts, fromMicros, endMicros), complete };
}

async function countOf(ask: EventAnswerer, metric: string, span: Required<Span>): Promise<number> {
  if (span.since >= span.until) return 0;
  const { rows } = await ask.aggregate({ metric, ...span, aggregations: ['count'] });
  return toCount(rows[0]);
}

/** Adds the newest events of a metric to a list; returns how many. */
async function readNewest(
  ask: EventAnswerer,
  list: StoredEvent[],
  metric: string,
  span: Span,
  limit: number,
  filters?: FilterBook,
): Promise<number> {
  if (span.since !== undefined && span.since >= span.until) return 0;
  const known = list.length;
  const question = { metric, ...span, order: 'newest_first', limit, ...(filters === undefined ? {} : { filters }) };
  for await (const events of ask.events(question)) for (const event of events) list.push(event);
  return list.length - known;
}

/** The lives of tasks and nodes from what is known of them. Pure. */
export function livesOf(
  histories: readonly TaskHistory[],
  facts: ClockFacts,
  fromMicros: number,
  toMicros: number,
): Omit<ClusterClock, 'complete'> {
  const tasks = histories.flatMap((history) => taskLife(history, facts, fromMicros, toMicros) ?? []);
  const held = new Map<string, Interval<TaskState>[]>();
  for (const { intervals } of tasks) {
    for (const interval of intervals) {
      if (interval.nodeId === undefined) continue;
      const known = held.get(interval.nodeId);
      if (known === undefined) held.set(interval.nodeId, [interval]);
      else known.push(interval);
    }
  }
  const nodes = [...new Set([...facts.nodes.keys(), ...held.keys()])].flatMap((nodeId) =>
    nodeLives(nodeId, facts.nodes.get(nodeId), held.get(nodeId) ?? [], fromMicros, toMicros),
  );
  const lockWaits = facts.lockWaits.filter((wait) => wait.toMicros > fromMicros && wait.fromMicros < toMicros);
  return { fromMicros, toMicros, tasks, nodes, lockWaits };
}
