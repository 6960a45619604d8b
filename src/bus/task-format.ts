import { derivedTaskId, microsOfSeconds, nthTaskId } from '../model/identity.ts';
import { readTaskText } from '../model/task-text.ts';
import { listOf, recordOf, secondsOf, textOf } from './amicus-state.ts';
import { type Dialect, keepsTimes } from './dialect.ts';

export const PRIORITY_WORDS = ['high', 'medium', 'low'] as const;

/** A task of the queue, whatever the file's dialect. Times are Unix seconds; unknown ones are undefined. */
export type Task = {
  /** Its own id, or one derived from its text and creation time. */
  readonly id: string;
  /** The description, without markers. */
  readonly text: string;
  /** `pending`, `in_progress`, `completed`, or a word that only others know. */
  readonly status: string;
  readonly priority: string;
  readonly createdAt: number | undefined;
  readonly holder: string | undefined;
  readonly claimedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** When it last went back to the queue. */
  readonly releasedAt: number | undefined;
  readonly outcome: string | undefined;
  /** The object as it was read, for its unknown fields. */
  readonly raw: Readonly<Record<string, unknown>>;
};

/** Other names that a file may have for `assigned_to`; replaced by it when a task is written. */
const HOLDER_ALIASES = ['claimed_by', 'agent_id', 'owner', 'assignee'];

const STATUS_SYNONYMS: Readonly<Record<string, string>> = {
  todo: 'pending',
  open: 'pending',
  doing: 'in_progress',
  claimed: 'in_progress',
  active: 'in_progress',
  done: 'completed',
  complete: 'completed',
};

/** Reads `next_steps` in any of its shapes: a text, a list of texts, a list of objects, or one of these as JSON in a text. */
export function readTasks(nextSteps: unknown): readonly Task[] {
  if (typeof nextSteps !== 'string') {
    const tasks = listOf(nextSteps).flatMap((step) => {
      if (typeof step === 'string') return step.trim() === '' ? [] : [taskOfText(step, {})];
      const raw = recordOf(step);
      return raw === undefined ? [] : [taskOfObject(raw)];
    });
    return withDistinctIds(tasks);
  }
  if (nextSteps.trimStart().startsWith('[{')) {
    try {
      return readTasks(JSON.parse(nextSteps));
    } catch {
      // Not JSON after all: a text that happens to begin like it.
    }
  }
  const lines = nextSteps.split('\n').filter((line) => line.trim() !== '');
  return withDistinctIds(lines.map((line) => taskOfText(line, {})));
}

/** Writes tasks as the dialect has them. Text steps keep no times, so those are gone when they are read again. */
export function writeTasks(tasks: readonly Task[], dialect: Dialect): unknown {
  if (dialect.steps === 'text') {
    return tasks.map((task) => `- ${markedText(task)} (priority: ${task.priority})`).join('\n');
  }
  return tasks.map((task) => toObject(task, dialect));
}

/** The id of a task that has none of its own. */
export function idWithoutId(text: string, createdAt: number | undefined): string {
  return derivedTaskId(text, createdAt === undefined ? undefined : microsOfSeconds(createdAt));
}

/** Tells tasks of equal text apart by which of them comes first. */
function withDistinctIds(tasks: readonly Task[]): readonly Task[] {
  const seen = new Map<string, number>();
  return tasks.map((task) => {
    const place = (seen.get(task.id) ?? 0) + 1;
    seen.set(task.id, place);
    return { ...task, id: nthTaskId(task.id, place) };
  });
}

function taskOfText(written: string, raw: Readonly<Record<string, unknown>>): Task {
  const { text, condition = 'pending', nodeId, priority = 'medium' } = readTaskText(written);
  const createdAt = secondsOf(raw['created_at']);
  return {
    id: textOf(raw['id'] ?? raw['task_id']) ?? idWithoutId(text, createdAt),
    text,
    status: condition,
    priority,
    createdAt,
    holder: nodeId,
    claimedAt: undefined,
    completedAt: undefined,
    releasedAt: undefined,
    outcome: undefined,
    raw,
  };
}

function taskOfObject(raw: Readonly<Record<string, unknown>>): Task {
  const described = taskOfText(textOf(raw['task'] ?? raw['description'] ?? raw['title'] ?? raw['text']) ?? '', raw);
  const word = textOf(raw['status'])?.toLowerCase().replaceAll(/[- ]/g, '_');
  const status = word === undefined ? undefined : (STATUS_SYNONYMS[word] ?? word);
  return {
    ...described,
    // The marker says more than the status where both are there: the older convention changes the text only.
    status: status === undefined || status === 'pending' ? described.status : status,
    priority: textOf(raw['priority'])?.toLowerCase() ?? described.priority,
    holder: ['assigned_to', ...HOLDER_ALIASES].map((name) => textOf(raw[name])).find(isPresent) ?? described.holder,
    claimedAt: secondsOf(raw['claimed_at']),
    completedAt: secondsOf(raw['completed_at']),
    releasedAt: secondsOf(raw['released_at']),
    outcome: textOf(raw['outcome']),
  };
}

function toObject(task: Task, dialect: Dialect): Record<string, unknown> {
  const withMarkers = dialect.claims === 'text_marker';
  const written: Record<string, unknown> = {
    ...task.raw,
    task: withMarkers ? markedText(task) : task.text,
    status: withMarkers && task.status === 'in_progress' ? 'pending' : task.status,
    priority: task.priority,
    created_at: task.createdAt,
    id: dialect.steps === 'objects' ? task.id : task.raw['id'],
  };
  for (const alias of HOLDER_ALIASES) delete written[alias];
  if (keepsTimes(dialect)) {
    const { holder, claimedAt, completedAt, releasedAt, outcome } = task;
    Object.assign(written, {
      assigned_to: holder,
      claimed_at: claimedAt,
      completed_at: completedAt,
      released_at: releasedAt,
      outcome,
    });
  }
  // JSON leaves out members that are undefined.
  return written;
}

function isPresent(value: string | undefined): value is string {
  return value !== undefined;
}

function markedText(task: Task): string {
  if (task.holder === undefined) return task.text;
  if (task.status === 'in_progress') return `[IN PROGRESS by ${task.holder}] ${task.text}`;
  return task.status === 'completed' ? `[COMPLETED by ${task.holder}] ${task.text}` : task.text;
}
