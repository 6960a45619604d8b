import type { StoredEvent } from '../../model/event.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { FilterBook } from '../../query/question.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { toCount } from '../reports/distribution.ts';
import type { TaskHistory } from '../reports/task-history.ts';
import { taskHistories, TASK_METRICS } from '../reports/task-list.ts';
import type { ClockFacts } from './clock-facts.ts';
import type { ClusterClock, Interval, TaskState } from './cluster-clock.ts';
import { FactBook } from './fact-book.ts';
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

const NODE_METRICS = ['node.registered', 'node.status', 'node.terminated'] as const;

type Keep = (event: StoredEvent) => void;
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
  const book = new FactBook();
  const tasks: StoredEvent[] = [];
  const toFacts = (event: StoredEvent): void => book.add(event);
  const toTasks = (event: StoredEvent): void => {
    book.add(event);
    tasks.push(event);
  };
  let complete = true;
  const read = async (keep: Keep, metric: string, filters?: FilterBook): Promise<number> => {
    const count = await readNewest(ask, keep, metric, within, MAX_EVENTS, filters);
    complete &&= count < MAX_EVENTS;
    return count;
  };
  for (const metric of TASK_METRICS) {
    const counted = await countOf(ask, metric, within);
    // Hourly figures outlive events: where they count more, some have expired.
    complete &&= (await read(toTasks, metric)) >= counted;
  }
  await readEarlier(ask, tasks, book, before);
  for (const metric of NODE_METRICS) {
    await read(toFacts, metric);
    await readNewest(ask, toFacts, metric, { until: within.since }, MAX_EVENTS_BEFORE);
  }
  for (const metric of ['task.status', 'human.asked']) {
    await read(toFacts, metric);
    await readNewest(ask, toFacts, metric, before, MAX_EVENTS_BEFORE);
  }
  await read(toFacts, 'tests.executed');
  await read(toFacts, 'state.lock', { wait_ms: { gte: LOCK_WAIT_FLOOR_MILLIS } });

  const histories = taskHistories(tasks);
  const facts = book.facts();
  const signs = await readLastSigns(ask, histories, facts, { fromMicros, toMicros: endMicros });
  for (const sign of signs) book.add(sign);
  return { ...livesOf(histories, signs.length === 0 ? facts : book.facts(), fromMicros, endMicros), complete };
}

/**
 * Adds what is known of tasks from before the span, as far as it matters: those that live on in it. Most had ended by
 * then; they are not kept.
 */
async function readEarlier(ask: EventAnswerer, tasks: StoredEvent[], book: FactBook, before: Span): Promise<void> {
  const living = new Set(tasks.map((event) => event.data['task_id']));
  const endedMicros = new Map<unknown, number>();
  const keep = (event: StoredEvent): void => {
    book.add(event);
    const taskId = event.data['task_id'];
    const isEnd = event.metric === 'task.completed';
    if (isEnd && !endedMicros.has(taskId)) endedMicros.set(taskId, event.atMicros);
    if (living.has(taskId) || (!isEnd && event.atMicros > (endedMicros.get(taskId) ?? -Infinity))) tasks.push(event);
  };
  // Newest first: the first end of a task that is met is its last.
  for (const metric of TASK_METRICS.toReversed()) await readNewest(ask, keep, metric, before, MAX_EVENTS_BEFORE);
}

async function countOf(ask: EventAnswerer, metric: string, span: Required<Span>): Promise<number> {
  if (span.since >= span.until) return 0;
  const { rows } = await ask.aggregate({ metric, ...span, aggregations: ['count'] });
  return toCount(rows[0]);
}

/** Hands over the newest events of a metric; tells how many there were. */
async function readNewest(
  ask: EventAnswerer,
  keep: Keep,
  metric: string,
  span: Span,
  limit: number,
  filters?: FilterBook,
): Promise<number> {
  if (span.since !== undefined && span.since >= span.until) return 0;
  const question = { metric, ...span, order: 'newest_first', limit, ...(filters === undefined ? {} : { filters }) };
  let count = 0;
  for await (const events of ask.events(question)) {
    count += events.length;
    for (const event of events) keep(event);
  }
  return count;
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
