import type { MetricData } from '../../metrics/index.ts';
import { statusAt } from './advance-nodes.ts';
import type { ClusterMemory } from './cluster-memory.ts';
import type { ClusterModel } from './cluster-model.ts';
import { type ClusterLimits, secondsBetween } from './fact-list.ts';

/** How many nodes and tasks there are of each kind. */
export type ClusterCounts = {
  /** Not terminated, with a fresh heartbeat or without any heartbeat at all. */
  readonly activeNodes: number;
  readonly idleNodes: number;
  readonly queuedTasks: number;
  readonly claimedTasks: number;
  readonly endedTasks: number;
};

/** Counts a cluster as it stands at a moment, which decides whose heartbeat is fresh. */
export function countCluster(model: ClusterModel, atMicros: number, limits: ClusterLimits): ClusterCounts {
  const statuses = [...model.nodes.values()].map((node) => statusAt(node, atMicros, limits));
  const phases = [...model.tasks.values()].map((task) => task.phase);
  return {
    activeNodes: statuses.filter((status) => status !== 'terminated' && status !== 'silent').length,
    idleNodes: statuses.filter((status) => status === 'idle').length,
    queuedTasks: phases.filter((phase) => phase === 'queued').length,
    claimedTasks: phases.filter((phase) => phase === 'claimed').length,
    endedTasks: phases.filter((phase) => phase === 'ended').length,
  };
}

/** The data of a `cluster.snapshot` at a moment. Ages are left out where the file gives no time. */
export function snapshotAt(
  memory: Pick<ClusterMemory, 'model' | 'tasks'>,
  atMicros: number,
  limits: ClusterLimits,
): MetricData<'cluster.snapshot'> {
  const { model } = memory;
  const counts = countCluster(model, atMicros, limits);
  return {
    active_nodes: counts.activeNodes,
    idle_nodes: counts.idleNodes,
    pending_tasks: counts.queuedTasks,
    in_progress_tasks: counts.claimedTasks,
    oldest_pending_seconds: secondsBetween(oldestQueuedMicros(memory), atMicros),
    max_nodes: model.workload.maxNodes,
    workload_status: model.workload.status,
    spawn_recommendation: model.workload.advice,
    assessment_age_seconds: secondsBetween(model.workload.assessedMicros, atMicros),
  };
}

function oldestQueuedMicros({ model, tasks }: Pick<ClusterMemory, 'model' | 'tasks'>): number | undefined {
  let oldest: number | undefined;
  for (const [taskId, task] of model.tasks) {
    if (task.phase !== 'queued') continue;
    const since = task.createdMicros ?? tasks.get(taskId)?.queuedSinceMicros;
    if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
  }
  return oldest;
}
