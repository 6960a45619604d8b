import { describe, expect, it } from 'vitest';

import { nodeDetail } from '../../../src/analysis/reports/node-detail.ts';
import { type Told, second } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const TOLD: readonly Told[] = [
  [0, 'node.registered', 'N-1', { role: 'developer', model: 'm' }],
  [0, 'node.status', 'N-1', { status: 'idle' }],
  [0, 'node.registered', 'N-2', { role: 'developer' }],
  [0, 'task.created', undefined, { task_id: 't-1', priority: 'high' }],
  [100, 'task.claimed', 'N-1', { task_id: 't-1', priority: 'high' }],
  [100, 'node.status', 'N-1', { status: 'working', previous: 'idle', task_id: 't-1' }],
  [400, 'task.completed', 'N-1', { task_id: 't-1', outcome: 'success', duration_seconds: 300 }],
  [400, 'node.status', 'N-1', { status: 'idle', previous: 'working' }],
  [500, 'task.created', undefined, { task_id: 't-2' }],
  [600, 'task.claimed', 'N-1', { task_id: 't-2' }],
  [600, 'node.status', 'N-1', { status: 'working', previous: 'idle', task_id: 't-2' }],
];

const detailOf = async (nodeId: string, fromSeconds: number, untilSeconds: number) => {
  const { metrics, clock } = await storeOf(TOLD, 900);
  const span = { since: second(fromSeconds) / 1e6, until: second(untilSeconds) / 1e6, timeZone: 'UTC' };
  return nodeDetail(metrics, nodeId, span, clock.nowMicros());
};

describe("one node's time", () => {
  it('is told moment by moment, and its states add up to the time that it was there', async () => {
    const detail = await detailOf('N-1', 0, 900);
    const stretches = detail?.stretches ?? [];
    expect(stretches.map(({ state }) => state)).toEqual(['idle', 'working', 'idle', 'working']);
    stretches.slice(1).forEach(({ fromMicros }, place) => expect(fromMicros).toBe(stretches[place]?.toMicros));
    expect(detail?.use).toMatchObject({ nodeId: 'N-1', role: 'developer', model: 'm' });
    expect(Object.fromEntries(detail?.use.times ?? [])).toEqual({ idle: 300e6, working: 600e6 });
  });

  it('tells its turns, the newest first, and which of them goes on', async () => {
    const turns = (await detailOf('N-1', 0, 900))?.turns;
    expect(turns).toMatchObject([
      { taskId: 't-2', fromMicros: second(600), toMicros: second(900), open: true, ended: undefined },
      { taskId: 't-1', fromMicros: second(100), toMicros: second(400), open: false, outcome: 'success' },
    ]);
  });

  it('is cut to the span that was asked for', async () => {
    const detail = await detailOf('N-1', 200, 300);
    expect(detail?.turns).toMatchObject([
      { taskId: 't-1', fromMicros: second(200), toMicros: second(300), open: true },
    ]);
    expect(detail?.stretches).toMatchObject([{ fromMicros: second(200), toMicros: second(300), state: 'working' }]);
  });

  it('is nothing for a node that was not there', async () => {
    expect(await detailOf('N-9', 0, 900)).toBeUndefined();
  });
});
