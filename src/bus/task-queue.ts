import type { AmicusState } from './amicus-state.ts';
import type { Dialect } from './dialect.ts';
import { idWithoutId, readTasks, type Task, writeTasks } from './task-format.ts';

/** A change of the queue: the state to write and the task concerned, or why it is refused, in one sentence. */
export type QueueChange =
  | { readonly done: true; readonly state: AmicusState; readonly task: Task; readonly before: Task | undefined }
  | { readonly done: false; readonly refusal: string };

/** Lower is taken first; unknown words come last. */
const RANKS: Readonly<Record<string, number>> = { high: 0, medium: 1, low: 2 };

export function tasksOf(state: AmicusState): readonly Task[] {
  return readTasks(state['next_steps']);
}

/** Appends a pending task. `assignedTo` reserves it: only that node gets it from `bestTask`. */
export function addTask(
  state: AmicusState,
  dialect: Dialect,
  added: { readonly text: string; readonly priority: string; readonly assignedTo?: string | undefined },
  nowSeconds: number,
): QueueChange {
  const number = nextTaskNumber(state);
  const id =
    dialect.steps === 'objects'
      ? `task-${number}`
      : idWithoutId(added.text, dialect.steps === 'text' ? undefined : nowSeconds);
  const task: Task = {
    id,
    text: added.text,
    status: 'pending',
    priority: added.priority,
    createdAt: nowSeconds,
    holder: added.assignedTo,
    claimedAt: undefined,
    completedAt: undefined,
    releasedAt: undefined,
    outcome: undefined,
    raw: {},
  };
  const nextSteps = writeTasks([...tasksOf(state), task], dialect);
  return { done: true, state: { ...state, next_steps: nextSteps, task_counter: number }, task, before: undefined };
}

/** The task that `name` means: an id, else an exact text, else a place in the list counted from 1. */
export function findTask(state: AmicusState, name: string): Task | undefined {
  const tasks = tasksOf(state);
  const byId = tasks.find((task) => task.id === name);
  const byText = byId ?? tasks.find((task) => task.text === name && task.status !== 'completed');
  return byText ?? (/^\d{1,6}$/.test(name) ? tasks[Number(name) - 1] : undefined);
}

/** What a node holds now, oldest claim first. */
export function heldBy(state: AmicusState, nodeId: string): readonly Task[] {
  return tasksOf(state).filter((task) => task.status === 'in_progress' && task.holder === nodeId);
}

/** What a node should do next: what it holds already, else the pending task of highest priority, oldest first. */
export function bestTask(state: AmicusState, nodeId: string): Task | undefined {
  const held = heldBy(state, nodeId)[0];
  if (held !== undefined) return held;
  const free = tasksOf(state).filter(
    (task) => task.status === 'pending' && (task.holder === undefined || task.holder === nodeId),
  );
  return free.sort((a, b) => rankOf(a) - rankOf(b))[0];
}

/** Gives a pending task to a node; or one in progress, when `from` names its holder. */
export function claimTask(
  state: AmicusState,
  dialect: Dialect,
  claim: { readonly task: Task; readonly nodeId: string; readonly from?: string | undefined },
  nowSeconds: number,
): QueueChange {
  const { task, nodeId, from } = claim;
  if (task.status === 'completed') return refused(`${task.id} is completed already.`);
  if (task.status === 'in_progress' && task.holder !== undefined && task.holder !== from) {
    return refused(`${task.id} is held by ${task.holder}.`);
  }
  if (task.status !== 'pending' && task.status !== 'in_progress') return refused(`${task.id} is ${task.status}.`);
  return changed(state, dialect, task, { ...task, status: 'in_progress', holder: nodeId, claimedAt: nowSeconds });
}

/** What a node tells of a finished task beside its outcome, by the names that the file has for it. */
export type TaskFigures = {
  readonly files_modified?: number | undefined;
  readonly tests_passed?: number | undefined;
  readonly tests_failed?: number | undefined;
};

/** Ends an attempt at a task. Only its holder may, and anybody where the holder is not known. */
export function completeTask(
  state: AmicusState,
  dialect: Dialect,
  end: { readonly task: Task; readonly nodeId: string; readonly outcome: string; readonly figures: TaskFigures },
  nowSeconds: number,
): QueueChange {
  const { task, nodeId, outcome, figures } = end;
  if (task.status === 'completed') return refused(`${task.id} is completed already.`);
  if (task.status === 'pending') return refused(`${task.id} was not claimed.`);
  if (task.holder !== undefined && task.holder !== nodeId) return refused(`${task.id} is held by ${task.holder}.`);
  const raw = { ...task.raw, ...figures };
  const ended = { ...task, status: 'completed', holder: nodeId, completedAt: nowSeconds, outcome, raw };
  return changed(state, dialect, task, ended);
}

/** Puts all that a node holds back into the queue. */
export function releaseHeld(state: AmicusState, dialect: Dialect, nodeId: string, nowSeconds: number): AmicusState {
  let next = state;
  for (const task of heldBy(state, nodeId)) {
    const freed = { ...task, status: 'pending', holder: undefined, claimedAt: undefined, releasedAt: nowSeconds };
    next = replaceTask(next, dialect, task, freed);
  }
  return next;
}

/** Counts on from the highest number ever given, so that the id of an archived task is never given twice. */
function nextTaskNumber(state: AmicusState): number {
  const counted = typeof state['task_counter'] === 'number' ? state['task_counter'] : 0;
  const numbers = tasksOf(state).map((task) => Number(/^task-(\d{1,12})$/.exec(task.id)?.[1] ?? 0));
  return Math.max(counted, ...numbers) + 1;
}

function changed(state: AmicusState, dialect: Dialect, before: Task, task: Task): QueueChange {
  return { done: true, state: replaceTask(state, dialect, before, task), task, before };
}

function replaceTask(state: AmicusState, dialect: Dialect, before: Task, task: Task): AmicusState {
  const tasks = [...tasksOf(state)];
  const index = tasks.findIndex((other) => other.id === before.id && other.status === before.status);
  if (index >= 0) tasks[index] = task;
  return { ...state, next_steps: writeTasks(tasks, dialect) };
}

function refused(refusal: string): QueueChange {
  return { done: false, refusal };
}

function rankOf(task: Task): number {
  return RANKS[task.priority] ?? 3;
}
