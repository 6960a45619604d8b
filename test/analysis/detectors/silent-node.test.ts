import { describe, expect, it } from 'vitest';

import { silentNodeAdvice } from '../../../src/analysis/advice/rules/silent-node.ts';
import { silentNode } from '../../../src/analysis/detectors/silent-node.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { MINUTES_PER_DAY, NODES, taskEvents, usualNodes, usualTasks } from '../../support/flow-events.ts';

const [NODE] = NODES;
const told = (minutes: number, status: string) => minutesBefore(minutes, 'node.status', { node_id: NODE, status });
const usual = [...usualNodes(), ...usualTasks(10 * MINUTES_PER_DAY, MINUTES_PER_DAY / 2, () => 20)];

describe('silent nodes', () => {
  it('are found with the work they had begun, and with how long they have been silent', async () => {
    const { findings } = await detect(silentNode, [
      ...usual,
      ...taskEvents({ id: 'task-1', created: 200, claimed: 199, node: NODE }),
      minutesBefore(170, 'tool.called', { node_id: NODE, tool: 'Bash', duration_ms: 5 }),
      told(168, 'silent'),
    ]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { kind: 'node', id: NODE },
      severity: 'critical',
      facts: { silences: 1, lost_tasks: 1, silent_now: 1 },
    });
    expect(findings[0]?.observed.value).toBeGreaterThan(167 * 60);
    expect(findings[0] === undefined ? undefined : silentNodeAdvice.advise(findings[0])).toMatchObject({
      action: 'restart_node',
      params: { node_id: NODE },
      priority: 'high',
    });
  });

  it('are found when they were given up for a missed heartbeat, also after they came back', async () => {
    const { findings } = await detect(silentNode, [
      ...usual,
      told(300, 'silent'),
      minutesBefore(290, 'node.terminated', { node_id: NODE, reason: 'heartbeat_timeout' }),
      minutesBefore(100, 'node.registered', { node_id: NODE, role: 'developer' }),
      told(100, 'idle'),
    ]);
    expect(findings[0]).toMatchObject({ facts: { silences: 1, silent_now: 0 }, severity: 'warning' });
  });

  it('are not those that left in order, ended with a task in hand, or were silent for a moment', async () => {
    const left = minutesBefore(300, 'node.terminated', { node_id: NODE, reason: 'process_exit' });
    const held = taskEvents({ id: 'task-1', created: 400, claimed: 399, node: NODE });
    expect((await detect(silentNode, [...usual, ...held, left])).state).toBe('clear');
    expect((await detect(silentNode, [...usual, told(300, 'silent'), told(298, 'idle')])).state).toBe('clear');
  });

  it('are no finding where nodes fall silent that long every day, and one beyond it is', async () => {
    const daily = Array.from({ length: 14 }, (_, day) => {
      const at = (day + 1) * MINUTES_PER_DAY + 600;
      return [told(at, 'silent'), told(at - 40, 'idle')];
    }).flat();
    const nodes = [...usual, ...daily];
    expect((await detect(silentNode, [...nodes, told(600, 'silent'), told(560, 'idle')])).state).toBe('clear');
    expect((await detect(silentNode, [...nodes, told(600, 'silent'), told(400, 'idle')])).state).toBe('findings');
  });

  it('are no question where no node is known', async () => {
    expect((await detect(silentNode, [])).state).toBe('no_data');
  });
});
