import { estimateTask, type TaskEstimate, type TaskTraits } from '../forecast/task-estimate.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { openLedger, sumBy } from '../ledger/ledger.ts';
import { nodeRoles } from '../ledger/node-roles.ts';
import { NANOS_PER_USD } from '../../pricing/index.ts';
import type { ReportSpan } from './answerer.ts';
import { taskList } from './task-list.ts';

/** What a task with these traits will take and cost, from the tasks of a span that ended well. */
export async function taskEstimate(
  ask: EventAnswerer,
  span: ReportSpan,
  traits: TaskTraits,
  nowMicros: number,
): Promise<TaskEstimate> {
  const { tasks } = await taskList(ask, span, nowMicros);
  const roles = await nodeRoles(ask);
  const { lines } = await openLedger(ask, span, { fields: ['task_id'], byDay: false });
  // The dearest model of a task is the one it was done with.
  const byTask = Map.groupBy(sumBy(lines, ['task_id', 'model']), ({ key }) => key['task_id'] ?? '');
  const ended = tasks
    .filter(({ state, outcome }) => state === 'completed' && outcome !== 'failure' && outcome !== 'abandoned')
    .map(({ taskId, priority, nodeId, workSeconds, lastMicros }) => {
      const sums = byTask.get(taskId) ?? [];
      const known = sums.length > 0 && sums.every(({ figures }) => figures.unpricedEvents === 0);
      const costNanos = sums.reduce((sum, { figures }) => sum + figures.costNanos, 0n);
      return {
        endMicros: lastMicros,
        priority,
        role: roles.get(nodeId ?? ''),
        model: sums[0]?.key['model'],
        workSeconds,
        costUsd: known ? Number(costNanos) / NANOS_PER_USD : undefined,
      };
    });
  return estimateTask(ended, traits);
}
