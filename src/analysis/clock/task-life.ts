import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeRange } from '../../model/range.ts';
import type { Attempt, TaskHistory } from '../reports/task-history.ts';
import type { Change, ClockFacts, NodeFacts } from './clock-facts.ts';
import type { TaskLife, TaskState } from './cluster-clock.ts';
import { changesWithin, firstAfter, lastUpTo, nextChange, partsWithin } from './in-order.ts';
import { wasLost } from './lost-turns.ts';
import { type Mark, partition } from './partition.ts';

/**
 * Which fact wins where several hold at once. What was measured beats what was told, what was told of the task beats
 * what is concluded from its node, and of two the one that says more exactly why it stands still: a node that waits for
 * a person may well be silent, and a lock is waited for within a test run.
 */
const RANK = {
  /** Its node said that it is at something else: what is measured of it from then on belongs to that. */
  left: 10,
  lock_wait: 9,
  testing: 8,
  human_wait: 7,
  in_review: 6,
  /** Its node fell silent, was gone, or said that it waits or is idle: `abandoned`, or `unattributed` where it came back. */
  absent: 5,
  /** A task cannot be worked at while it is said to be blocked, whoever holds it. */
  blocked: 4,
  working: 3,
  queued: 2,
} as const;

/** Up to so long, a node that comes back had been busy: requests to models take minutes in which nothing is told. */
const BUSY_SILENCE_MICROS = 10 * MICROS_PER_MINUTE;

/** A node that did something so shortly before was at work when the task was taken from it: three heartbeats. */
const QUIET_MICROS = 90 * MICROS_PER_SECOND;

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
  const { taskId, priority } = history;
  const open = !hasEnded(history);
  const beginMicros = beginOf(history);
  const endMicros = open ? toMicros : history.lastMicros;
  if (beginMicros >= toMicros || endMicros < fromMicros) return undefined;
  const life = { fromMicros: Math.max(beginMicros, fromMicros), toMicros: Math.min(endMicros, toMicros) };
  const intervals = partition(life, marksOf(history, facts, life), 'unattributed');
  return {
    taskId,
    priority,
    fromMicros: life.fromMicros,
    toMicros: life.toMicros,
    open: open || endMicros > toMicros,
    intervals,
    history,
  };
}

function hasEnded({ state, attempts }: TaskHistory): boolean {
  return state === 'completed' || (state === 'released' && attempts.at(-1)?.reason === 'removed');
}

function beginOf({ createdMicros, lastMicros, waits, attempts }: TaskHistory): number {
  let begin = Math.min(createdMicros ?? Infinity, lastMicros);
  for (const wait of waits) begin = Math.min(begin, wait.fromMicros);
  for (const turn of attempts) begin = Math.min(begin, turn.fromMicros);
  return begin;
}

