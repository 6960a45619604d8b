import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BusProcess, startBus, stateIn } from '../support/bus-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROCESSES = 8;
const TASKS = 60;

type Step = { readonly id: string; readonly status: string; readonly assigned_to: string };

/** Claims and completes until nothing is left; gives back what it got. */
async function workUntilEmpty(bus: BusProcess, nodeId: string): Promise<string[]> {
  const got: string[] = [];
  await bus.call('register_node', { agent_id: nodeId, role: 'developer', model_name: 'm' });
  for (;;) {
    const taskId = /^Claimed (\S+)/.exec(await bus.call('claim_best_task', { agent_id: nodeId }))?.[1];
    if (taskId === undefined) return got;
    got.push(taskId);
    await bus.call('complete_task', { task_id: taskId, agent_id: nodeId });
  }
}

describe('eight processes on one queue', () => {
  it('never get a task twice, and lose no update of another', { timeout: 300_000 }, async () => {
    const directory = join(temporaryFolder(), '.ai');
    const buses = await Promise.all(Array.from({ length: PROCESSES }, async () => startBus(directory)));
    for (let index = 0; index < TASKS; index += 1) await buses[0]?.call('add_task', { task: `Task ${index}` });

    const got = await Promise.all(buses.map(async (bus, index) => workUntilEmpty(bus, `Node-${index}`)));

    expect(got.flat()).toHaveLength(TASKS);
    expect(new Set(got.flat()).size).toBe(TASKS);
    const state = stateIn(directory);
    expect(Object.keys(state['cluster_nodes'] as object)).toHaveLength(PROCESSES);
    for (const step of state['next_steps'] as Step[]) {
      expect(step.status).toBe('completed');
      expect(got[Number(step.assigned_to.slice('Node-'.length))]).toContain(step.id);
    }
  });

  it('never let a reader that takes no lock see a half-written file', { timeout: 300_000 }, async () => {
    const directory = join(temporaryFolder(), '.ai');
    const buses = await Promise.all(Array.from({ length: 3 }, async () => startBus(directory)));
    await buses[0]?.call('update_state', { summary: 'x'.repeat(20_000) });
    const ended = new AbortController();
    const writing = Promise.all(
      buses.map(async (bus) => {
        for (let turn = 0; turn < 60; turn += 1) await bus.call('add_task', { task: `Turn ${turn}` });
      }),
    ).finally(() => ended.abort());
    const seen = new Set<string>();
    while (!ended.signal.aborted) {
      seen.add(readFileSync(join(directory, 'state.json'), 'utf8'));
      // Lets the clients above send their next calls.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    for (const text of seen) expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(seen.size).toBeGreaterThan(20);
    expect(stateIn(directory)['next_steps']).toHaveLength(180);
  });
});
