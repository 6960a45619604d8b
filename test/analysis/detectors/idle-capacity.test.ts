import { describe, expect, it } from 'vitest';

import { idleCapacityAdvice } from '../../../src/analysis/advice/rules/idle-capacity.ts';
import { idleCapacity } from '../../../src/analysis/detectors/idle-capacity.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';
import { MINUTES_PER_DAY, nodeEvents, NODES, taskEvents, usualNodes, usualTasks } from '../../support/flow-events.ts';

const [NODE] = NODES;
const history = [...usualNodes(), ...usualTasks(15 * MINUTES_PER_DAY, MINUTES_PER_DAY, () => 20)];
const late = (wait: number): IncomingEvent[] =>
  Array.from({ length: 12 }, (_, index) => {
    const created = 1_300 - index * 90;
    return taskEvents({
      id: `late-${index}`,
      created,
      claimed: created - wait,
      completed: created - wait - 5,
      node: NODE,
    });
  }).flat();

describe('idle capacity', () => {
  it('is found where tasks wait for long although nodes for them are idle', async () => {
    const { findings } = await detect(idleCapacity, [...history, ...late(45)]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ subject: { kind: 'cluster' }, facts: { tasks: 12 } });
    // Twelve tasks, 45 minutes each, of which the first five do not count.
    expect(findings[0]?.observed.value).toBeCloseTo(12 * 40 * 60, -2);
    expect(findings[0] === undefined ? undefined : idleCapacityAdvice.advise(findings[0])?.action).toBe('restart_node');
  });

  it('is not found where tasks are taken within minutes', async () => {
    expect((await detect(idleCapacity, [...history, ...late(4)])).state).toBe('clear');
  });

  it('is not found where all nodes are at work while tasks wait', async () => {
    const busy = NODES.flatMap((node, index) =>
      taskEvents({ id: `long-${index}`, created: 1_400, claimed: 1_399, completed: 10, node }),
    );
    const waiting = late(45).filter(({ metric }) => metric === 'task.created');
    expect((await detect(idleCapacity, [...history, ...busy, ...waiting])).state).toBe('clear');
  });

  it('does not expect a role to take what it never takes', async () => {
    const architect = nodeEvents('Node-Arch', 20 * MINUTES_PER_DAY, 'architect');
    const designs = Array.from({ length: 30 }, (_, index) => {
      const created = 15 * MINUTES_PER_DAY - index * 600;
      return taskEvents({
        id: `design-${index}`,
        created,
        claimed: created - 1,
        completed: created - 30,
        node: 'Node-Arch',
        priority: 'high',
      });
    }).flat();
    const gone = NODES.slice(1).map((node) =>
      minutesBefore(MINUTES_PER_DAY, 'node.terminated', { node_id: node, reason: 'graceful' }),
    );
    const busy = taskEvents({ id: 'long', created: 1_400, claimed: 1_399, completed: 10, node: NODE });
    const waiting = late(45).filter(({ metric }) => metric === 'task.created');
    const all = [...history, ...architect, ...designs, ...gone, ...busy, ...waiting];
    expect((await detect(idleCapacity, all)).state).toBe('clear');
  });

  it('is no question without tasks or without nodes', async () => {
    expect((await detect(idleCapacity, [])).state).toBe('no_data');
  });
});
