import { PRIORITIES } from '../../metrics/task-created.ts';
import { derivedTaskId, nthTaskId } from '../../model/identity.ts';
import { readTaskText, type TaskText } from '../../model/task-text.ts';
import { lastSeenMicros, type NodeState, type TaskPhase, type TaskState, type TaskWord } from './cluster-model.ts';
import { STATE_FIELDS, TASK_FIELDS } from './field-names.ts';
import type { WrittenNode } from './parse-nodes.ts';
import {
  countOf,
  idOf,
  isObject,
  type JsonObject,
  looksLikeId,
  microsOf,
  nameOf,
  pick,
  textOf,
  wordOf,
} from './read-value.ts';
import { outcomeWordOf, taskWordOf } from './status-words.ts';

/** A step as it is written: its fields, and its text where it has one. */
export type WrittenStep = { readonly fields: JsonObject; readonly text: string };

/** A node that points at a task does so on trust for this long after its last sign of life: three missed heartbeats. */
const POINTER_TRUST_MICROS = 90_000_000;

/** All steps of `next_steps`: a list of objects or texts, one text with a line for each, or one of these as JSON in a text. */
export function writtenSteps(root: JsonObject): readonly WrittenStep[] {
  const steps = pick(root, STATE_FIELDS.steps);
  return typeof steps === 'string' ? stepsOfText(steps) : stepsOfList(steps);
}

function stepsOfText(text: string): readonly WrittenStep[] {
  if (/^\s*[[{]\s*["{[]/.test(text)) {
    try {
      const parsed: unknown = JSON.parse(text);
      return stepsOfList(Array.isArray(parsed) ? parsed : [parsed]);
    } catch {
      // Not JSON after all: a plan that happens to begin like it.
    }
  }
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [{ fields: {}, text: line }]));
}

function stepsOfList(steps: unknown): readonly WrittenStep[] {
  const list: readonly unknown[] = Array.isArray(steps) ? steps : isObject(steps) ? Object.values(steps) : [];
  return list.flatMap((step) => {
    if (isObject(step)) return [{ fields: step, text: textOf(pick(step, TASK_FIELDS.text)) ?? '' }];
    const text = textOf(step);
    return text === undefined ? [] : [{ fields: {}, text }];
  });
}

/** The tasks of a state file, and the task of each node, by the ids that tasks have here. */
export type ParsedTasks = {
  readonly tasks: ReadonlyMap<string, TaskState>;
  readonly nodes: ReadonlyMap<string, NodeState>;
};

/**
 * Reads the tasks and matches nodes with them.
 *
 * A task's id is its own; else a hash of its text and creation time. A node may name its task by id or, where tasks
 * have none, by its text. The task's status and holder decide whether it is claimed; a node that points at it counts
 * only where the task itself does not say.
 */
export function parseTasks(
  steps: readonly WrittenStep[],
  written: ReadonlyMap<string, WrittenNode>,
  at: { readonly nowMicros: number; readonly mtimeMicros: number },
): ParsedTasks {
  const identified: { readonly id: string; readonly step: WrittenStep; readonly text: TaskText }[] = [];
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const step of steps) {
    const text = readTaskText(step.text);
    const own = pick(step.fields, TASK_FIELDS.id);
    const createdMicros = microsOf(pick(step.fields, TASK_FIELDS.created), at.nowMicros);
    const base = idOf(own) ?? derivedTaskId(text.text, createdMicros);
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    const id = nthTaskId(base, nth);
    identified.push({ id, step, text });
    for (const name of [id, textOf(own)?.trim(), text.text]) {
      if (name !== undefined && name !== '' && !names.has(name)) names.set(name, id);
    }
  }
  const nodes = new Map<string, NodeState>();
  const pointers = new Map<string, string>();
  for (const [nodeId, { state, task }] of written) {
    const taskId = task === undefined ? undefined : taskNamed(task, names);
    nodes.set(nodeId, { ...state, taskId });
    if (taskId !== undefined && isTrusted(state, at.mtimeMicros)) pointers.set(taskId, nodeId);
  }
  const tasks = new Map<string, TaskState>();
  for (const { id, step, text } of identified) {
    tasks.set(id, parseTask(step.fields, text, { known: nodes, pointer: pointers.get(id), nowMicros: at.nowMicros }));
  }
  return { tasks, nodes };
}

