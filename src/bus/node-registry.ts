import { type AmicusState, listOf, recordOf, secondsOf, textOf } from './amicus-state.ts';

/** What a node may be doing. `terminated` nodes have left; their entry stays. */
export const NODE_WORDS = ['working', 'idle', 'waiting', 'terminated'] as const;
export type NodeWord = (typeof NODE_WORDS)[number];

/** The role of the node that hands out work. A cluster without one needs to start one. */
export const MANAGER_ROLE = 'bootstrap_manager';

/** Three missed heartbeats of 30 s: a node silent for longer does not count as active. */
export const SILENT_AFTER_SECONDS = 90;

/** An entry of `cluster_nodes`. Times are Unix seconds. */
export type ClusterNode = {
  readonly role: string;
  readonly modelName: string;
  readonly strength: string;
  readonly status: string;
  readonly lastHeartbeat: number | undefined;
  readonly currentTaskId: string | undefined;
  readonly idleSince: number | undefined;
  readonly lastActivity: number | undefined;
  /** When it joined, or last came back. */
  readonly registeredAt: number | undefined;
  /** Since when it has its status. */
  readonly statusSince: number | undefined;
  /** The entry as it was read, for its unknown fields. */
  readonly raw: Readonly<Record<string, unknown>>;
};

export type Registration = {
  readonly nodeId: string;
  readonly role: string;
  readonly modelName: string;
  readonly strength: string;
};

/** All nodes by id, whether the file keeps them as an object or as a list with ids inside. */
export function nodesOf(state: AmicusState): ReadonlyMap<string, ClusterNode> {
  const nodes = new Map<string, ClusterNode>();
  const asObject = recordOf(state['cluster_nodes']);
  for (const [nodeId, entry] of Object.entries(asObject ?? {})) nodes.set(nodeId, toNode(entry));
  for (const entry of listOf(state['cluster_nodes'])) {
    const raw = recordOf(entry);
    const nodeId = textOf(raw?.['id'] ?? raw?.['node_id'] ?? raw?.['agent_id']);
    if (nodeId !== undefined) nodes.set(nodeId, toNode(entry));
  }
  return nodes;
}

/** True while a node takes part: it has not left, and its last heartbeat is not too old. */
export function isActive(node: ClusterNode, nowSeconds: number): boolean {
  if (node.status === 'terminated') return false;
  return node.lastHeartbeat === undefined || nowSeconds - node.lastHeartbeat <= SILENT_AFTER_SECONDS;
}

/** The active manager, if there is one. */
export function managerOf(nodes: ReadonlyMap<string, ClusterNode>, nowSeconds: number): string | undefined {
  for (const [nodeId, node] of nodes) if (node.role === MANAGER_ROLE && isActive(node, nowSeconds)) return nodeId;
  return undefined;
}

/** Adds a node, or brings it back, or refreshes what it says of itself. */
export function registerNode(state: AmicusState, registration: Registration, nowSeconds: number): AmicusState {
  const known = nodesOf(state).get(registration.nodeId);
  const stays = known !== undefined && known.status !== 'terminated';
  return withNode(state, registration.nodeId, {
    raw: known?.raw ?? {},
    role: registration.role,
    modelName: registration.modelName,
    strength: registration.strength,
    status: stays ? known.status : 'idle',
    currentTaskId: stays ? known.currentTaskId : undefined,
    idleSince: stays ? known.idleSince : nowSeconds,
    lastHeartbeat: nowSeconds,
    lastActivity: nowSeconds,
    registeredAt: stays ? known.registeredAt : nowSeconds,
    statusSince: stays ? known.statusSince : nowSeconds,
  });
}

/** Notes a sign of life. Undefined for a node that never registered. */
export function beat(state: AmicusState, nodeId: string, nowSeconds: number): AmicusState | undefined {
  const node = nodesOf(state).get(nodeId);
  return node === undefined ? undefined : withNode(state, nodeId, { ...node, lastHeartbeat: nowSeconds });
}

/** Sets what a node does and since when it is idle. A node that never registered gets an entry of unknown role. */
export function withStatus(
  state: AmicusState,
  nodeId: string,
  status: NodeWord,
  currentTaskId: string | undefined,
  nowSeconds: number,
): AmicusState {
  const node = nodesOf(state).get(nodeId) ?? toNode({});
  const idleSince = status === 'idle' || status === 'terminated' ? (node.idleSince ?? nowSeconds) : undefined;
  return withNode(state, nodeId, {
    ...node,
    status,
    statusSince: status === node.status && node.statusSince !== undefined ? node.statusSince : nowSeconds,
    currentTaskId,
    idleSince,
    lastHeartbeat: nowSeconds,
    lastActivity: nowSeconds,
  });
}

/** Notes that a node did something, and which model it runs on where it says so. Nodes that never registered stay out. */
export function touch(
  state: AmicusState,
  nodeId: string,
  model: { readonly name: string; readonly strength: string } | undefined,
  nowSeconds: number,
): AmicusState {
  const node = nodesOf(state).get(nodeId);
  if (node === undefined) return state;
  const { modelName, strength } = node;
  const told = model === undefined ? { modelName, strength } : { modelName: model.name, strength: model.strength };
  return withNode(state, nodeId, { ...node, ...told, lastActivity: nowSeconds });
}

function withNode(state: AmicusState, nodeId: string, node: ClusterNode): AmicusState {
  const entries = [...nodesOf(state)].map(([id, other]): [string, unknown] => [id, other.raw]);
  const nodes = new Map(entries).set(nodeId, toEntry(node));
  // Object.fromEntries makes own members, so a node that calls itself "__proto__" stays a plain entry.
  return { ...state, cluster_nodes: Object.fromEntries(nodes) };
}

function toNode(entry: unknown): ClusterNode {
  const raw = recordOf(entry) ?? {};
  const model = recordOf(raw['model']);
  return {
    raw,
    role: textOf(raw['role']) ?? 'unknown',
    modelName: textOf(model?.['name'] ?? raw['model_name'] ?? raw['model']) ?? 'unknown',
    strength: textOf(model?.['strength'] ?? raw['strength']) ?? 'unknown',
    status: (textOf(raw['status']) ?? 'idle').toLowerCase(),
    lastHeartbeat: secondsOf(raw['last_heartbeat']),
    currentTaskId: textOf(raw['current_task_id']),
    idleSince: secondsOf(raw['idle_since']),
    lastActivity: secondsOf(raw['last_activity']),
    registeredAt: secondsOf(raw['registered_at']),
    statusSince: secondsOf(raw['status_since']),
  };
}

function toEntry(node: ClusterNode): Record<string, unknown> {
  return {
    ...node.raw,
    role: node.role,
    model: { name: node.modelName, strength: node.strength },
    last_heartbeat: node.lastHeartbeat ?? null,
    status: node.status,
    current_task_id: node.currentTaskId ?? null,
    idle_since: node.idleSince ?? null,
    last_activity: node.lastActivity ?? null,
    registered_at: node.registeredAt,
    status_since: node.statusSince,
  };
}
