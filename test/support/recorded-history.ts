import { openMetrics } from '../../src/metrics-collector.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { EventData } from '../../src/model/event.ts';

/** 2026-02-02T10:00:00Z. */
export const HISTORY_START_SECONDS = 1_770_026_400;

/** A clock that stands two minutes after the history began. */
export const AFTER_HISTORY: Clock = {
  nowMicros: () => (HISTORY_START_SECONDS + 120) * 1e6,
  monotonicMillis: () => performance.now(),
};

const NODE_A = 'Node-A1B2';
const NODE_B = 'Node-C3D4';

/** Seconds after the start, metric, fields. */
const HISTORY: readonly (readonly [number, string, EventData])[] = [
  [0, 'node.registered', { node_id: NODE_A, role: 'developer', model: 'example-large' }],
  [0.5, 'node.registered', { node_id: NODE_B, role: 'architect', model: 'example-small' }],
  [1, 'node.status', { node_id: NODE_A, status: 'idle' }],
  [1, 'node.status', { node_id: NODE_B, status: 'idle' }],
  [2, 'task.created', { task_id: 'task-1', priority: 'high' }],
  [3, 'task.created', { task_id: 'task-2', priority: 'low' }],
  [4, 'task.claimed', { task_id: 'task-1', node_id: NODE_A, priority: 'high', queue_seconds: 2 }],
  [4, 'node.status', { node_id: NODE_A, status: 'working', previous: 'idle', task_id: 'task-1' }],
  [5, 'tool.called', { node_id: NODE_A, tool: 'claim_task', duration_ms: 3, outcome: 'success' }],
  [5.5, 'state.read', { node_id: NODE_A, duration_ms: 1.5, lock_wait_ms: 0.2, file_size_bytes: 4_096 }],
  [6, 'state.write', { node_id: NODE_A, duration_ms: 4, lock_wait_ms: 0.5, file_size_bytes: 4_100 }],
  [6, 'state.lock', { node_id: NODE_A, operation: 'write', wait_ms: 0.5, hold_ms: 3 }],
  [20, 'task.released', { task_id: 'task-1', node_id: NODE_A, reason: 'blocked', held_seconds: 16 }],
  [20, 'node.status', { node_id: NODE_A, status: 'waiting', previous: 'working' }],
  [24, 'task.claimed', { task_id: 'task-1', node_id: NODE_B, priority: 'high', queue_seconds: 4 }],
  [24, 'node.status', { node_id: NODE_B, status: 'working', previous: 'idle', task_id: 'task-1' }],
  [40, 'tool.called', { node_id: NODE_B, tool: 'run_tests', duration_ms: 900, outcome: 'error' }],
  [64, 'task.completed', { task_id: 'task-1', node_id: NODE_B, duration_seconds: 40, outcome: 'success' }],
  [64, 'node.status', { node_id: NODE_B, status: 'idle', previous: 'working' }],
  [70, 'task.claimed', { task_id: 'task-2', node_id: NODE_B, priority: 'low', queue_seconds: 67 }],
  [70, 'node.status', { node_id: NODE_B, status: 'working', previous: 'idle', task_id: 'task-2' }],
  [90, 'cluster.snapshot', { active_nodes: 2, pending_tasks: 0, in_progress_tasks: 1, workload_status: 'balanced' }],
];

/** Records the history of a small cluster: two nodes, a task that is given back and done by the other, and one in work. */
export async function recordHistory(directory: string): Promise<void> {
  const collector = openMetrics({ directory, clock: AFTER_HISTORY });
  for (const [seconds, metric, data] of HISTORY) {
    const atMicros = Math.round((HISTORY_START_SECONDS + seconds) * 1e6);
    collector.emit({ metric, atMicros, data, source: 'library', inferred: false });
  }
  await collector.flush();
  await collector.drain();
  await collector.close();
}
