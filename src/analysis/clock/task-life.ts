import { MICROS_PER_MINUTE, type TimeRange } from '../../model/range.ts';
import type { Attempt, TaskHistory } from '../reports/task-history.ts';
import type { ClockFacts, NodeFacts } from './clock-facts.ts';
import type { Interval, TaskLife, TaskState } from './cluster-clock.ts';
import { changesWithin, lastUpTo, nextChange, partsWithin } from './in-order.ts';
import { type Mark, partition } from './partition.ts';

/**
 * Which fact wins where several hold at once. What was measured beats what was told, what was told of the task beats
 * what is concluded from its node, and of two the one that says more exactly why it stands still: a node that waits for
 * a person may well be silent, and a lock is waited for within a test run.
 */
const RANK = {
  lock_wait: 9,
  testing: 8,
  human_wait: 7,
  in_review: 6,
  /** Its node fell silent, was gone, or said that it does nothing: `abandoned`, or `unattributed` where it came back. */
  absent: 5,
  /** A task cannot be worked at while it is said to be blocked, whoever holds it. */
  blocked: 4,
  working: 3,
  queued: 2,
} as const;

/** Up to so long, a node that comes back had been busy: requests to models take minutes in which nothing is told. */
const BUSY_SILENCE_MICROS = 10 * MICROS_PER_MINUTE;

/** What a status says of the time from then on, where it says more than claims and releases. */
const STATUS_STATES: Readonly<Record<string, 'blocked' | 'in_review' | 'human_wait'>> = {
  blocked: 'blocked',
  in_review: 'in_review',
  human_wait: 'human_wait',
};

type TaskMark = Mark<TaskState>;

/**
 * A task's life within a span, cut into exclusive intervals; `undefined` when it did not live then.
 *
 * It lives from its first known moment to its last completion, or to when it was removed. A completion that is followed
 * by another turn was the end of a turn only.
 *
 * @param toMicros Not after the present moment: what is open lasts up to then.
 */
export function taskLife(
  history: TaskHistory,
  facts: ClockFacts,
  fromMicros: number,
  toMicros: number,
): TaskLife | undefined {
  const { waits, attempts } = history;
  const begins = [...waits, ...attempts].map((one) => one.fromMicros);
  const beginMicros = Math.min(history.createdMicros ?? Infinity, history.lastMicros, ...begins);
  const open = !hasEnded(history);
  const endMicros = open ? toMicros : history.lastMicros;
  const life = { fromMicros: Math.max(beginMicros, fromMicros), toMicros: Math.min(endMicros, toMicros) };
  const isWithin = beginMicros < toMicros && (open || endMicros >= fromMicros);
  if (!isWithin || life.fromMicros > life.toMicros) return undefined;
  const marks = [
    ...waitMarks(history, facts),
    ...statusMarks(history, facts),
    ...attempts.flatMap((turn) => turnMarks(turn, life.toMicros, facts)),
    ...partsWithin(facts.taskTests.get(history.taskId) ?? [], life).map((run) =>
      mark(run, 'testing', RANK.testing, holderAt(attempts, run.fromMicros)),
    ),
  ];
  return {
    taskId: history.taskId,
    priority: history.priority,
    ...life,
    open: open || endMicros > toMicros,
    intervals: partition(life, marks, 'unattributed'),
    history,
  };
}

function hasEnded({ state, attempts }: TaskHistory): boolean {
  return state === 'completed' || (state === 'released' && attempts.at(-1)?.reason === 'removed');
}

function mark(
  { fromMicros, toMicros }: TimeRange,
  state: TaskState,
  rank: number,
  nodeId: string | undefined,
  concluded = false,
): TaskMark {
  return { fromMicros, toMicros, state, rank, nodeId, concluded };
}

/** Who had the task at a moment. */
function holderAt(attempts: readonly Attempt[], moment: number): string | undefined {
  return attempts.findLast((turn) => turn.fromMicros <= moment && moment < (turn.toMicros ?? Infinity))?.nodeId;
}

function waitMarks({ taskId, waits, attempts }: TaskHistory, facts: ClockFacts): readonly TaskMark[] {
  const statuses = facts.taskStatuses.get(taskId) ?? [];
  return waits.flatMap((wait) => {
    const until = wait.toMicros ?? Infinity;
    const { fromMicros } = wait;
    // It ended without that anybody saw it begin: when the waiting ended, nobody knows.
    const unseen = attempts.some((turn) => turn.startConcluded && turn.fromMicros === until && turn.toMicros === until);
    if (unseen) return [];
    const queued = mark({ fromMicros, toMicros: until }, 'queued', RANK.queued, undefined, wait.startConcluded);
    const isBlocked = attempts.some((turn) => turn.toMicros === fromMicros && turn.reason === 'blocked');
    if (!isBlocked) return [queued];
    const toMicros = Math.min(until, nextChange(statuses, fromMicros)?.atMicros ?? Infinity);
    return [queued, mark({ fromMicros, toMicros }, 'blocked', RANK.blocked, undefined)];
  });
}

