import { join } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BusOptions, createMcpServer, openBus, PLAIN_DIALECT } from '../../src/bus/index.ts';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import type { MetricName } from '../../src/metrics/index.ts';
import { microsOfSeconds, momentStamp, transitionIdentity } from '../../src/model/identity.ts';
import { SystemClock } from '../../src/model/clock.ts';
import type { EventData } from '../../src/model/event.ts';
import { type BusProcess, startBus, stateIn } from '../support/bus-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function reader(directory: string): MetricsCollector {
  const metrics = openMetrics({ directory });
  onTestFinished(async () => metrics.close());
  return metrics;
}

async function dataOf(metrics: MetricsCollector, metric: MetricName): Promise<EventData[]> {
  return (await metrics.query({ metric })).events.map((event) => event.data);
}

/** The tools of a bus in this process. */
async function openTools(directory: string, recorder: BusOptions['recorder']): Promise<BusProcess['call']> {
  const bus = openBus({ directory, clock: new SystemClock(), random: () => 0.5, dialect: PLAIN_DIALECT, recorder });
  const server = createMcpServer(bus);
  const client = new Client({ name: 'test', version: '0' });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
  onTestFinished(async () => client.close());
  return async (name, args = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  };
}

/** A bus that records, and a node that has claimed the one task of high priority. */
async function busWithClaim(dialect = ''): Promise<{ directory: string; bus: BusProcess }> {
  const directory = join(temporaryFolder(), '.ai');
  const bus = await startBus(directory, { metrics: true, dialect });
  await bus.call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'model-x' });
  await bus.call('add_task', { task: 'secret words of a task', priority: 'high' });
  await bus.call('claim_best_task', { agent_id: 'Node-A' });
  return { directory, bus };
}

const complete = { task_id: 'task-1', agent_id: 'Node-A', outcome: 'failed', files_modified: 2, tests_passed: 9 };

describe('what the bus records', () => {
  it('is registration, claim and completion, with waiting and working time', async () => {
    const { directory, bus } = await busWithClaim();
    await bus.call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'model-x' });
    await bus.call('complete_task', complete);
    const metrics = reader(directory);
    expect(await dataOf(metrics, 'node.registered')).toEqual([
      { node_id: 'Node-A', role: 'developer', model: 'model-x' },
    ]);
    const [claim, ...otherClaims] = await dataOf(metrics, 'task.claimed');
    expect(claim).toMatchObject({ node_id: 'Node-A', task_id: 'task-1', priority: 'high' });
    expect(claim?.['queue_seconds']).toBeGreaterThan(0);
    expect(otherClaims).toEqual([]);
    const [end] = await dataOf(metrics, 'task.completed');
    expect(end).toMatchObject({ task_id: 'task-1', outcome: 'failure', files_modified: 2, tests_passed: 9 });
    expect(end?.['duration_seconds']).toBeGreaterThan(0);
    expect(end).not.toHaveProperty('tests_failed');
  });

  it('is every access to the file and every tool, without a word of their content', async () => {
    const { directory, bus } = await busWithClaim();
    await bus.call('read_state');
    await bus.call('claim_task', { task_id: 'task-1', agent_id: 'Node-B' }).catch(() => undefined);
    const metrics = reader(directory);
    // Registration, task and claim replaced the file; the look and the refused claim did not.
    expect(await dataOf(metrics, 'state.write')).toHaveLength(3);
    expect(await dataOf(metrics, 'state.read')).toHaveLength(2);
    const locks = await dataOf(metrics, 'state.lock');
    expect(locks.map((lock) => lock['operation'])).toEqual(['write', 'write', 'write', 'read', 'read']);
    for (const lock of locks) expect(lock['hold_ms']).toBeGreaterThan(0);
    const calls = await dataOf(metrics, 'tool.called');
    expect(calls.map((call) => [call['tool'], call['outcome']])).toEqual([
      ['register_node', 'success'],
      ['add_task', 'success'],
      ['claim_best_task', 'success'],
      ['read_state', 'success'],
      ['claim_task', 'error'],
    ]);
    expect(calls[3]).toMatchObject({ server: 'amicus', node_id: 'Node-A', task_id: 'task-1' });
    expect(JSON.stringify([calls, locks])).not.toContain('secret words');
  });

  it('counts once with what a watcher of the file tells of the same facts', async () => {
    const { directory } = await busWithClaim();
    const state = stateIn(directory);
    const [step] = state['next_steps'] as { claimed_at: number }[];
    const stampOf = (seconds: unknown): string => momentStamp(microsOfSeconds(Number(seconds)));
    const metrics = reader(directory);
    const claim = { cluster: '.', metric: 'task.claimed', subject: 'task-1', stamp: stampOf(step?.claimed_at) };
    metrics.record('task.claimed', { task_id: 'task-1' }, { identity: transitionIdentity(claim) });
    const write = { cluster: '.', metric: 'state.write', subject: '', stamp: stampOf(state['last_updated']) };
    metrics.record('state.write', {}, { identity: transitionIdentity(write) });
    await metrics.flush();
    expect(await dataOf(metrics, 'task.claimed')).toHaveLength(1);
    expect(await dataOf(metrics, 'state.write')).toHaveLength(3);
  });

  it('leaves claims and ends to the watcher where the file does not keep their times', async () => {
    const { directory, bus } = await busWithClaim('text-markers');
    await bus.call('complete_task', complete);
    const metrics = reader(directory);
    expect(await dataOf(metrics, 'task.claimed')).toEqual([]);
    expect(await dataOf(metrics, 'task.completed')).toEqual([]);
    expect(await dataOf(metrics, 'node.registered')).toHaveLength(1);
  });

  it('calls a hand-over a claim that did not wait', async () => {
    const { directory, bus } = await busWithClaim();
    await bus.call('claim_task', { task_id: 'task-1', agent_id: 'Node-B', from_agent: 'Node-A' });
    const claims = await dataOf(reader(directory), 'task.claimed');
    expect(claims).toMatchObject([{ node_id: 'Node-A' }, { node_id: 'Node-B', queue_seconds: 0 }]);
  });

  it('survives the kill of the bus', async () => {
    const { directory, bus } = await busWithClaim();
    // Its answer proves that the turn of the event loop that recorded the claim has ended.
    await bus.client.ping();
    process.kill(bus.pid, 'SIGKILL');
    expect(await dataOf(reader(directory), 'task.claimed')).toHaveLength(1);
  });

  it('is the same for a bus inside a program, which may hold the figures elsewhere', async () => {
    const workspace = temporaryFolder();
    const directory = join(workspace, '.ai');
    const metrics = reader(join(workspace, 'figures'));
    const call = await openTools(directory, metrics);
    await call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'm' });
    await call('add_task', { task: 'x', priority: 'low' });
    await call('claim_best_task', { agent_id: 'Node-A' });
    await call('complete_task', { task_id: 'task-1', agent_id: 'Node-A' });
    expect(await dataOf(metrics, 'task.completed')).toMatchObject([{ task_id: 'task-1', outcome: 'success' }]);
    expect(await dataOf(metrics, 'tool.called')).toHaveLength(4);
    expect(await dataOf(metrics, 'state.lock')).toHaveLength(4);
  });

  it('never stands between an agent and its bus, whatever a collector does', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const call = await openTools(join(temporaryFolder(), '.ai'), { directory: '/', record: fail });
    await call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'm' });
    expect(await call('add_task', { task: 'x' })).toBe('Added task-1 [medium]: x');
  });
});
