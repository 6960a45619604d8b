import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BusClient, BusRefusal } from '../../src/example/bus-client.ts';
import { liveAsManager } from '../../src/example/live-as-manager.ts';
import { liveAsWorker } from '../../src/example/live-as-worker.ts';
import { NodeLife } from '../../src/example/node-life.ts';
import { nodeSettings } from '../../src/example/node-settings.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { stateIn } from '../support/bus-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

process.env['AMICUS_BUS_METRICS'] = 'off';

/** A node that lives in this process, with a bus process of its own, for so many milliseconds from now. */
async function born(
  directory: string,
  nodeId: string,
  role: string,
  millis: number,
  signal?: AbortSignal,
): Promise<NodeLife> {
  const clock = new SystemClock();
  const bus = await BusClient.connect(directory, nodeId);
  onTestFinished(async () => bus.close());
  const settings = nodeSettings.parse({
    directory,
    nodeId,
    role,
    modelName: 'example-small',
    strength: 'low',
    seed: 11,
    peers: ['Node-A', 'Node-B'],
    workers: 2,
    // A life counts from the start of its process, which here is the test's.
    durationMillis: process.uptime() * 1000 + millis,
    speed: 25,
  });
  const life = new NodeLife(settings, bus, clock, signal ?? new AbortController().signal);
  await life.call('register_node', { agent_id: nodeId, role, model_name: 'm' });
  return life;
}

type Step = { readonly status: string; readonly assigned_to?: string; readonly outcome?: string };

describe('the lives of nodes', () => {
  it('are a manager that hands out work and workers that do it', { timeout: 300_000 }, async () => {
    const directory = join(temporaryFolder(), '.ai');
    const lives = await Promise.all([
      born(directory, 'Node-BM', 'bootstrap_manager', 6000),
      born(directory, 'Node-A', 'architect', 6000),
      born(directory, 'Node-B', 'developer', 6000),
    ]);
    await Promise.all(lives.map(async (life, index) => (index === 0 ? liveAsManager(life) : liveAsWorker(life))));
    const state = stateIn(directory);
    const completed = (state['next_steps'] as Step[]).filter((step) => step.status === 'completed');
    expect(completed.length).toBeGreaterThan(8);
    expect(new Set(completed.map((step) => step.assigned_to))).toEqual(new Set(['Node-A', 'Node-B']));
    expect(completed.map((step) => step.outcome)).toContain('success');
    expect(state['messages']).not.toEqual([]);
    expect(state['work_distribution']).toMatchObject({ workload_status: expect.any(String) });
  });

  it('end early for a worker that finds nothing to do', { timeout: 300_000 }, async () => {
    const life = await born(join(temporaryFolder(), '.ai'), 'Node-A', 'developer', 20_000);
    await liveAsWorker(life);
    // Its patience is 5 to 25 s of the play.
    expect(life.leftMillis).toBeGreaterThan(0);
    expect(life.isOver).toBe(false);
  });

  it('end at once for a node that is told to leave', { timeout: 300_000 }, async () => {
    const leaving = new AbortController();
    const life = await born(join(temporaryFolder(), '.ai'), 'Node-A', 'developer', 60_000, leaving.signal);
    const start = performance.now();
    const pausing = life.pause(1_000_000);
    leaving.abort();
    await pausing;
    expect(performance.now() - start).toBeLessThan(60_000);
    expect(life.isOver).toBe(true);
  });

  it('go on after a refusal, and tell it from a failure', { timeout: 300_000 }, async () => {
    const life = await born(join(temporaryFolder(), '.ai'), 'Node-A', 'developer', 60_000);
    expect(await life.attempt('claim_task', { task_id: 'none', agent_id: 'Node-A' })).toBeUndefined();
    await expect(life.call('claim_task', { task_id: 'none', agent_id: 'Node-A' })).rejects.toThrow(BusRefusal);
  });
});