/** A status holds until the next one, or until a turn begins or ends after it. */
function statusMarks({ taskId, attempts }: TaskHistory, facts: ClockFacts): readonly TaskMark[] {
  const statuses = facts.taskStatuses.get(taskId) ?? [];
  if (statuses.length === 0) return [];
  const turns = attempts
    .flatMap((turn) => [turn.fromMicros, ...(turn.toMicros === undefined ? [] : [turn.toMicros])])
    .sort((a, b) => a - b)
    .map((atMicros) => ({ atMicros }));
  return statuses.flatMap(({ atMicros: fromMicros, status }) => {
    const state = STATUS_STATES[status];
    if (state === undefined) return [];
    const ends = [nextChange(statuses, fromMicros), nextChange(turns, fromMicros)].map((next) => next?.atMicros);
    const toMicros = Math.min(...ends.map((end) => end ?? Infinity));
    return [mark({ fromMicros, toMicros }, state, RANK[state], holderAt(attempts, fromMicros))];
  });
}

function turnMarks(turn: Attempt, nowMicros: number, facts: ClockFacts): readonly TaskMark[] {
  const span = { fromMicros: turn.fromMicros, toMicros: turn.toMicros ?? nowMicros };
  const { nodeId } = turn;
  const working = mark(span, 'working', RANK.working, nodeId, turn.startConcluded);
  const node = nodeId === undefined ? undefined : facts.nodes.get(nodeId);
  if (node === undefined) return [working];
  return [
    working,
    ...partsWithin(node.lockWaits, span).map((wait) => mark(wait, 'lock_wait', RANK.lock_wait, nodeId)),
    ...partsWithin(node.tests, span).map((run) => mark(run, 'testing', RANK.testing, nodeId)),
    ...standstills(turn, span, node, facts),
    ...silentParts(turn, span, node),
  ];
}

/** Whether a turn was taken from its node rather than ended by it. */
function wasLost(turn: Attempt): boolean {
  return turn.reason === 'node_lost' || (turn.toMicros !== undefined && turn.ended === undefined);
}

/** Where the node said during its turn that it waits, or that it is idle. What it said before is not about this task. */
function standstills(turn: Attempt, span: TimeRange, node: NodeFacts, facts: ClockFacts): readonly TaskMark[] {
  return changesWithin(node.changes, span).flatMap(({ atMicros, status }) => {
    if (status !== 'waiting' && status !== 'idle') return [];
    const toMicros = Math.min(nextChange(node.changes, atMicros)?.atMicros ?? Infinity, span.toMicros);
    const stretch = { fromMicros: atMicros, toMicros };
    if (status === 'idle') {
      const left = (wasLost(turn) || turn.toMicros === undefined) && toMicros === span.toMicros;
      return [mark(stretch, left ? 'abandoned' : 'unattributed', RANK.absent, turn.nodeId, true)];
    }
    return [
      mark(stretch, 'unattributed', RANK.absent, turn.nodeId, true),
      ...partsWithin(facts.asked, stretch).map((asked) =>
        mark(asked, 'human_wait', RANK.human_wait, turn.nodeId, true),
      ),
    ];
  });
}

/** Where the node fell silent or was gone during its turn. */
function silentParts(turn: Attempt, span: TimeRange, node: NodeFacts): readonly TaskMark[] {
  const parts = partsWithin(node.silences, span).flatMap((part) => {
    // A node that completes its task has come back to do so.
    const back = part.toMicros < span.toMicros || turn.ended === 'completed';
    if (!back) return [mark(part, 'abandoned', RANK.absent, turn.nodeId, true)];
    const wasBusy = !part.left && part.toMicros - part.fromMicros <= BUSY_SILENCE_MICROS;
    return wasBusy ? [] : [mark(part, 'unattributed', RANK.absent, turn.nodeId, true)];
  });
  const isTold = parts.some(({ state }) => state === 'abandoned');
  if (isTold || !wasLost(turn)) return parts;
  const fromMicros = Math.max(lastUpTo(node.signs, span.toMicros) ?? span.fromMicros, span.fromMicros);
  return [...parts, mark({ fromMicros, toMicros: span.toMicros }, 'abandoned', RANK.absent, turn.nodeId, true)];
}

/** How long each state lasted, in microseconds. States that did not occur are absent. */
export function timeByState<State extends string>(intervals: readonly Interval<State>[]): ReadonlyMap<State, number> {
  const sums = new Map<State, number>();
  for (const { state, fromMicros, toMicros } of intervals) {
    sums.set(state, (sums.get(state) ?? 0) + (toMicros - fromMicros));
  }
  return sums;
}
