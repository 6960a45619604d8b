import type { StoredEvent } from '../../model/event.ts';
import { type Answerer, newestEvents, type ReportSpan, textField } from './answerer.ts';
import { type TaskHistory, taskHistory } from './task-history.ts';

/** The metrics that tell a task's life. */
export const TASK_METRICS = ['task.created', 'task.claimed', 'task.released', 'task.completed'] as const;

/** Events read of each metric: enough for the tasks of days, little enough to answer at once. */
const MAX_EVENTS = 5_000;

/** A task as a list shows it. Seconds are absent where their beginning or end is not known. */
export type TaskSummary = {
  readonly taskId: string;
  readonly state: TaskHistory['state'];
  readonly priority: string | undefined;
  readonly createdMicros: number | undefined;
  readonly lastMicros: number;
  /** Who has it, or had it last. */
  readonly nodeId: string | undefined;
  readonly attempts: number;
  /** All waiting for somebody, up to now where it still waits. */
  readonly queueSeconds: number | undefined;
  /** All turns of nodes, up to now where one still works. */
  readonly workSeconds: number | undefined;
  readonly outcome: string | undefined;
};

export type TaskList = {
  /** Latest activity first. */
  readonly tasks: readonly TaskSummary[];
  /** False when the span has more events than were read: older tasks are missing, and old beginnings of those shown. */
  readonly complete: boolean;
};

type Stretch = { readonly fromMicros: number; readonly toMicros: number | undefined };

const totalSeconds = (stretches: readonly Stretch[], nowMicros: number): number | undefined =>
  stretches.length === 0
    ? undefined
    : stretches.reduce((sum, { fromMicros, toMicros }) => sum + ((toMicros ?? nowMicros) - fromMicros) / 1e6, 0);

/** A task's history in one line. */
export function summarizeTask(history: TaskHistory, nowMicros: number): TaskSummary {
  const last = history.attempts.at(-1);
  return {
    taskId: history.taskId,
    state: history.state,
    priority: history.priority,
    createdMicros: history.createdMicros,
    lastMicros: history.lastMicros,
    nodeId: last?.nodeId,
    attempts: history.attempts.length,
    queueSeconds: totalSeconds(history.waits, nowMicros),
    workSeconds: totalSeconds(history.attempts, nowMicros),
    outcome: history.state === 'completed' ? (last?.outcome ?? 'unknown') : undefined,
  };
}

/** Histories of all tasks that the events tell of. */
export function taskHistories(events: readonly StoredEvent[]): TaskHistory[] {
  const byTask = Map.groupBy(events, (event) => textField(event, 'task_id') ?? '');
  byTask.delete('');
  return [...byTask].map(([taskId, own]) => taskHistory(taskId, own));
}

/** The tasks that something happened to in a span of time. */
export async function taskList(ask: Answerer, span: ReportSpan, nowMicros: number): Promise<TaskList> {
  const answers: (readonly StoredEvent[])[] = [];
  for (const metric of TASK_METRICS) answers.push(await newestEvents(ask, metric, span, MAX_EVENTS));
  const tasks = taskHistories(answers.flat())
    .map((history) => summarizeTask(history, nowMicros))
    .sort((a, b) => b.lastMicros - a.lastMicros);
  return { tasks, complete: answers.every((events) => events.length < MAX_EVENTS) };
}
