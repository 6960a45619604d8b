import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMcpServer, openBus, parseDialect } from '../../src/bus/index.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Call = (tool: string, args?: Record<string, unknown>) => Promise<string>;

/** A bus in this process, and a way to call its tools; errors come back as text behind "refused: ". */
async function openTools(directory: string, dialect = ''): Promise<Call> {
  const clock = new SystemClock();
  const bus = openBus({ directory, clock, random: () => 0.5, dialect: parseDialect(dialect) });
  const server = createMcpServer(bus);
  const client = new Client({ name: 'test', version: '0' });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(serverSide), client.connect(clientSide)]);
  onTestFinished(async () => client.close());
  return async (tool, args = {}) => {
    const result = await client.callTool({ name: tool, arguments: args });
    const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    return result.isError === true ? `refused: ${text}` : text;
  };
}

const register = (nodeId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  agent_id: nodeId,
  role: 'developer',
  model_name: 'm',
  ...more,
});

function stateOf(directory: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as Record<string, unknown>;
}

describe('the node tools', () => {
  it('say when a manager is needed, and no more when there is one', async () => {
    const call = await openTools(temporaryFolder());
    expect(await call('register_node', register('Node-A'))).toContain('bootstrap_required: true');
    const manager = register('Node-BM-1', { role: 'bootstrap_manager' });
    expect(await call('register_node', manager)).toContain('bootstrap_required: false');
    expect(await call('register_node', register('Node-A'))).toContain('bootstrap_required: false');
  });

  it('begin a new stay when a node comes back, and none when it only says its name again', async () => {
    const directory = temporaryFolder();
    const call = await openTools(directory);
    const registeredAt = (): number => {
      const nodes = stateOf(directory)['cluster_nodes'] as Record<string, { registered_at: number }>;
      return nodes['Node-A']?.registered_at ?? 0;
    };
    await call('register_node', register('Node-A'));
    const first = registeredAt();
    await call('register_node', register('Node-A'));
    expect(registeredAt()).toBe(first);
    await call('set_agent_status', { agent_id: 'Node-A', status: 'terminated' });
    await call('register_node', register('Node-A'));
    expect(registeredAt()).toBeGreaterThan(first);
  });

  it('release what an idle or leaving node holds, and nothing of one that waits', async () => {
    const directory = temporaryFolder();
    const call = await openTools(directory);
    const taskStatus = (): unknown => (stateOf(directory)['next_steps'] as { status: string }[])[0]?.status;
    await call('register_node', register('Node-A'));
    await call('add_task', { task: 'x' });
    await call('claim_best_task', { agent_id: 'Node-A' });
    expect(await call('set_agent_status', { agent_id: 'Node-A', status: 'waiting' })).toBe(
      'Node-A is waiting on task-1.',
    );
    expect(taskStatus()).toBe('in_progress');
    for (const args of [{ status: 'idle' }, { status: 'terminated' }, { status: 'waiting', current_task_id: null }]) {
      await call('set_agent_status', { agent_id: 'Node-A', ...args });
      expect(taskStatus()).toBe('pending');
      await call('register_node', register('Node-A'));
      await call('claim_best_task', { agent_id: 'Node-A' });
    }
  });

  it('note heartbeats of those they know', async () => {
    const call = await openTools(temporaryFolder());
    expect(await call('heartbeat', { agent_id: 'Node-A' })).toContain('refused: Node-A is not registered');
    await call('register_node', register('Node-A'));
    expect(await call('heartbeat', { agent_id: 'Node-A' })).toBe('Heartbeat of Node-A noted.');
  });

  it('suggest a strong model for demanding work and a middling one for the rest', async () => {
    const call = await openTools(temporaryFolder());
    expect(await call('get_best_model', { task: 'anything' })).toBe('No node is registered.');
    for (const [name, strength] of [
      ['small', 'low'],
      ['mid', 'medium'],
      ['big', 'high'],
    ]) {
      await call('register_node', register(`Node-${name}`, { model_name: name, strength }));
    }
    expect(await call('get_best_model', { task: 'Refactor the parser' })).toBe('big (high), on Node-big.');
    expect(await call('get_best_model', { task: 'Fix a typo' })).toBe('mid (medium), on Node-mid.');
  });
});

