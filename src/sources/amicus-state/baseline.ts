import { SPAWN_RECOMMENDATIONS, WORKLOAD_STATUSES } from '../../metrics/cluster-snapshot.ts';
import { NODE_STATUSES } from '../../metrics/node-status.ts';
import { TASK_OUTCOMES } from '../../metrics/task-completed.ts';
import { PRIORITIES } from '../../metrics/task-created.ts';
import {
  type AskTrack,
  type Attempt,
  type ClusterMemory,
  NEVER_ASKED,
  type NodeTrack,
  type TaskTrack,
} from './cluster-memory.ts';
import type { MessageState, NodeState, StateVersion, TaskState, Workload } from './cluster-model.ts';
import { isObject, type JsonObject } from './read-value.ts';

/**
 * A memory in writing, for the next watcher: ids, words, times, counts and hashes; no content, because a memory holds
 * none. The format is read again only by the same format.
 */
const FORMAT = 1;

/** @param key `clusterKey()`, so that a file that was copied along with a workspace is not taken for another's. */
export function encodeBaseline(memory: ClusterMemory, key: string): string {
  const { model } = memory;
  return JSON.stringify({
    format: FORMAT,
    key,
    epoch_micros: memory.epochMicros,
    told: memory.told,
    model: { ...model, nodes: [...model.nodes], tasks: [...model.tasks] },
    nodes: [...memory.nodes],
    tasks: [...memory.tasks],
    message_totals: [...memory.messageTotals],
    asking: memory.asking,
  });
}

/** Reads what `encodeBaseline` wrote; undefined for anything else. Members of a wrong type are left out one by one. */
export function decodeBaseline(text: string, key: string): ClusterMemory | undefined {
  const root = parsedObject(text);
  if (root?.['format'] !== FORMAT || root['key'] !== key) return undefined;
  const { epoch_micros: epochMicros, told, model } = root;
  if (typeof epochMicros !== 'number' || typeof told !== 'number' || !isObject(model)) return undefined;
  const version = VERSION.read(model['version']);
  if (version === undefined) return undefined;
  const totals = pairsOf(root['message_totals'], (value) => (typeof value === 'number' ? value : undefined));
  return {
    epochMicros,
    told,
    model: {
      version,
      nodes: pairsOf(model['nodes'], NODE.read),
      tasks: pairsOf(model['tasks'], TASK.read),
      messages: listOf(model['messages']).flatMap((message) => MESSAGE.read(message) ?? []),
      workload: WORKLOAD.read(model['workload']) ?? {},
      activeFiles: typeof model['activeFiles'] === 'number' ? model['activeFiles'] : 0,
      askUser: model['askUser'] === true,
      agreementReached: model['agreementReached'] === true,
    },
    nodes: pairsOf(root['nodes'], NODE_TRACK.read),
    tasks: pairsOf(root['tasks'], TASK_TRACK.read),
    messageTotals: totals,
    asking: ASK_TRACK.read(root['asking']) ?? NEVER_ASKED,
  };
}

type Reader<Value> = (value: unknown) => Value | undefined;

const text: Reader<string> = (value) => (typeof value === 'string' ? value : undefined);
const number: Reader<number> = (value) => (typeof value === 'number' ? value : undefined);
const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const word =
  <Word extends string>(words: readonly Word[]): Reader<Word> =>
  (value) =>
    words.find((known) => known === value);

/** Reads an object member by member; refuses it when one of the needed members is missing. */
function shape<Value extends object>(
  members: { readonly [K in keyof Value]-?: Reader<Exclude<Value[K], undefined>> },
  needed: readonly (keyof Value & string)[],
): { readonly read: Reader<Value> } {
  const readers = Object.entries<Reader<unknown>>(members);
  const read: Reader<Value> = (value) => {
    if (!isObject(value)) return undefined;
    const entries = readers.map(([name, reader]): [string, unknown] => [name, reader(value[name])]);
    const found = Object.fromEntries(entries.filter(([, member]) => member !== undefined));
    // Every member was read by the reader of its own type, and the needed ones are there.
    return needed.every((name) => Object.hasOwn(found, name)) ? (found as Value) : undefined;
  };
  return { read };
}

const VERSION = shape<StateVersion>(
  { mtimeMicros: number, sizeBytes: number, contentHash: text, writtenMicros: number },
  ['mtimeMicros', 'sizeBytes', 'contentHash'],
);

const NODE = shape<NodeState>(
  {
    role: text,
    model: text,
    status: word(['working', 'idle', 'waiting', 'terminated', 'other']),
    taskId: text,
    heartbeatMicros: number,
    activityMicros: number,
    idleSinceMicros: number,
    registeredMicros: number,
    statusSinceMicros: number,
  },
  [],
);

const TASK = shape<TaskState>(
  {
    phase: word(['queued', 'claimed', 'ended']),
    word: word([
      'pending',
      'blocked',
      'in_progress',
      'in_review',
      'human_wait',
      'completed',
      'failed',
      'abandoned',
      'other',
    ]),
    priority: word(PRIORITIES),
    holder: text,
    createdMicros: number,
    claimedMicros: number,
    releasedMicros: number,
    endedMicros: number,
    outcome: word(TASK_OUTCOMES),
    filesModified: number,
    testsPassed: number,
    testsFailed: number,
  },
  ['phase', 'word'],
);

const MESSAGE = shape<MessageState>(
  {
    key: text,
    distinct: flag,
    sentMicros: number,
    nodeId: text,
    kind: word(['broadcast', 'direct', 'unknown']),
    sizeBytes: number,
  },
  ['key', 'distinct', 'kind'],
);

const WORKLOAD = shape<Workload>(
  {
    maxNodes: number,
    managerId: text,
    status: word(WORKLOAD_STATUSES),
    advice: word(SPAWN_RECOMMENDATIONS),
    assessedMicros: number,
  },
  [],
);

const NODE_TRACK = shape<NodeTrack>(
  {
    live: flag,
    stay: text,
    startedMicros: number,
    registeredMicros: number,
    registrations: number,
    statusChanges: number,
    told: word(NODE_STATUSES),
    sinceMicros: number,
    silentSinceMicros: number,
  },
  ['live', 'stay', 'registrations', 'statusChanges'],
);

const ATTEMPT = shape<Attempt>({ stamp: text, startedMicros: number, holder: text, isShared: flag }, [
  'stamp',
  'isShared',
]);

const TASK_TRACK = shape<TaskTrack>(
  {
    stay: text,
    stays: number,
    attempts: number,
    attempt: ATTEMPT.read,
    queuedSinceMicros: number,
    createdMicros: number,
    claimedMicros: number,
    statusChanges: number,
  },
  ['stay', 'stays', 'attempts'],
);

const ASK_TRACK = shape<AskTrack>({ changes: number, sinceMicros: number }, ['changes']);

function parsedObject(written: string): JsonObject | undefined {
  try {
    const root: unknown = JSON.parse(written);
    return isObject(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function pairsOf<Value>(value: unknown, read: Reader<Value>): ReadonlyMap<string, Value> {
  const pairs = new Map<string, Value>();
  for (const pair of listOf(value)) {
    const [key, held] = listOf(pair);
    const found = read(held);
    if (typeof key === 'string' && found !== undefined) pairs.set(key, found);
  }
  return pairs;
}
