import { describe, expect, it } from 'vitest';

import { slowTasksAdvice } from '../../../src/analysis/advice/rules/slow-tasks.ts';
import { slowTasks } from '../../../src/analysis/detectors/slow-tasks.ts';
import { minutesBefore, detect } from '../../support/detect.ts';
import { MINUTES_PER_DAY, NODES, usualNodes, usualTasks } from '../../support/flow-events.ts';

const history = [...usualNodes(), ...usualTasks(15 * MINUTES_PER_DAY, MINUTES_PER_DAY, () => 20)];

describe('slow tasks', () => {
  it('are found when like attempts take clearly longer than before, by how much and with an interval', async () => {
    const slow = usualTasks(MINUTES_PER_DAY, 0, () => 38);
    const { state, findings } = await detect(slowTasks, [...history, ...slow]);
    expect(state).toBe('findings');
    const [finding] = findings;
    expect(finding).toMatchObject({ subject: { kind: 'cluster' }, expected: { unit: 'seconds' } });
    expect(finding?.facts['ratio']).toBeCloseTo(1.9, 1);
    expect(finding?.effect.low).toBeGreaterThan(10 * 60);
    // 23 attempts, each some 18 minutes longer.
    expect(finding?.impact.secondsPerDay?.value).toBeGreaterThan(23 * 15 * 60);
    expect(finding?.impact.secondsPerDay?.value).toBeLessThan(23 * 21 * 60);
    expect(finding === undefined ? undefined : slowTasksAdvice.advise(finding)?.action).toBe('split_task');
  });

  it('are not found when they take as long as before, or a little longer', async () => {
    for (const minutes of [20, 23]) {
      const verdict = await detect(slowTasks, [...history, ...usualTasks(MINUTES_PER_DAY, 0, () => minutes)]);
      expect(verdict.state).toBe('clear');
    }
  });

  it('do not count the time in which a task waited for a person', async () => {
    const asked = usualTasks(MINUTES_PER_DAY, 0, () => 38).flatMap((event) => {
      if (event.metric !== 'task.claimed') return [event];
      const end = event.atMicros;
      const status = (minutes: number, word: string) => ({
        ...minutesBefore(0, 'task.status', { task_id: event.data['task_id'] ?? '', status: word }),
        atMicros: end + minutes * 60e6,
      });
      return [event, status(5, 'human_wait'), status(22, 'in_progress')];
    });
    expect((await detect(slowTasks, [...history, ...asked])).state).toBe('clear');
  });

  it('are found on one node that is slower than the others of its role, also when it always was', async () => {
    const always = usualTasks(15 * MINUTES_PER_DAY, 0, (index) => (index % NODES.length === 1 ? 40 : 20));
    const { findings } = await detect(slowTasks, [...usualNodes(), ...always]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ subject: { kind: 'node', id: NODES[1] }, facts: { node_id: NODES[1] } });
    expect(findings[0]?.facts['ratio']).toBeCloseTo(2, 1);
    expect(findings[0]?.summary).not.toContain(NODES[1]);
    expect(findings[0] === undefined ? undefined : slowTasksAdvice.advise(findings[0])).toMatchObject({
      action: 'restart_node',
      params: { node_id: NODES[1] },
      verification: { nodeId: NODES[1] },
    });
  });

  it('are no question while too few attempts have ended, and none where there are no tasks', async () => {
    const few = await detect(slowTasks, [...usualNodes(), ...usualTasks(MINUTES_PER_DAY / 4, 0, () => 20)]);
    expect(few).toMatchObject({ state: 'learning', reason: expect.stringContaining('it takes 12 and 30') });
    expect((await detect(slowTasks, [])).state).toBe('no_data');
  });
});
