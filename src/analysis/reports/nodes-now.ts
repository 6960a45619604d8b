import type { StoredEvent } from '../../model/event.ts';
import { type Answerer, newestEvents, textField } from './answerer.ts';
import { taskHistories, TASK_METRICS } from './task-list.ts';

/** Events read of each metric, newest first: what is now was told lately. */
const MAX_EVENTS = 1_000;

/** A node as the latest events tell of it. */
export type NodeNow = {
  readonly nodeId: string;
  readonly role: string | undefined;
  readonly model: string | undefined;
  /** Absent when no status was ever told: the node registered, and that is all. */
  readonly status: string | undefined;
  /** Since when it has that status; absent when the change was not seen. */
  readonly sinceMicros: number | undefined;
  /** The task it holds: claimed, not ended and not released. */
  readonly taskId: string | undefined;
  readonly taskSinceMicros: number | undefined;
  /** When it first registered, changed its status or held a task, among the events read; absent without such events. */
  readonly firstSeenMicros: number | undefined;
};

/** A node as the state file shows it at this moment. Says what is, and nothing of since when. */
export type SeenNode = {
  readonly nodeId: string;
  readonly role?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: string | undefined;
  readonly taskId?: string | undefined;
  readonly idleSeconds?: number | undefined;
};

/** Order of statuses in lists: what works comes first, what is gone comes last. */
const RANK = ['working', 'waiting', 'idle', 'other', undefined, 'silent', 'terminated'];

/** By character code: the same everywhere, and without loading a language's rules. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byRank = (a: NodeNow, b: NodeNow): number =>
  RANK.indexOf(a.status) - RANK.indexOf(b.status) || compareNames(a.nodeId, b.nodeId);

type Held = { readonly taskId: string; readonly sinceMicros: number };

/** The task each node holds, from the task events of the last time. The latest claim counts. */
export function heldTasks(events: readonly StoredEvent[]): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const { taskId, attempts } of taskHistories(events)) {
    const open = attempts.at(-1);
    if (open?.nodeId === undefined || open.toMicros !== undefined) continue;
    const before = held.get(open.nodeId);
    if (before === undefined || before.sinceMicros < open.fromMicros) {
      held.set(open.nodeId, { taskId, sinceMicros: open.fromMicros });
    }
  }
  return held;
}

function toNode(nodeId: string, events: readonly StoredEvent[], held: Held | undefined): NodeNow {
  let status: string | undefined;
  const firstSeenMicros = events[0]?.atMicros ?? held?.sinceMicros;
  let sinceMicros = firstSeenMicros;
  let role: string | undefined;
  let model: string | undefined;
  let statedTask: Held | undefined;
  for (const event of events) {
    if (event.metric === 'node.registered') {
      role = textField(event, 'role') ?? role;
      model = textField(event, 'model') ?? model;
      // It came back: what was told of it before no longer holds.
      if (status === 'terminated' || status === undefined) [status, sinceMicros] = [undefined, event.atMicros];
      continue;
    }
    const next = event.metric === 'node.terminated' ? 'terminated' : (textField(event, 'status') ?? 'other');
    if (next !== status) sinceMicros = event.atMicros;
    status = next;
    const taskId = textField(event, 'task_id');
    statedTask = taskId === undefined ? undefined : { taskId, sinceMicros: event.atMicros };
  }
  const gone = status === 'terminated';
  const task = gone ? undefined : (held ?? statedTask);
  return {
    nodeId,
    role,
    model,
    status,
    sinceMicros,
    taskId: task?.taskId,
    taskSinceMicros: task?.sinceMicros,
    firstSeenMicros,
  };
}

/** Puts together what events say of each node. `events`: registrations, status changes and ends, in any order. */
export function toNodesNow(events: readonly StoredEvent[], held: ReadonlyMap<string, Held>): NodeNow[] {
  const inOrder = events.toSorted((a, b) => a.atMicros - b.atMicros);
  const byNode = Map.groupBy(
    inOrder.filter((event) => event.node_id !== undefined),
    (event) => event.node_id ?? '',
  );
  // Where nobody tells of nodes themselves, their tasks still do.
  for (const [nodeId] of held) if (!byNode.has(nodeId)) byNode.set(nodeId, []);
  return [...byNode].map(([nodeId, own]) => toNode(nodeId, own, held.get(nodeId))).sort(byRank);
}

/**
 * What events tell, corrected by what is seen now. Nodes that were there before anybody watched are only seen; since
 * when a node is what it is, only events tell.
 */
export function withSeen(nodes: readonly NodeNow[], seen: readonly SeenNode[], nowMicros: number): NodeNow[] {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  for (const { nodeId, role, model, status, taskId, idleSeconds } of seen) {
    const told = byId.get(nodeId);
    const idleSince = idleSeconds === undefined ? undefined : Math.round(nowMicros - idleSeconds * 1e6);
    const gone = status === 'terminated';
    const heldTask = gone ? undefined : (taskId ?? told?.taskId);
    byId.set(nodeId, {
      nodeId,
      role: role ?? told?.role,
      model: model ?? told?.model,
      status: status ?? told?.status,
      sinceMicros: told?.status === status ? told?.sinceMicros : status === 'idle' ? idleSince : undefined,
      taskId: heldTask,
      taskSinceMicros: heldTask !== undefined && told?.taskId === heldTask ? told.taskSinceMicros : undefined,
      firstSeenMicros: told?.firstSeenMicros,
    });
  }
  return [...byId.values()].sort(byRank);
}

/**
 * Every node that the latest events tell of, or that is seen now; live ones first.
 *
 * @param seen What the state file shows now; none where there is no such file.
 */
export async function nodesNow(
  ask: Answerer,
  seen: readonly SeenNode[],
  nowMicros: number,
): Promise<readonly NodeNow[]> {
  const events: StoredEvent[] = [];
  for (const metric of ['node.registered', 'node.status', 'node.terminated']) {
    events.push(...(await newestEvents(ask, metric, {}, MAX_EVENTS)));
  }
  const tasks: StoredEvent[] = [];
  for (const metric of TASK_METRICS) tasks.push(...(await newestEvents(ask, metric, {}, MAX_EVENTS)));
  return withSeen(toNodesNow(events, heldTasks(tasks)), seen, nowMicros);
}
