import type { StoredEvent } from '../../model/event.ts';
import type { FilterBook } from '../../query/question.ts';
import { type Answerer, definedSpan, numberField, type ReportSpan, textField } from './answerer.ts';
import { changesThatCount } from './changes-that-count.ts';
import { type Attempt, byTimeAndCause, type TaskHistory, taskHistory } from './task-history.ts';
import { TASK_METRICS } from './task-list.ts';

/** Events of one kind that a trace reads at most. */
const MAX_EVENTS = 5_000;
/** The state file is shared, and its operations carry no task: a node's operations within its turn are taken for it. */
const STATE_METRICS = ['state.read', 'state.write', 'state.lock'] as const;
const WORK_METRICS = ['code.changed', 'tests.executed', 'tokens.consumed'] as const;

/** Something that happened during a task's life, with its length where it has one. */
export type TraceMark = {
  readonly atMicros: number;
  readonly nodeId: string | undefined;
  readonly metric: string;
  /** The tool, or the operation on the state file. */
  readonly label: string;
  readonly durationMs: number | undefined;
  readonly outcome: string | undefined;
  /** True when only node and time say that it belongs to the task. */
  readonly concluded: boolean;
  /** What else is worth telling of it, by field: tokens and cost of a request, lines of a change, results of a run. */
  readonly facts: Readonly<Record<string, number | string>>;
};

/** One task's life. */
export type TaskTrace = {
  readonly history: TaskHistory;
  readonly fromMicros: number;
  /** The end of its last turn; now where it still waits or is worked on. */
  readonly toMicros: number;
  /** The task's own events, oldest first. */
  readonly events: readonly StoredEvent[];
  readonly tools: readonly TraceMark[];
  readonly stateOperations: readonly TraceMark[];
  /** Changes, test runs and requests to models that name the task. */
  readonly work: readonly TraceMark[];
};

const STATE_LABELS: Readonly<Record<string, string>> = {
  'state.read': 'read',
  'state.write': 'write',
  'state.lock': 'lock',
};

const FACT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'tokens.consumed': [
    'model',
    'feed',
    'input_tokens',
    'output_tokens',
    'cached_tokens',
    'reported_cost_usd',
    'estimated_cost_usd',
  ],
  'tests.executed': ['suite', 'total_tests', 'passed', 'failed'],
  'code.changed': ['lines_added', 'lines_deleted', 'complexity_delta'],
  'state.lock': ['wait_ms', 'waited_for_node_id'],
};

function factsOf({ metric, data }: StoredEvent): TraceMark['facts'] {
  const facts: Record<string, number | string> = {};
  for (const field of FACT_FIELDS[metric] ?? []) {
    const value = data[field];
    if (typeof value === 'number' || typeof value === 'string') facts[field] = value;
  }
  const files = data['files_modified'];
  if (Array.isArray(files)) facts['files_modified'] = files.length;
  return facts;
}

function toMark(event: StoredEvent, concluded: boolean): TraceMark {
  const seconds = numberField(event, 'duration_seconds');
  return {
    atMicros: event.atMicros,
    nodeId: event.node_id,
    metric: event.metric,
    label: textField(event, 'tool') ?? STATE_LABELS[event.metric] ?? event.metric,
    durationMs:
      numberField(event, 'duration_ms') ??
      numberField(event, 'hold_ms') ??
      (seconds === undefined ? undefined : seconds * 1_000),
    outcome: textField(event, 'outcome'),
    concluded,
    facts: factsOf(event),
  };
}

/** True when the moment lies in one of the node's turns at the task. */
function duringTurn(
  attempts: readonly Attempt[],
  nodeId: string | undefined,
  atMicros: number,
  nowMicros: number,
): boolean {
  return attempts.some(
    (attempt) =>
      attempt.nodeId !== undefined &&
      attempt.nodeId === nodeId &&
      atMicros >= attempt.fromMicros &&
      atMicros <= (attempt.toMicros ?? nowMicros),
  );
}

/** Where a trace begins and ends: all of it, waiting included. */
function traceRange(history: TaskHistory, nowMicros: number): { fromMicros: number; toMicros: number } {
  const stretches = [...history.waits, ...history.attempts];
  return {
    fromMicros: Math.min(...stretches.map(({ fromMicros }) => fromMicros), history.createdMicros ?? Infinity),
    toMicros: Math.max(...stretches.map(({ toMicros }) => toMicros ?? nowMicros), history.lastMicros),
  };
}

/**
 * Everything that is known of one task.
 *
 * @returns `undefined` when no event names the task.
 */
export async function taskTrace(
  ask: Answerer,
  taskId: string,
  span: ReportSpan,
  nowMicros: number,
): Promise<TaskTrace | undefined> {
  const asked = async (metric: string, filters: FilterBook, times: ReportSpan) =>
    (await ask.query({ metric, filters, ...definedSpan(times), limit: MAX_EVENTS })).events;
  const events: StoredEvent[] = [];
  for (const metric of TASK_METRICS) events.push(...(await asked(metric, { task_id: taskId }, span)));
  if (events.length === 0) return undefined;
  const history = taskHistory(taskId, events);
  const range = traceRange(history, nowMicros);
  // The end belongs to the trace, and a question's `until` does not belong to its answer.
  const life = { since: range.fromMicros / 1e6, until: (range.toMicros + 1_000) / 1e6 };
  const holders = [...new Set(history.attempts.map(({ nodeId }) => nodeId).filter((id) => id !== undefined))];
  const named: TraceMark[] = [];
  for (const metric of WORK_METRICS) {
    const told = await asked(metric, { task_id: taskId }, life);
    const counted = metric === 'code.changed' ? changesThatCount(told) : told;
    named.push(...counted.map((event) => toMark(event, false)));
  }
  const ofHolders = async (metric: string): Promise<TraceMark[]> => {
    if (holders.length === 0) return [];
    const found = await asked(metric, { node_id: holders }, life);
    return found
      .filter((event) => {
        const stated = textField(event, 'task_id');
        return stated === undefined
          ? duringTurn(history.attempts, event.node_id, event.atMicros, nowMicros)
          : stated === taskId;
      })
      .map((event) => toMark(event, textField(event, 'task_id') === undefined));
  };
  const stateOperations: TraceMark[] = [];
  for (const metric of STATE_METRICS) stateOperations.push(...(await ofHolders(metric)));
  const byTime = (a: TraceMark, b: TraceMark): number => a.atMicros - b.atMicros;
  return {
    history,
    ...range,
    events: events.toSorted(byTimeAndCause),
    tools: (await ofHolders('tool.called')).sort(byTime),
    stateOperations: stateOperations.sort(byTime),
    work: named.sort(byTime),
  };
}
