import { type AmicusState, recordOf } from './amicus-state.ts';
import { type ClusterNode, isActive, MANAGER_ROLE, managerOf, nodesOf } from './node-registry.ts';
import { tasksOf } from './task-queue.ts';

export type WorkloadStatus = 'idle' | 'underutilized' | 'balanced' | 'overloaded';
export type SpawnRecommendation = 'spawn_developer' | 'spawn_architect' | 'terminate_idle' | 'maintain';

/** A look at the whole cluster. Counts are of nodes and tasks; the manager counts as an active node. */
export type Workload = {
  readonly activeNodes: number;
  readonly idleNodes: number;
  readonly pendingTasks: number;
  readonly runningTasks: number;
  readonly managerId: string | undefined;
  readonly maxAgents: number;
  readonly status: WorkloadStatus;
  readonly recommendation: SpawnRecommendation;
};

/** Amicus's own defaults. */
const DEFAULT_MAX_AGENTS = 4;
const SPAWN_PENDING_TASKS = 3;
/** Idle time plus grace time after which a node should leave. */
const IDLE_LIMIT_SECONDS = 30 + 30;

/**
 * Counts and judges. Amicus publishes one number only, its spawn rule: at least 3 pending tasks and fewer than 4
 * active nodes, or a task of high priority waiting while all nodes are busy. The rest follows its words: idle is
 * nothing to do, underutilized is few pending and several idle, overloaded is many pending and nobody free.
 */
export function assessWorkload(state: AmicusState, nowSeconds: number): Workload {
  const nodes = nodesOf(state);
  const active = [...nodes.values()].filter((node) => isActive(node, nowSeconds));
  const workers = active.filter((node) => node.role !== MANAGER_ROLE);
  const idle = workers.filter((node) => node.status === 'idle');
  const tasks = tasksOf(state);
  const pending = tasks.filter((task) => task.status === 'pending');
  const running = tasks.filter((task) => task.status === 'in_progress');
  const maxAgents = maxAgentsOf(state);

  const highWaitsForAll = idle.length === 0 && pending.some((task) => task.priority === 'high');
  const status = judge(pending.length, running.length, idle.length);
  let recommendation: SpawnRecommendation = 'maintain';
  if (highWaitsForAll && !active.some((node) => node.role === 'architect')) recommendation = 'spawn_architect';
  else if (highWaitsForAll || (pending.length >= SPAWN_PENDING_TASKS && active.length < maxAgents)) {
    recommendation = 'spawn_developer';
  } else if ((status === 'idle' || status === 'underutilized') && idle.some((node) => isPastLimit(node, nowSeconds))) {
    recommendation = 'terminate_idle';
  }
  return {
    activeNodes: active.length,
    idleNodes: idle.length,
    pendingTasks: pending.length,
    runningTasks: running.length,
    managerId: managerOf(nodes, nowSeconds),
    maxAgents,
    status,
    recommendation,
  };
}

/** Writes an assessment where Amicus keeps it. */
export function withWorkload(state: AmicusState, workload: Workload, nowSeconds: number): AmicusState {
  return {
    ...state,
    cluster_metadata: {
      ...recordOf(state['cluster_metadata']),
      max_agents: workload.maxAgents,
      active_agent_count: workload.activeNodes,
      idle_agent_count: workload.idleNodes,
      pending_task_count: workload.pendingTasks,
      manager_id: workload.managerId ?? null,
    },
    work_distribution: {
      ...recordOf(state['work_distribution']),
      last_assessment: nowSeconds,
      workload_status: workload.status,
      spawn_recommendation: workload.recommendation,
    },
  };
}

function judge(pending: number, running: number, idle: number): WorkloadStatus {
  if (pending === 0 && running === 0) return 'idle';
  if (idle >= 2 && pending < idle) return 'underutilized';
  return idle === 0 && pending >= SPAWN_PENDING_TASKS ? 'overloaded' : 'balanced';
}

function isPastLimit(node: ClusterNode, nowSeconds: number): boolean {
  return node.idleSince !== undefined && nowSeconds - node.idleSince > IDLE_LIMIT_SECONDS;
}

function maxAgentsOf(state: AmicusState): number {
  const stated = recordOf(state['cluster_metadata'])?.['max_agents'];
  return typeof stated === 'number' && Number.isInteger(stated) && stated > 0 ? stated : DEFAULT_MAX_AGENTS;
}
