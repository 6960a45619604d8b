import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { SystemClock } from '../../../src/model/clock.ts';
import { AmicusStateSource } from '../../../src/sources/amicus-state/amicus-state-source.ts';
import { startBus } from '../../support/bus-process.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Works through two tasks, one of them claimed twice, with a watcher beside; gives what the store then holds. */
async function workBesideWatcher(dialect: string): Promise<{ counts: Record<string, number>; writes: unknown[] }> {
  const directory = join(temporaryFolder(), '.ai');
  const collector = openMetrics({ directory });
  const source = new AmicusStateSource({ directory });
  const clock = new SystemClock();
  await source.start({
    // No time passes for the watcher, so that it neither rests after a slow look nor tells what it holds before it stops.
    clock: { nowMicros: () => clock.nowMicros(), monotonicMillis: () => 0 },
    timers: new ManualTime(),
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
  // What follows a cluster takes events in once a second, before the watcher tells what the bus may have told.
  await collector.drain();
  await source.stop();
  const counts: Record<string, number> = {};
  for (const metric of ['node.registered', 'task.created', 'task.claimed', 'task.completed'] as const) {
    const answer = await collector.query({ metric });
    counts[metric] = answer.events.length;
  }
  const writes = await collector.query({ metric: 'state.write' });
  await collector.close();
  return { counts, writes: writes.events.map(({ data }) => data['duration_ms']) };
}

describe('a watcher beside the instrumented bus', () => {
  it.each(['', 'no-ids', 'text-markers', 'string-steps'])(
    'counts each fact once and keeps what the bus knows of it (dialect "%s")',
    async (dialect) => {
      const { counts, writes } = await workBesideWatcher(dialect);
      expect(counts).toEqual({ 'node.registered': 2, 'task.created': 2, 'task.claimed': 3, 'task.completed': 2 });
      expect(writes.length).toBeGreaterThanOrEqual(10);
      expect(writes.filter((duration) => duration === undefined)).toEqual([]);
    },
  );
});