function marksOf(history: TaskHistory, facts: ClockFacts, life: TimeRange): readonly TaskMark[] {
  const marks: TaskMark[] = [];
  const statuses = facts.taskStatuses.get(history.taskId);
  addWaits(marks, history, statuses ?? []);
  if (statuses !== undefined) addStatuses(marks, history.attempts, statuses);
  for (const turn of history.attempts) addTurn(marks, history.taskId, turn, life.toMicros, facts);
  const tests = facts.taskTests.get(history.taskId);
  if (tests === undefined) return marks;
  for (const run of partsWithin(tests, life)) {
    marks.push(mark(run, 'testing', RANK.testing, holderAt(history.attempts, run.fromMicros)));
  }
  return marks;
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

function addWaits(marks: TaskMark[], { waits, attempts }: TaskHistory, statuses: readonly Change[]): void {
  for (const wait of waits) {
    const until = wait.toMicros ?? Infinity;
    const { fromMicros } = wait;
    // It ended and nobody saw it begin: when the waiting ended, nobody knows.
    if (attempts.some((turn) => turn.startConcluded && turn.fromMicros === until && turn.toMicros === until)) continue;
    marks.push(mark({ fromMicros, toMicros: until }, 'queued', RANK.queued, undefined, wait.startConcluded));
    if (!attempts.some((turn) => turn.toMicros === fromMicros && turn.reason === 'blocked')) continue;
    const toMicros = Math.min(until, nextChange(statuses, fromMicros)?.atMicros ?? Infinity);
    marks.push(mark({ fromMicros, toMicros }, 'blocked', RANK.blocked, undefined));
  }
}

/** A status holds until the next one, or until a turn begins or ends after it. */
function addStatuses(marks: TaskMark[], attempts: readonly Attempt[], statuses: readonly Change[]): void {
  const turns = attempts
    .flatMap((turn) => [turn.fromMicros, ...(turn.toMicros === undefined ? [] : [turn.toMicros])])
    .sort((a, b) => a - b);
  for (const { atMicros: fromMicros, status } of statuses) {
    const state = STATUS_STATES[status];
    if (state === undefined) continue;
    const next = nextChange(statuses, fromMicros)?.atMicros ?? Infinity;
    const toMicros = Math.min(next, firstAfter(turns, fromMicros) ?? Infinity);
    marks.push(mark({ fromMicros, toMicros }, state, RANK[state], holderAt(attempts, fromMicros)));
  }
}

function addTurn(marks: TaskMark[], taskId: string, turn: Attempt, nowMicros: number, facts: ClockFacts): void {
  const span = { fromMicros: turn.fromMicros, toMicros: turn.toMicros ?? nowMicros };
  const { nodeId } = turn;
  marks.push(mark(span, 'working', RANK.working, nodeId, turn.startConcluded));
  const node = nodeId === undefined ? undefined : facts.nodes.get(nodeId);
  if (node === undefined) return;
  for (const wait of partsWithin(node.lockWaits, span)) {
    marks.push(mark(wait, 'lock_wait', RANK.lock_wait, nodeId));
  }
  for (const run of partsWithin(node.tests, span)) marks.push(mark(run, 'testing', RANK.testing, nodeId));
  const changes = changesWithin(node.changes, span);
  addStandstills(marks, turn, span, changes, facts);
  const left = leftMicros(turn, taskId, changes);
  if (left === undefined) addSilences(marks, turn, span, node);
  else marks.push(mark({ fromMicros: left, toMicros: span.toMicros }, 'abandoned', RANK.left, nodeId, true));
}

/** Where the node said during its turn that it waits, or that it is idle. What it said before is not about this task. */
function addStandstills(
  marks: TaskMark[],
  turn: Attempt,
  span: TimeRange,
  changes: readonly Change[],
  facts: ClockFacts,
): void {
  for (const [index, { atMicros, status }] of changes.entries()) {
    if (status !== 'waiting' && status !== 'idle') continue;
    const stretch = { fromMicros: atMicros, toMicros: changes[index + 1]?.atMicros ?? span.toMicros };
    // An idle node that gives the task back in the end has only not said so.
    marks.push(mark(stretch, 'unattributed', RANK.absent, turn.nodeId, true));
    if (status === 'idle') continue;
    for (const part of partsWithin(facts.asked, stretch)) {
      marks.push(mark(part, 'human_wait', RANK.human_wait, turn.nodeId, true));
    }
  }
}

/**
 * Since when a node said that it does something else, or nothing, and never again that it is at this task. Of a turn that
 * goes on only where it says that it is idle: with two tasks in hand it may come back to the first.
 */
function leftMicros(turn: Attempt, taskId: string, changes: readonly Change[]): number | undefined {
  const isLost = wasLost(turn);
  if (!isLost && turn.toMicros !== undefined) return undefined;
  let left: number | undefined;
  for (const { atMicros, status, taskId: named } of changes) {
    const isElsewhere = isLost && named !== undefined && named !== taskId;
    if (status === 'idle' || isElsewhere) left ??= atMicros;
    else if (status === 'working' || status === 'waiting') left = undefined;
  }
  return left;
}

/** Where the node fell silent or was gone during its turn. */
function addSilences(marks: TaskMark[], turn: Attempt, span: TimeRange, { silences, signs }: NodeFacts): void {
  let isTold = false;
  for (const part of partsWithin(silences, span)) {
    // A node that completes its task has come back to do so.
    const back = part.toMicros < span.toMicros || turn.ended === 'completed';
    const wasBusy = back && !part.left && part.toMicros - part.fromMicros <= BUSY_SILENCE_MICROS;
    if (wasBusy) continue;
    isTold ||= !back;
    marks.push(mark(part, back ? 'unattributed' : 'abandoned', RANK.absent, turn.nodeId, true));
  }
  if (isTold || !wasLost(turn)) return;
  const fromMicros = Math.max(lastUpTo(signs, span.toMicros) ?? span.fromMicros, span.fromMicros);
  if (span.toMicros - fromMicros < QUIET_MICROS) return;
  marks.push(mark({ fromMicros, toMicros: span.toMicros }, 'abandoned', RANK.absent, turn.nodeId, true));
}
