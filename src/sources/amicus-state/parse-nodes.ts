import type { NodeState } from './cluster-model.ts';
import { NODE_FIELDS, STATE_FIELDS } from './field-names.ts';
import { isObject, type JsonObject, microsOf, nameOf, pick, textOf, wordOf } from './read-value.ts';
import { nodeWordOf } from './status-words.ts';

/** A node, and what it says of its task, to be matched with the tasks: an id, or a text where tasks have no ids. */
export type WrittenNode = { readonly state: NodeState; readonly task: string | undefined };

/** All nodes of a state file: from an object keyed by id, a list with ids inside, or bare heartbeats by id. */
export function parseNodes(root: JsonObject, nowMicros: number): ReadonlyMap<string, WrittenNode> {
  const nodes = new Map<string, WrittenNode>();
  for (const [id, entry] of nodeEntries(root)) {
    const nodeId = nameOf(id);
    if (nodeId !== undefined) nodes.set(nodeId, parseNode(entry, nowMicros));
  }
  return nodes;
}

/** The entries as they are written, by what they call themselves. */
export function nodeEntries(root: JsonObject): readonly (readonly [unknown, JsonObject])[] {
  const written = pick(root, STATE_FIELDS.nodes);
  if (Array.isArray(written)) {
    return written.flatMap((entry: unknown) =>
      isObject(entry) ? [[pick(entry, NODE_FIELDS.id), entry] as const] : [[entry, {}] as const],
    );
  }
  if (isObject(written)) return Object.entries(written).map(([id, entry]) => [id, isObject(entry) ? entry : {}]);
  const heartbeats = pick(root, STATE_FIELDS.heartbeats);
  if (!isObject(heartbeats)) return [];
  return Object.entries(heartbeats).map(([id, beat]) => [id, isObject(beat) ? beat : { last_heartbeat: beat }]);
}

function parseNode(entry: JsonObject, nowMicros: number): WrittenNode {
  const at = (spellings: readonly string[]): number | undefined => microsOf(pick(entry, spellings), nowMicros);
  const model = pick(entry, NODE_FIELDS.model);
  const status = wordOf(pick(entry, NODE_FIELDS.status));
  return {
    task: textOf(pick(entry, NODE_FIELDS.task)),
    state: {
      role: nameOf(pick(entry, NODE_FIELDS.role)),
      model: nameOf(isObject(model) ? pick(model, ['name', 'id', 'model']) : model),
      status: status === undefined ? undefined : nodeWordOf(status),
      heartbeatMicros: at(NODE_FIELDS.heartbeat),
      activityMicros: at(NODE_FIELDS.activity),
      idleSinceMicros: at(NODE_FIELDS.idleSince),
      registeredMicros: at(NODE_FIELDS.registered),
      statusSinceMicros: at(NODE_FIELDS.statusSince),
    },
  };
}