function taskNamed(name: string, names: ReadonlyMap<string, string>): string | undefined {
  return names.get(name.trim()) ?? names.get(readTaskText(name).text) ?? idOf(name);
}

function isTrusted(node: NodeState, mtimeMicros: number): boolean {
  if (node.status === 'terminated') return false;
  const seen = lastSeenMicros(node);
  return seen === undefined || mtimeMicros - seen <= POINTER_TRUST_MICROS;
}

function parseTask(
  fields: JsonObject,
  text: TaskText,
  nodes: {
    readonly known: ReadonlyMap<string, NodeState>;
    readonly pointer: string | undefined;
    readonly nowMicros: number;
  },
): TaskState {
  const at = (spellings: readonly string[]): number | undefined => microsOf(pick(fields, spellings), nodes.nowMicros);
  const priority = wordOf(pick(fields, TASK_FIELDS.priority)) ?? text.priority;
  const outcome = wordOf(pick(fields, TASK_FIELDS.outcome));
  const named = holderOf(fields, text, nodes.known);
  const endedMicros = at(TASK_FIELDS.ended);
  const word = wordOfTask(fields, text, { ended: endedMicros !== undefined, held: named !== undefined });
  const holder = named ?? nodes.pointer;
  return {
    word,
    phase: phaseOf(word, { named: named !== undefined, pointed: nodes.pointer !== undefined }),
    priority: priority === undefined ? undefined : (PRIORITIES.find((known) => known === priority) ?? 'other'),
    holder,
    createdMicros: at(TASK_FIELDS.created),
    claimedMicros: at(TASK_FIELDS.claimed),
    releasedMicros: at(TASK_FIELDS.released),
    endedMicros,
    outcome: outcome === undefined ? undefined : outcomeWordOf(outcome),
    filesModified: countOf(pick(fields, TASK_FIELDS.filesModified)),
    testsPassed: countOf(pick(fields, TASK_FIELDS.testsPassed)),
    testsFailed: countOf(pick(fields, TASK_FIELDS.testsFailed)),
  };
}

/** The older convention changes the text alone, so a marker says more than a status that is still `pending`. */
function wordOfTask(
  fields: JsonObject,
  text: TaskText,
  has: { readonly ended: boolean; readonly held: boolean },
): TaskWord {
  const status = wordOf(pick(fields, TASK_FIELDS.status));
  const word = status === undefined ? undefined : taskWordOf(status);
  if (word !== undefined && word !== 'pending') return word;
  if (text.condition !== undefined) return text.condition;
  if (word !== undefined) return word;
  return has.ended ? 'completed' : has.held ? 'in_progress' : 'pending';
}

/**
 * A `pending` task with a holder is reserved, not claimed. In review, with a question to a person, or with a word that is
 * not known, it is claimed as long as somebody has it.
 */
function phaseOf(word: TaskWord, holder: { readonly named: boolean; readonly pointed: boolean }): TaskPhase {
  if (word === 'completed' || word === 'failed' || word === 'abandoned') return 'ended';
  if (word === 'in_progress') return 'claimed';
  if (word === 'pending') return holder.pointed ? 'claimed' : 'queued';
  if (word === 'blocked') return 'queued';
  return holder.named || holder.pointed ? 'claimed' : 'queued';
}

/** Who holds it: a known node or something that could be an id, never a sentence. */
function holderOf(fields: JsonObject, text: TaskText, known: ReadonlyMap<string, NodeState>): string | undefined {
  const written = pick(fields, TASK_FIELDS.holder);
  const inside = isObject(written) ? pick(written, ['node_id', 'agent_id', 'id', 'name']) : written;
  const holder = nameOf(inside) ?? nameOf(text.nodeId);
  return holder !== undefined && (known.has(holder) || looksLikeId(holder)) ? holder : undefined;
}
