import { describe, expect, it } from 'vitest';

import { CLOCK_START_MICROS, type Told } from '../../support/clock-events.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { storeOf } from '../../support/told-store.ts';

const turn = (id: string, node: string, from: number, claim: number, end: number): Told[] => [
  [from, 'task.created', undefined, { task_id: id, priority: 'high' }],
  [claim, 'task.claimed', node, { task_id: id, priority: 'high' }],
  [end, 'task.completed', node, { task_id: id, outcome: 'success' }],
];
const call = (at: number): Told => [at, 'tool.called', 'Node-A', { tool: 'claim_best_task', outcome: 'success' }];
const TOLD: readonly Told[] = [
  [0, 'node.registered', 'Node-A', { role: 'developer' }],
  [0, 'node.registered', 'Node-B', { role: 'developer' }],
  ...turn('task-1', 'Node-A', 0, 60, 1_260),
  ...turn('task-2', 'Node-A', 100, 1_300, 1_900),
  [1_000, 'state.lock', 'Node-A', { wait_ms: 30_000, hold_ms: 10, waited_for_node_id: 'Node-B' }],
  [3_000, 'task.created', undefined, { task_id: 'task-3', priority: 'low' }],
  call(60),
  call(1_300),
  call(2_000),
  [3_100, 'task.claimed', 'Node-B', { task_id: 'task-3' }],
  [3_200, 'node.terminated', 'Node-B', { reason: 'process_exit' }],
];

async function clockOf(...options: string[]) {
  const { directory, clock } = await storeOf(TOLD, 3_600);
  return runInProcess(['clock', '--dir', directory, '--since', String(CLOCK_START_MICROS / 1e6), ...options], {
    clock,
  });
}

describe('clock', () => {
  it('tells where the time of tasks and nodes went, for people', async () => {
    const { code, stdout } = await clockOf();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Time of 3 tasks {2}1 h 01 min in all, 1 open$/m);
    expect(stdout).toMatch(/^lock wait +30 s +<1 %/m);
    expect(stdout).toMatch(/^unattributed +0 +0 %/m);
    expect(stdout).toMatch(/^high +2 +10 min 30 s/m);
    expect(stdout).toMatch(/^Node-A +developer +49 %.* 1$/m);
    expect(stdout).toMatch(/^Node-A +Node-B +1 +30 s +30 s$/m);
    expect(stdout).toMatch(/^task-3 +Node-B +nobody works at it +6 min 40 s$/m);
    expect(stdout).toContain('Longest tasks on it: task-1');
    expect(stdout).toMatch(/^Nodes at work at once {2}mean 0\.519, at most 1$/m);
    expect(stdout).not.toMatch(/NaN|undefined/);
  });

  it('tells programs the same, and times that add up', async () => {
    const answer = JSON.parse((await clockOf('--json')).stdout) as Record<string, Record<string, number>>;
    const tasks = answer['tasks'] ?? {};
    const sum = Object.entries(tasks).filter(([key]) => key.endsWith('_seconds'));
    expect(sum.reduce((total, [, seconds]) => total + seconds, 0)).toBeCloseTo(1_260 + 1_800 + 600, 6);
    expect(answer).toMatchObject({
      complete: true,
      empty_polls: [{ node_id: 'Node-A', calls: 3, empty: 1 }],
      critical_path: { resources: expect.arrayContaining([{ kind: 'lock', id: 'Node-B', seconds: 30 }]) },
      zombie_claims: [{ task_id: 'task-3', node_id: 'Node-B', open: true }],
      task_flow: { created: { count: 3 }, completed: { count: 2 }, turns: [{ priority: 'high', completed: 2 }] },
    });
  });

  it('tells what one task did, one thing after the other', async () => {
    const { stdout } = await clockOf('--task', 'task-2');
    expect(stdout).toMatch(/12:01:40 +queued +20 min/);
    expect(stdout).toMatch(/12:21:40 +working +10 min +Node-A/);
    expect(stdout).not.toContain('Critical path');
  });

  it('tells what one node did', async () => {
    const { stdout } = await clockOf('--node', 'Node-B');
    expect(stdout).toContain('Clock of node Node-B');
    expect(stdout).toMatch(/^abandoned +6 min 40 s +80 %/m);
    expect(stdout).not.toContain('Node-A  developer');
  });

  it('says what to do when there is nothing', async () => {
    expect(await clockOf('--until', '2026-11-24T12:00:00Z')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('--since 30d'),
    });
    const { code, stderr } = await clockOf('--task', 'task-99');
    expect(code).toBe(3);
    expect(stderr).toContain('amicus-metrics tasks');
  });
});
