import type { MetricData, MetricName } from '../../metrics/index.ts';
import type { IncomingEvent } from '../../model/event.ts';
import { momentStamp, transitionIdentity } from '../../model/identity.ts';
import type { ClusterModel, TaskState } from '../amicus-state/cluster-model.ts';
import { secondsBetween } from '../amicus-state/fact-list.ts';
import type { AmicusCall } from './amicus-call.ts';

/** Rounding of two clocks' readings of one moment: Amicus writes floats, ours follows the system within 2 ms. */
const SLACK_MICROS = 5_000;

const OUTCOMES = ['success', 'failure', 'partial', 'abandoned'] as const;
const CLAIMS = ['claim_task', 'claim_best_task'];

/** Where a state file belongs: the cluster's key within its store, and its name where the store holds several. */
export type ClusterPlace = { readonly key: string; readonly cluster?: string | undefined };

/**
 * What a call did, as far as the state file right after it proves: a claim, an end or a registration by this node whose
 * time in the file lies within the call. Its identity is then the one that a watcher of the file gives, so it counts
 * once. A file that keeps no such times proves nothing, and the fact is left to the watcher.
 */
export function amicusFacts(call: AmicusCall, model: ClusterModel, place: ClusterPlace): readonly IncomingEvent[] {
  const events: IncomingEvent[] = [];
  const isDuring = (micros: number | undefined): micros is number =>
    micros !== undefined && micros >= call.startMicros - SLACK_MICROS && micros <= call.endMicros + SLACK_MICROS;
  const tell = <Name extends MetricName>(metric: Name, data: MetricData<Name>, told: Telling): void => {
    const { subject, stampMicros, atMicros, inferred = false } = told;
    const identity = transitionIdentity({ cluster: place.key, metric, subject, stamp: momentStamp(stampMicros) });
    events.push({ metric, atMicros, data, source: 'mcp-proxy', inferred, cluster: place.cluster, identity });
  };

  const { writtenMicros, sizeBytes, mtimeMicros } = model.version;
  if (isDuring(writtenMicros)) {
    // Another node may have written last within the call; then the time is that of its write, and the length ours.
    tell(
      'state.write',
      { node_id: call.nodeId, duration_ms: call.durationMillis, file_size_bytes: sizeBytes },
      { subject: '', stampMicros: writtenMicros, atMicros: mtimeMicros, inferred: true },
    );
  }
  if (call.nodeId === undefined) return events;
  const node = model.nodes.get(call.nodeId);
  if (call.tool === 'register_node' && isDuring(node?.registeredMicros)) {
    tell(
      'node.registered',
      { node_id: call.nodeId, role: node.role, model: node.model },
      { subject: call.nodeId, stampMicros: node.registeredMicros, atMicros: node.registeredMicros },
    );
  }
  for (const [taskId, task] of model.tasks) {
    const { claimedMicros, endedMicros } = task;
    if (claimedMicros === undefined || task.holder !== call.nodeId) continue;
    if (CLAIMS.includes(call.tool) && task.phase === 'claimed' && isDuring(claimedMicros)) {
      tell('task.claimed', claimOf(taskId, task, claimedMicros), {
        subject: taskId,
        stampMicros: claimedMicros,
        atMicros: claimedMicros,
      });
    }
    if (call.tool === 'complete_task' && task.phase === 'ended' && isDuring(endedMicros)) {
      tell('task.completed', completionOf(taskId, task, call), {
        subject: taskId,
        stampMicros: claimedMicros,
        atMicros: endedMicros,
      });
    }
  }
  return events;
}

type Telling = {
  readonly subject: string;
  readonly stampMicros: number;
  readonly atMicros: number;
  readonly inferred?: boolean;
};

function claimOf(taskId: string, task: TaskState, claimedMicros: number): MetricData<'task.claimed'> {
  const queuedMicros = task.releasedMicros ?? task.createdMicros;
  return {
    node_id: task.holder,
    task_id: taskId,
    priority: task.priority,
    queue_seconds: secondsBetween(queuedMicros, claimedMicros),
  };
}

function completionOf(taskId: string, task: TaskState, call: AmicusCall): MetricData<'task.completed'> {
  const word = call.outcome?.toLowerCase();
  return {
    node_id: task.holder,
    task_id: taskId,
    duration_seconds: secondsBetween(task.claimedMicros, task.endedMicros),
    outcome: task.outcome ?? OUTCOMES.find((known) => known === word) ?? 'unknown',
    files_modified: task.filesModified ?? call.filesModified,
    tests_passed: task.testsPassed ?? call.testsPassed,
    tests_failed: task.testsFailed ?? call.testsFailed,
  };
}
