import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { SystemClock } from '../../../src/model/clock.ts';
import { AmicusStateSource } from '../../../src/sources/amicus-state/amicus-state-source.ts';
import { startBus } from '../../support/bus-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Works through two tasks, one of them claimed twice, with a watcher beside; gives what the store then holds. */
async function workBesideWatcher(dialect: string): Promise<Record<string, number>> {
  const directory = join(temporaryFolder(), '.ai');
  const collector = openMetrics({ directory });
  const source = new AmicusStateSource({ directory });
  await source.start({
    clock: new SystemClock(),
    emit: (event) => void collector.emit(event),
    notice: () => undefined,
  });
  const bus = await startBus(directory, { dialect, metrics: true });
  const call = async (tool: string, args: Record<string, unknown>): Promise<void> => {
    await bus.call(tool, args);
    await source.poll();
  };
  await call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'big-model' });
  await call('add_task', { task: 'Port the tests', priority: 'high' });
  await call('add_task', { task: 'Ship' });
  await call('claim_best_task', { agent_id: 'Node-A' });
  await call('complete_task', { task_id: 'Port the tests', agent_id: 'Node-A', outcome: 'success' });
  await call('claim_best_task', { agent_id: 'Node-A' });
  await call('set_agent_status', { agent_id: 'Node-A', status: 'terminated' });
  await call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'big-model' });
  await call('claim_best_task', { agent_id: 'Node-A' });
  await call('complete_task', { task_id: 'Ship', agent_id: 'Node-A', outcome: 'failure' });
  await bus.client.close();
  await source.stop();
  const counts: Record<string, number> = {};
  for (const metric of ['node.registered', 'task.created', 'task.claimed', 'task.completed'] as const) {
    const answer = await collector.query({ metric });
    counts[metric] = answer.events.length;
  }
  await collector.close();
  return counts;
}

describe('a watcher beside the instrumented bus', () => {
  it.each(['', 'no-ids', 'text-markers', 'string-steps'])(
    'counts each registration, claim and completion once (dialect "%s")',
    async (dialect) => {
      expect(await workBesideWatcher(dialect)).toEqual({
        'node.registered': 2,
        'task.created': 2,
        'task.claimed': 3,
        'task.completed': 2,
      });
    },
  );
});
