import { describe, expect, it } from 'vitest';

import { zombieClaimAdvice } from '../../../src/analysis/advice/rules/zombie-claim.ts';
import { zombieClaim } from '../../../src/analysis/detectors/zombie-claim.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { MINUTES_PER_DAY, NODES, taskEvents, usualNodes, usualTasks } from '../../support/flow-events.ts';

const [NODE] = NODES;
const usual = [...usualNodes(), ...usualTasks(10 * MINUTES_PER_DAY, MINUTES_PER_DAY / 2, () => 20)];
const held = taskEvents({ id: 'task-1', created: 400, claimed: 399, node: NODE });
const call = (minutes: number) =>
  minutesBefore(minutes, 'tool.called', { node_id: NODE, tool: 'Bash', duration_ms: 5 });

describe('zombie claims', () => {
  it('are found where the holder has left, with the task and the node to release it from', async () => {
    const left = minutesBefore(380, 'node.terminated', { node_id: NODE, reason: 'process_exit' });
    const { findings } = await detect(zombieClaim, [...usual, ...held, left]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ subject: { kind: 'task', id: 'task-1' }, severity: 'warning' });
    expect(findings[0]?.impact.secondsPerDay?.value).toBeCloseTo(380 * 60, -3);
    expect(findings[0]?.summary).not.toMatch(/task-1|Node-/);
    expect(findings[0] === undefined ? undefined : zombieClaimAdvice.advise(findings[0])).toMatchObject({
      action: 'release_claim',
      params: { task_id: 'task-1', node_id: NODE },
    });
  });

  it('are found where nobody tells of the node: it took another task, or calls no tool any more', async () => {
    const another = taskEvents({ id: 'task-2', created: 300, claimed: 299, completed: 270, node: NODE });
    const busy = [120, 60, 10].map(call);
    expect((await detect(zombieClaim, [...usual, ...held, ...another, ...busy])).findings).toHaveLength(1);
    expect((await detect(zombieClaim, [...usual, ...held, call(390)])).findings).toHaveLength(1);
  });

  it('are told together where they were given back meanwhile', async () => {
    const lost = (at: number, id: string) => [
      ...taskEvents({ id, created: at, claimed: at - 1, node: NODE }),
      minutesBefore(at - 10, 'node.status', { node_id: NODE, status: 'idle' }),
      minutesBefore(at - 170, 'task.released', { task_id: id, node_id: NODE, reason: 'node_lost' }),
    ];
    const { findings } = await detect(zombieClaim, [...usual, ...lost(700, 'task-1'), ...lost(500, 'task-2')]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ subject: { kind: 'cluster' }, facts: { claims: 2 } });
    expect(findings[0] === undefined ? undefined : zombieClaimAdvice.advise(findings[0])).toMatchObject({
      params: { idle_minutes: 15 },
    });
  });

  it('are not found while the node works on, however long, or waits for a person', async () => {
    const working = [350, 300, 250, 200, 150, 100, 50, 20, 5].map(call);
    expect((await detect(zombieClaim, [...usual, ...held, ...working])).state).toBe('clear');
    const waiting = minutesBefore(390, 'task.status', { task_id: 'task-1', status: 'human_wait' });
    expect((await detect(zombieClaim, [...usual, ...held, call(391), waiting])).state).toBe('clear');
  });

  it('are no question where nothing was claimed', async () => {
    expect((await detect(zombieClaim, [])).state).toBe('no_data');
  });
});