describe('the task tools', () => {
  it('hand over, take back and end', async () => {
    const call = await openTools(temporaryFolder());
    await call('register_node', register('Node-A'));
    await call('register_node', register('Node-B'));
    expect(await call('add_task', { task: 'two\n lines', priority: 'low' })).toBe('Added task-1 [low]: two lines');
    expect(await call('claim_task', { task_id: 'task-1', agent_id: 'Node-B' })).toContain('Claimed task-1');
    expect(await call('claim_best_task', { agent_id: 'Node-B' })).toBe('Already yours: task-1 [low]: two lines');
    const handOver = { task_id: 'task-1', agent_id: 'Node-A', from_agent: 'Node-B' };
    expect(await call('claim_task', handOver)).toBe('Claimed for Node-A: task-1 [low]: two lines');
    expect(await call('claim_task', handOver)).toBe('Already yours: task-1 [low]: two lines');
    expect(await call('complete_task', { task_id: 1, agent_id: 'Node-B' })).toBe('refused: task-1 is held by Node-A.');
    expect(await call('complete_task', { task_id: 1, agent_id: 'Node-A' })).toContain('Outcome: success.');
    expect(await call('complete_task', { task_id: 'task-1', agent_id: 'Node-A' })).toContain('completed already');
    expect(await call('claim_task', { task_id: 'task-1', agent_id: 'Node-A' })).toContain('completed already');
  });

  it('give nothing to a node that has left', async () => {
    const call = await openTools(temporaryFolder());
    await call('register_node', register('Node-B'));
    await call('set_agent_status', { agent_id: 'Node-B', status: 'terminated' });
    await call('add_task', { task: 'x' });
    expect(await call('claim_task', { task_id: 'task-1', agent_id: 'Node-B' })).toBe(
      'refused: Node-B has left the cluster.',
    );
  });
});

describe('the state tools', () => {
  it('replace the queue, add messages, and ask for a human', async () => {
    const directory = temporaryFolder();
    const call = await openTools(directory);
    await call('register_node', register('Node-A'));
    await call('update_state', {
      summary: 'Half done',
      next_steps: [
        { task: 'One', status: 'pending', priority: 'high', created_at: 1_770_200_000, mark: 'kept' },
        'Two',
      ],
      active_files: ['src/a.ts'],
      ask_user: true,
      messages: ['hello', { sender: 'Node-A', content: 'there' }],
      model_info: { name: 'other', strength: 'low' },
      agent_id: 'Node-A',
    });
    await call('broadcast_message', { message: 'again' });
    await call('claim_task', { task_id: 'One', agent_id: 'Node-A' });
    const text = await call('read_state');
    for (const part of [
      '## Summary\nHalf done',
      '[in_progress, high, Node-A] One',
      '[pending, medium] Two',
      '- src/a.ts',
      '- Node-A (developer, other): working',
      '- hello\n- Node-A: there\n- Node-A: again',
      'HIGH PRIORITY',
    ]) {
      expect(text).toContain(part);
    }
    expect(stateOf(directory)).toMatchObject({ next_steps: [{ mark: 'kept' }, { task: 'Two' }] });
    await call('update_state', { summary: 'All done' });
    expect(stateOf(directory)).toMatchObject({ summary: 'All done', ask_user: false, active_files: ['src/a.ts'] });
  });

  it('show a file in which everything is of the wrong kind', async () => {
    const directory = temporaryFolder();
    const wrong = { summary: 7, next_steps: 7, active_files: [{}], messages: [7, { body: 1 }], cluster_nodes: 'x' };
    writeFileSync(join(directory, 'state.json'), JSON.stringify(wrong));
    const call = await openTools(directory);
    expect(await call('read_state')).toContain('- unreadable entry');
    expect(await call('assess_workload')).toContain('workload_status: idle');
  });

  it('refuse arguments of the wrong form without touching the file', async () => {
    const call = await openTools(temporaryFolder());
    expect(await call('add_task', { task: '  ' })).toContain('refused: ');
    expect(await call('set_agent_status', { agent_id: 'Node-A', status: 'asleep' })).toContain('refused: ');
    expect(await call('read_state')).toContain('## Next steps\nNone.');
  });

  it('stop and resume for all', async () => {
    const call = await openTools(temporaryFolder());
    expect(await call('toggle_tracking', { enabled: false })).toBe('Tracking is off.');
    expect(await call('add_task', { task: 'x' })).toContain('nothing was written');
    expect(await call('toggle_tracking', { enabled: true })).toBe('Tracking is on.');
    expect(await call('add_task', { task: 'x' })).toContain('Added');
  });
});

describe('the safety tools', () => {
  it('confine paths and commands to the workspace', async () => {
    const workspace = temporaryFolder();
    const call = await openTools(join(workspace, '.ai'));
    writeFileSync(join(workspace, 'here.txt'), '');
    expect(await call('is_safe_path', { path: 'here.txt' })).toBe('true');
    expect(await call('is_safe_path', { path: '/etc/passwd' })).toBe('false');
    expect(await call('execute_safe_command', { command: 'ls' })).toContain('here.txt');
    expect(await call('execute_safe_command', { command: 'curl', args: ['x'] })).toContain('refused: "curl"');
  });
});
