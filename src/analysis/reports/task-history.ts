import type { StoredEvent } from '../../model/event.ts';
import { numberField, textField } from './answerer.ts';

/** Where a task stands. */
type TaskState = 'pending' | 'working' | 'completed' | 'released';

/** One node's turn at a task. */
export type Attempt = {
  /** Absent when the claim named nobody. */
  readonly nodeId: string | undefined;
  readonly fromMicros: number;
  /** Absent while it goes on. */
  readonly toMicros: number | undefined;
  readonly ended: 'completed' | 'released' | undefined;
  readonly outcome: string | undefined;
  /** Why it was released. */
  readonly reason: string | undefined;
  /** True when the claim was not seen and its time follows from the duration that the end named. */
  readonly startConcluded: boolean;
};

/** A stretch in which the task waited for somebody. */
export type Wait = {
  readonly fromMicros: number;
  readonly toMicros: number | undefined;
  /** True when its beginning was not seen and follows from the queue time that the claim named. */
  readonly startConcluded: boolean;
};

/** The life of one task, in order of time. */
export type TaskHistory = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly priority: string | undefined;
  readonly createdMicros: number | undefined;
  readonly lastMicros: number;
  readonly waits: readonly Wait[];
  readonly attempts: readonly Attempt[];
};

const METRIC_ORDER = ['task.created', 'task.released', 'task.completed', 'task.claimed'];

/** By time; of one moment in the order in which they can have happened: what ends a turn before what begins the next. */
export const byTimeAndCause = (a: StoredEvent, b: StoredEvent): number =>
  a.atMicros - b.atMicros || METRIC_ORDER.indexOf(a.metric) - METRIC_ORDER.indexOf(b.metric);

type Draft = { waits: Wait[]; attempts: Attempt[]; waitingSince: number | undefined; open: Attempt | undefined };

function claim(draft: Draft, event: StoredEvent): void {
  // Told twice, or told after the hand-over that already gave it to this node: the same turn.
  if (draft.open?.nodeId !== undefined && draft.open.nodeId === event.node_id) return;
  if (draft.open !== undefined) draft.attempts.push({ ...draft.open, toMicros: event.atMicros });
  const queueSeconds = numberField(event, 'queue_seconds');
  if (draft.waitingSince !== undefined) {
    draft.waits.push({ fromMicros: draft.waitingSince, toMicros: event.atMicros, startConcluded: false });
  } else if (queueSeconds !== undefined && draft.open === undefined) {
    const fromMicros = event.atMicros - Math.round(queueSeconds * 1e6);
    draft.waits.push({ fromMicros, toMicros: event.atMicros, startConcluded: true });
  }
  draft.waitingSince = undefined;
  draft.open = turn(event.node_id, event.atMicros);
}

function turn(nodeId: string | undefined, fromMicros: number, startConcluded = false): Attempt {
  return {
    nodeId,
    fromMicros,
    toMicros: undefined,
    ended: undefined,
    outcome: undefined,
    reason: undefined,
    startConcluded,
  };
}

function end(draft: Draft, event: StoredEvent, ended: 'completed' | 'released', secondsField: string): void {
  const seconds = numberField(event, secondsField);
  const concluded = turn(event.node_id, event.atMicros - Math.round((seconds ?? 0) * 1e6), true);
  const begun = draft.open ?? concluded;
  if (draft.waitingSince !== undefined) {
    draft.waits.push({ fromMicros: draft.waitingSince, toMicros: begun.fromMicros, startConcluded: false });
    draft.waitingSince = undefined;
  }
  draft.attempts.push({
    ...begun,
    nodeId: begun.nodeId ?? event.node_id,
    toMicros: event.atMicros,
    ended,
    outcome: textField(event, 'outcome'),
    reason: textField(event, 'reason'),
  });
  draft.open = undefined;
}

/**
 * What happened to one task.
 *
 * @param events Its `task.created`, `task.claimed`, `task.released` and `task.completed` events, in any order; not none.
 */
export function taskHistory(taskId: string, events: readonly StoredEvent[]): TaskHistory {
  const draft: Draft = { waits: [], attempts: [], waitingSince: undefined, open: undefined };
  let priority: string | undefined;
  let createdMicros: number | undefined;
  let state: TaskState = 'pending';
  let lastMicros = 0;
  for (const event of events.toSorted(byTimeAndCause)) {
    lastMicros = event.atMicros;
    priority = textField(event, 'priority') ?? priority;
    if (event.metric === 'task.created') {
      createdMicros ??= event.atMicros;
      draft.waitingSince ??= draft.open === undefined ? event.atMicros : undefined;
    } else if (event.metric === 'task.claimed') {
      claim(draft, event);
      state = 'working';
    } else if (event.metric === 'task.released') {
      end(draft, event, 'released', 'held_seconds');
      const next = textField(event, 'to_node_id');
      if (next === undefined) draft.waitingSince = event.atMicros;
      else draft.open = turn(next, event.atMicros);
      state = next === undefined ? 'released' : 'working';
    } else if (event.metric === 'task.completed') {
      end(draft, event, 'completed', 'duration_seconds');
      state = 'completed';
    }
  }
  if (draft.open !== undefined) draft.attempts.push(draft.open);
  if (draft.waitingSince !== undefined) {
    draft.waits.push({ fromMicros: draft.waitingSince, toMicros: undefined, startConcluded: false });
  }
  return { taskId, state, priority, createdMicros, lastMicros, waits: draft.waits, attempts: draft.attempts };
}
