import type { SPAWN_RECOMMENDATIONS, WORKLOAD_STATUSES } from '../../metrics/cluster-snapshot.ts';
import type { TASK_OUTCOMES } from '../../metrics/task-completed.ts';
import type { PRIORITIES } from '../../metrics/task-created.ts';

/**
 * A cluster as one version of its state file shows it, in one form whatever the file's dialect. Holds no content:
 * texts were hashed or measured on the way in, unknown fields were left behind.
 */
export type ClusterModel = {
  readonly version: StateVersion;
  /** In the file's order. */
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly tasks: ReadonlyMap<string, TaskState>;
  readonly messages: readonly MessageState[];
  readonly workload: Workload;
  readonly activeFiles: number;
  readonly askUser: boolean;
  /** The cluster has agreed that it is done. */
  readonly agreementReached: boolean;
};

/** Which version of the file. Two looks that agree in hash and time saw the same one. */
export type StateVersion = {
  readonly mtimeMicros: number;
  readonly sizeBytes: number;
  readonly contentHash: string;
  /** When the file says that it was written. May be left over from another writer. */
  readonly writtenMicros?: number | undefined;
};

/** What a node says of itself; `other` is a word outside the list. */
export type NodeWord = 'working' | 'idle' | 'waiting' | 'terminated' | 'other';

export type NodeState = {
  readonly role?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: NodeWord | undefined;
  readonly taskId?: string | undefined;
  readonly heartbeatMicros?: number | undefined;
  readonly activityMicros?: number | undefined;
  readonly idleSinceMicros?: number | undefined;
  readonly registeredMicros?: number | undefined;
  readonly statusSinceMicros?: number | undefined;
};

/** Where a task stands: waiting for a node, held by one, or done with. */
export type TaskPhase = 'queued' | 'claimed' | 'ended';
/** The word behind the phase. */
export type TaskWord =
  | 'pending'
  | 'blocked'
  | 'in_progress'
  | 'in_review'
  | 'human_wait'
  | 'completed'
  | 'failed'
  | 'abandoned'
  | 'other';

export type TaskState = {
  readonly phase: TaskPhase;
  readonly word: TaskWord;
  readonly priority?: (typeof PRIORITIES)[number] | undefined;
  readonly holder?: string | undefined;
  readonly createdMicros?: number | undefined;
  readonly claimedMicros?: number | undefined;
  readonly releasedMicros?: number | undefined;
  readonly endedMicros?: number | undefined;
  readonly outcome?: (typeof TASK_OUTCOMES)[number] | undefined;
  readonly filesModified?: number | undefined;
  readonly testsPassed?: number | undefined;
  readonly testsFailed?: number | undefined;
};

export type MessageState = {
  readonly key: string;
  /** False when neither an id nor a time tells it from an equal message. */
  readonly distinct: boolean;
  readonly sentMicros?: number | undefined;
  readonly nodeId?: string | undefined;
  readonly kind: 'broadcast' | 'direct' | 'unknown';
  readonly sizeBytes?: number | undefined;
};

/** What Amicus itself computed, when it last assessed its workload. */
export type Workload = {
  readonly maxNodes?: number | undefined;
  readonly managerId?: string | undefined;
  readonly status?: (typeof WORKLOAD_STATUSES)[number] | undefined;
  readonly advice?: (typeof SPAWN_RECOMMENDATIONS)[number] | undefined;
  readonly assessedMicros?: number | undefined;
};

/** A cluster of which there is no file. */
export const NO_CLUSTER: ClusterModel = {
  version: { mtimeMicros: 0, sizeBytes: 0, contentHash: '' },
  nodes: new Map(),
  tasks: new Map(),
  messages: [],
  workload: {},
  activeFiles: 0,
  askUser: false,
  agreementReached: false,
};

/** False for `NO_CLUSTER`, also for one that was written down and read again. */
export function hasCluster(model: ClusterModel): boolean {
  return model.version.contentHash !== '';
}

/** The last sign of life of a node: heartbeat or activity, whichever is later. Undefined when it gives none. */
export function lastSeenMicros(node: NodeState): number | undefined {
  const { heartbeatMicros, activityMicros } = node;
  if (heartbeatMicros === undefined || activityMicros === undefined) return heartbeatMicros ?? activityMicros;
  return Math.max(heartbeatMicros, activityMicros);
}
