import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startBus, stateIn } from '../support/bus-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AMICUS_TOOLS = [
  'add_task',
  'assess_workload',
  'broadcast_message',
  'claim_best_task',
  'claim_task',
  'complete_task',
  'execute_safe_command',
  'get_best_model',
  'heartbeat',
  'is_safe_path',
  'read_state',
  'register_node',
  'set_agent_status',
  'toggle_tracking',
  'update_state',
];

describe('the bus process', () => {
  it('has exactly the fifteen tools of Amicus, and its prompt', async () => {
    const { client } = await startBus(join(temporaryFolder(), '.ai'));
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(AMICUS_TOOLS);
    const { messages } = await client.getPrompt({ name: 'catch_up' });
    expect(JSON.stringify(messages)).toContain('## Next steps');
  });

  it('takes a task from the queue to its end, in the fields that Amicus has', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const bus = await startBus(directory);
    expect(await bus.call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'm' })).toContain(
      'bootstrap_required: true',
    );
    await bus.call('add_task', { task: 'Later', priority: 'low' });
    await bus.call('add_task', { task: 'First', priority: 'high' });
    expect(await bus.call('claim_best_task', { agent_id: 'Node-A' })).toBe('Claimed task-2 [high]: First');
    expect(stateIn(directory)).toMatchObject({
      next_steps: [
        { id: 'task-1', task: 'Later', status: 'pending', priority: 'low' },
        { id: 'task-2', task: 'First', status: 'in_progress', priority: 'high', assigned_to: 'Node-A' },
      ],
      cluster_nodes: {
        'Node-A': { role: 'developer', status: 'working', current_task_id: 'task-2', idle_since: null },
      },
    });
    await bus.call('complete_task', { task_id: 'task-2', agent_id: 'Node-A', outcome: 'failure', files_modified: 2 });
    expect(stateIn(directory)).toMatchObject({
      next_steps: [{ id: 'task-1' }, { id: 'task-2', status: 'completed', outcome: 'failure', files_modified: 2 }],
      cluster_nodes: { 'Node-A': { status: 'idle', current_task_id: null } },
    });
  });

  it('refuses what cannot be done as an error of the tool, and goes on', async () => {
    const bus = await startBus(join(temporaryFolder(), '.ai'));
    await bus.call('add_task', { task: 'Only one' });
    await bus.call('claim_task', { task_id: 'Only one', agent_id: 'Node-A' });
    const refused = async (tool: string, args: Record<string, unknown>): Promise<string> =>
      bus.call(tool, args).then(
        () => 'accepted',
        (error: Error) => error.message,
      );
    expect(await refused('claim_task', { task_id: '1', agent_id: 'Node-B' })).toBe('task-1 is held by Node-A.');
    expect(await refused('complete_task', { task_id: '1', agent_id: 'Node-B' })).toBe('task-1 is held by Node-A.');
    expect(await refused('claim_task', { task_id: 'task-9', agent_id: 'Node-B' })).toBe('There is no task "task-9".');
    expect(await refused('heartbeat', { agent_id: 'Node-B' })).toContain('not registered');
    expect(await refused('execute_safe_command', { command: 'rm', args: ['-rf', '.'] })).toContain('not allowed');
    expect(await bus.call('claim_best_task', { agent_id: 'Node-B' })).toBe('No task is pending.');
  });

  it('writes nothing for anybody while tracking is off', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const [one, other] = await Promise.all([startBus(directory), startBus(directory)]);
    await one.call('toggle_tracking', { enabled: false });
    const before = stateIn(directory);
    expect(await other.call('update_state', { summary: 'unseen' })).toContain('Tracking is off');
    expect(stateIn(directory)).toEqual(before);
    await other.call('toggle_tracking', { enabled: true });
    await one.call('update_state', { summary: 'seen' });
    expect(stateIn(directory)).toMatchObject({ summary: 'seen', tracking_enabled: true });
  });

  it('keeps fields that only others know, and nodes with hostile names', async () => {
    const directory = temporaryFolder();
    writeFileSync(
      join(directory, 'state.json'),
      `\uFEFF${JSON.stringify({ strange: [1], cluster_nodes: { old: { role: 'x', badge: 7 } }, next_steps: 'Port the tests' })}`,
    );
    const bus = await startBus(directory);
    await bus.call('register_node', { agent_id: '__proto__', role: 'developer', model_name: 'm' });
    const state = stateIn(directory);
    expect(state).toMatchObject({ strange: [1], next_steps: 'Port the tests', cluster_nodes: { old: { badge: 7 } } });
    expect(Object.keys(state['cluster_nodes'] as object)).toEqual(['old', '__proto__']);
  });

  it('keeps the file to its owner, and leaves neither lock nor temporary files', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const bus = await startBus(directory);
    await bus.call('update_state', { summary: 'x' });
    expect(readdirSync(directory)).toEqual(['state.json']);
    expect(statSync(join(directory, 'state.json')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('serves agents although its instruments are broken', async () => {
    const directory = temporaryFolder();
    // Neither a spool folder nor a database can be made here.
    writeFileSync(join(directory, 'metrics.spool'), 'not a folder');
    writeFileSync(join(directory, 'metrics.toml'), '= not a configuration');
    const bus = await startBus(directory, { metrics: true });
    await bus.call('add_task', { task: 'Go on' });
    expect(await bus.call('claim_best_task', { agent_id: 'Node-A' })).toBe('Claimed task-1 [medium]: Go on');
  });

  it('ends when its input ends', async () => {
    const entry = fileURLToPath(new URL('../../src/bus/bus-server.ts', import.meta.url));
    const env = { CONTEXT_BUS_DIR: join(temporaryFolder(), '.ai') };
    const child = spawn(process.execPath, [entry], { env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says which dialect word it does not know', async () => {
    const entry = fileURLToPath(new URL('../../src/bus/bus-server.ts', import.meta.url));
    const child = spawn(process.execPath, [entry], { env: { AMICUS_BUS_DIALECT: 'klingon' } });
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(complaint).toContain('"klingon"');
    expect(complaint).toContain('no-ids');
  });
});
