import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { FilterBook } from '../../query/question.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { taskHistories, TASK_METRICS } from '../reports/task-list.ts';
import { clockFacts } from './clock-facts.ts';
import type { ClusterClock, Interval, TaskState } from './cluster-clock.ts';
import { nodeLives } from './node-life.ts';
import { taskLife } from './task-life.ts';

/** Events read of each metric within the span. */
const MAX_EVENTS = 50_000;
/** Events read of each metric before the span, newest first, to know which tasks and nodes were there when it began. */
const MAX_EVENTS_BEFORE = 2_500;
/** How far before the span the lives of tasks are looked for. */
const LOOK_BACK_MICROS = 14 * MICROS_PER_DAY;
/** Waits for the lock that are shorter take nothing from a task's time worth telling, and are most of them. */
const LOCK_WAIT_FLOOR_MILLIS = 50;

const NODE_METRICS = ['node.registered', 'node.status', 'node.terminated'] as const;

/**
 * The time of every task and every node of a span.
 *
 * Task events, node events, test runs and questions to people are read singly, at most 50,000 of each within the span;
 * waits for the lock only from 50 ms on: the shorter ones are left in `working`. Before the span, at most 2,500 of each
 * are looked at, those of tasks for 14 days: a task that was created before that and is open still is not known.
 */
export async function openClock(
  ask: EventAnswerer,
  fromMicros: number,
  toMicros: number,
  nowMicros: number,
): Promise<ClusterClock> {
  const endMicros = Math.max(Math.min(toMicros, nowMicros), fromMicros);
  const within = { since: fromMicros / 1e6, until: endMicros / 1e6 };
  const read = async (metric: string, filters?: FilterBook): Promise<readonly StoredEvent[]> =>
    readNewest(ask, metric, within, MAX_EVENTS, filters);
  const early = { since: (fromMicros - LOOK_BACK_MICROS) / 1e6, until: fromMicros / 1e6 };
  const tasks: StoredEvent[] = [];
  const others: StoredEvent[] = [];
  let complete = true;
  const keep = (list: StoredEvent[], events: readonly StoredEvent[]): void => {
    complete &&= events.length < MAX_EVENTS;
    for (const event of events) list.push(event);
  };
  for (const metric of TASK_METRICS) {
    keep(tasks, await readNewest(ask, metric, early, MAX_EVENTS_BEFORE));
    keep(tasks, await read(metric));
  }
  for (const metric of NODE_METRICS) {
    keep(others, await readNewest(ask, metric, { until: early.until }, MAX_EVENTS_BEFORE));
    keep(others, await read(metric));
  }
  for (const metric of ['task.status', 'human.asked']) {
    keep(others, await readNewest(ask, metric, early, MAX_EVENTS_BEFORE));
    keep(others, await read(metric));
  }
  keep(others, await read('tests.executed'));
  keep(others, await read('state.lock', { wait_ms: { gte: LOCK_WAIT_FLOOR_MILLIS } }));
  return { ...clusterClock(tasks, others, fromMicros, endMicros), complete };
}

async function readNewest(
  ask: EventAnswerer,
  metric: string,
  span: { readonly since?: number; readonly until: number },
  limit: number,
  filters?: FilterBook,
): Promise<readonly StoredEvent[]> {
  if (span.since !== undefined && span.since >= span.until) return [];
  const found: StoredEvent[] = [];
  const question = { metric, ...span, order: 'newest_first', limit, ...(filters === undefined ? {} : { filters }) };
  for await (const events of ask.events(question)) found.push(...events);
  return found;
}

/** The same from events that were read. `tasks`: those of `TASK_METRICS`. */
export function clusterClock(
  tasks: readonly StoredEvent[],
  others: readonly StoredEvent[],
  fromMicros: number,
  toMicros: number,
): Omit<ClusterClock, 'complete'> {
  const facts = clockFacts([...tasks, ...others]);
  const lives = taskHistories(tasks).flatMap((history) => taskLife(history, facts, fromMicros, toMicros) ?? []);
  const held = new Map<string, Interval<TaskState>[]>();
  for (const interval of lives.flatMap(({ intervals }) => intervals)) {
    if (interval.nodeId === undefined) continue;
    const known = held.get(interval.nodeId);
    if (known === undefined) held.set(interval.nodeId, [interval]);
    else known.push(interval);
  }
  const nodes = [...new Set([...facts.nodes.keys(), ...held.keys()])].flatMap((nodeId) =>
    nodeLives(nodeId, facts.nodes.get(nodeId), held.get(nodeId) ?? [], fromMicros, toMicros),
  );
  return { fromMicros, toMicros, tasks: lives, nodes };
}
