import { describe, expect, it } from 'vitest';

import { retryLoop } from '../../../src/analysis/detectors/retry-loop.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { detect, minutesBefore } from '../../support/detect.ts';

const call = (minutes: number, outcome: 'success' | 'error', node = 'Node-A1B2', tool = 'Bash'): IncomingEvent =>
  minutesBefore(minutes, 'tool.called', { node_id: node, tool, outcome, duration_ms: 100 });
/** A call each half hour for ten days, of which each tenth fails. */
const usual = Array.from({ length: 480 }, (_, index) => call(20 + index * 30, index % 10 === 0 ? 'error' : 'success'));

describe('retry loops', () => {
  it('are found where one node calls a failing tool again and again', async () => {
    const loop = Array.from({ length: 25 }, (_, index) => call(240 - index, 'error', 'Node-C3D4'));
    const { findings } = await detect(retryLoop, [...usual, ...loop]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { kind: 'node', id: 'Node-C3D4' },
      facts: { tool: 'Bash', errors: 25, calls: 25 },
    });
  });

  it('are not found where many calls succeed and some fail', async () => {
    const busy = Array.from({ length: 200 }, (_, index) =>
      call(240 - index / 5, index % 5 === 0 ? 'error' : 'success'),
    );
    expect((await detect(retryLoop, [...usual, ...busy])).state).toBe('clear');
  });

  it('are not found for a tool that always fails that often', async () => {
    const lookups = Array.from({ length: 4_000 }, (_, index) =>
      call(10 + index * 10, index % 10 < 6 ? 'error' : 'success', 'Node-A1B2', 'lookup'),
    );
    expect((await detect(retryLoop, lookups)).state).toBe('clear');
  });

  it('are found where a task is taken and given up again and again', async () => {
    const turns = Array.from({ length: 5 }, (_, turn) => [
      minutesBefore(600 - turn * 60, 'task.claimed', { task_id: 'task-7', node_id: `Node-${turn}` }),
      minutesBefore(570 - turn * 60, 'task.released', {
        task_id: 'task-7',
        node_id: `Node-${turn}`,
        reason: 'released',
      }),
    ]).flat();
    const { findings } = await detect(retryLoop, [minutesBefore(700, 'task.created', { task_id: 'task-7' }), ...turns]);
    expect(findings[0]).toMatchObject({ subject: { kind: 'task', id: 'task-7' }, facts: { turns: 5 } });
    expect(findings[0]?.impact.secondsPerDay?.value).toBeCloseTo(5 * 1_800);
  });

  it('are no question where nothing was recorded', async () => {
    expect((await detect(retryLoop, [])).state).toBe('no_data');
  });
});
