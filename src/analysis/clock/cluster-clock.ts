import type { TaskHistory } from '../reports/task-history.ts';

/**
 * Where a task's time goes. Exclusive: at each moment of its life a task is in one of them.
 *
 * - `queued`: nobody has it. `blocked`: nobody can take it, since it waits for another task.
 * - `working`: a node has it, and nothing else is known of that time.
 * - `lock_wait`: its node waited for the lock of the state file. `testing`: its tests ran.
 * - `in_review`, `human_wait`: it waited for a review, for a person.
 * - `abandoned`: a node had it and did nothing any more, until another took it or it was given back.
 * - `unattributed`: its life is known there, and nothing tells what it did.
 */
export const TASK_STATES = [
  'queued',
  'blocked',
  'working',
  'lock_wait',
  'testing',
  'in_review',
  'human_wait',
  'abandoned',
  'unattributed',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/**
 * Where a node's time goes. `working`: it has a task and works at it, or says that it works. `dead`: silent beyond the limit of heartbeats, or terminated with a task in hand.
 */
export const NODE_STATES = ['working', 'idle', 'waiting', 'dead', 'unattributed'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** A stretch of time in one state. */
export type Interval<State extends string> = {
  readonly fromMicros: number;
  /** Not included. */
  readonly toMicros: number;
  readonly state: State;
  /** Who had the task. Absent where nobody did, or nobody knows. */
  readonly nodeId: string | undefined;
  /** True when it was concluded from other facts, such as a node's state during its turn. */
  readonly concluded: boolean;
};

/** One task's life within the span of the clock. Its intervals touch each other and cover all of it. */
export type TaskLife = {
  readonly taskId: string;
  readonly priority: string | undefined;
  readonly fromMicros: number;
  readonly toMicros: number;
  /** True while it has not ended. */
  readonly open: boolean;
  readonly intervals: readonly Interval<TaskState>[];
  /** Its whole history as far as it is known, also before the span. */
  readonly history: TaskHistory;
};

/**
 * One node's life within the span of the clock. Its intervals touch each other and cover all of it. A node that left and
 * came back has a life for each stay: the time between is nobody's.
 */
export type NodeLife = {
  readonly nodeId: string;
  readonly role: string | undefined;
  readonly model: string | undefined;
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly intervals: readonly Interval<NodeState>[];
};

/** A wait for the lock of the state file. */
export type LockWait = {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Who waited. */
  readonly nodeId: string | undefined;
  /** Who held it, where that is known. */
  readonly holderId: string | undefined;
};

/** The time of every task and every node of a cluster within a span. */
export type ClusterClock = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly tasks: readonly TaskLife[];
  readonly nodes: readonly NodeLife[];
  /** Those of at least 50 ms, in order of their beginning. */
  readonly lockWaits: readonly LockWait[];
  /** False when detail of the span has expired or was too much to read: figures are then of a part of it. */
  readonly complete: boolean;
};
