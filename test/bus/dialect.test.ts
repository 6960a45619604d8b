import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DIALECT_WORDS, parseDialect, PLAIN_DIALECT } from '../../src/bus/dialect.ts';
import { type BusProcess, startBus, stateIn } from '../support/bus-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Step = Readonly<Record<string, unknown>>;

/** Adds two tasks, claims one, looks, and completes it; the file at each of the last two moments. */
async function playTask(dialect: string): Promise<{ claimed: unknown; completed: unknown; bus: BusProcess }> {
  const directory = join(temporaryFolder(), '.ai');
  const bus = await startBus(directory, { dialect });
  await bus.call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'm' });
  await bus.call('add_task', { task: 'Write  tests', priority: 'high' });
  await bus.call('add_task', { task: 'Port them' });
  await bus.call('claim_best_task', { agent_id: 'Node-A' });
  const claimed = stateIn(directory)['next_steps'];
  await bus.call('complete_task', { task_id: 'Write tests', agent_id: 'Node-A' });
  return { claimed, completed: stateIn(directory)['next_steps'], bus };
}

describe('dialects', () => {
  it('are words joined by commas; none is the plain one', () => {
    expect(parseDialect(undefined)).toEqual(PLAIN_DIALECT);
    expect(parseDialect(' no-ids , noise')).toEqual({ ...PLAIN_DIALECT, steps: 'objects_without_ids', noise: true });
    expect(() => parseDialect('toString')).toThrow('"toString"');
    for (const word of DIALECT_WORDS) expect(parseDialect(word)).not.toEqual(PLAIN_DIALECT);
  });

  it('write the queue as one text, with markers for claims and ends', async () => {
    const { claimed, completed } = await playTask('string-steps');
    expect(claimed).toBe('- [IN PROGRESS by Node-A] Write tests (priority: high)\n- Port them (priority: medium)');
    expect(completed).toBe('- [COMPLETED by Node-A] Write tests (priority: high)\n- Port them (priority: medium)');
  });

  it('write objects without an id, and know a task again by its text and time', async () => {
    const { claimed, bus } = await playTask('no-ids');
    const [first] = claimed as [Step];
    expect(first).toMatchObject({ task: 'Write tests', status: 'in_progress', assigned_to: 'Node-A' });
    expect(first).not.toHaveProperty('id');
    const added = await bus.call('add_task', { task: 'Once more' });
    const taskId = /^Added (task-[0-9a-f]{12}) /.exec(added)?.[1];
    expect(await bus.call('claim_task', { task_id: taskId, agent_id: 'Node-A' })).toContain(`Claimed ${taskId}`);
  });

  it('tell equal tasks without ids apart', async () => {
    const bus = await startBus(join(temporaryFolder(), '.ai'), { dialect: 'string-steps' });
    await bus.call('add_task', { task: 'Same' });
    await bus.call('add_task', { task: 'Same' });
    const first = await bus.call('claim_best_task', { agent_id: 'Node-A' });
    const taskId = /(task-\w+)/.exec(first)?.[1] ?? 'none';
    expect(await bus.call('claim_best_task', { agent_id: 'Node-B' })).toContain(`${taskId}-2 [medium]: Same`);
    // Whose turn it is does not change which is which.
    expect(await bus.call('complete_task', { task_id: `${taskId}-2`, agent_id: 'Node-B' })).toContain('Completed');
    expect(await bus.call('complete_task', { task_id: taskId, agent_id: 'Node-A' })).toContain('Completed');
  });

  it('write a claim into the text alone', async () => {
    const { claimed, completed } = await playTask('text-markers');
    const [first] = claimed as [Step];
    expect(first).toMatchObject({ id: 'task-1', task: '[IN PROGRESS by Node-A] Write tests', status: 'pending' });
    expect(first).not.toHaveProperty('assigned_to');
    expect(first).not.toHaveProperty('claimed_at');
    const [ended] = completed as [Step];
    expect(ended).toMatchObject({ id: 'task-1', task: '[COMPLETED by Node-A] Write tests', status: 'completed' });
  });

  it('put noise on standard output, which a client survives', async () => {
    const { completed } = await playTask('noise');
    expect(completed).toMatchObject([{ status: 'completed' }, { status: 'pending' }]);
    const entry = fileURLToPath(new URL('../../src/bus/bus-server.ts', import.meta.url));
    const env = { AMICUS_BUS_DIALECT: 'noise', AMICUS_BUS_METRICS: 'off', CONTEXT_BUS_DIR: temporaryFolder() };
    const child = spawn(process.execPath, [entry], { env });
    const [line] = (await child.stdout.take(1).toArray()) as [Buffer];
    child.stdin.end();
    expect(line.toString()).toMatch(/^\[communication\] .*\n$/);
  });

  it('hold the lock so long that others wait', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const [one, other] = await Promise.all([
      startBus(directory, { dialect: 'slow-lock' }),
      startBus(directory, { dialect: 'slow-lock' }),
    ]);
    const start = performance.now();
    await Promise.all([one.call('add_task', { task: 'A' }), other.call('add_task', { task: 'B' })]);
    // Two holds of 120 ms, one after the other.
    expect(performance.now() - start).toBeGreaterThan(230);
    expect(stateIn(directory)['next_steps']).toHaveLength(2);
  });
});
