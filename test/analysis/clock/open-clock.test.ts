import { describe, expect, it } from 'vitest';

import { openClock } from '../../../src/analysis/clock/open-clock.ts';
import { inWords, second, type Told } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const DAY = 86_400;
const task = { task_id: 't' };
const created: Told = [0, 'task.created', undefined, task];
const claimed: Told = [10, 'task.claimed', 'a', task];
const completed: Told = [100, 'task.completed', 'a', task];

async function clockIn(told: readonly Told[], fromSeconds: number, toSeconds: number, rawDays?: number) {
  const { metrics } = await storeOf(told, toSeconds, rawDays);
  return openClock(metrics, second(fromSeconds), second(toSeconds + 1_000), second(toSeconds));
}

describe('the clock of a store', () => {
  it('ends now, whatever was asked for', async () => {
    const clock = await clockIn([created, claimed], 0, 50);
    expect(clock.toMicros).toBe(second(50));
    expect(inWords(clock.tasks[0]?.intervals)).toEqual(['queued 0-10', 'working 10-50 by a']);
    expect(clock.complete).toBe(true);
  });

  it('knows tasks and nodes that were there before the span', async () => {
    const told: Told[] = [[-5 * DAY, 'node.registered', 'a', { role: 'developer' }], created, claimed];
    const clock = await clockIn(told, DAY, DAY + 60);
    expect(inWords(clock.tasks[0]?.intervals)).toEqual([`working ${DAY}-${DAY + 60} by a`]);
    expect(clock.nodes[0]).toMatchObject({ nodeId: 'a', role: 'developer' });
  });

  it('leaves short waits for the lock in the work', async () => {
    const lock = (at: number, wait: number): Told => [
      at,
      'state.lock',
      'a',
      { wait_ms: wait, hold_ms: 0, waited_for_node_id: 'b' },
    ];
    const clock = await clockIn([created, claimed, lock(20, 49), lock(40, 2_000), completed], 0, 200);
    expect(inWords(clock.tasks[0]?.intervals)).toContain('lock_wait 38-40 by a');
    expect(clock.lockWaits).toEqual([{ fromMicros: second(38), toMicros: second(40), nodeId: 'a', holderId: 'b' }]);
  });

  it('finds the last thing that a node did in a turn that was taken from it', async () => {
    const told: Told[] = [
      created,
      claimed,
      [120, 'tokens.consumed', 'a', { input_tokens: 1, output_tokens: 1 }],
      [180, 'state.write', 'a'],
      [600, 'state.write', 'b'],
      [700, 'task.claimed', 'b', task],
    ];
    const clock = await clockIn(told, 0, 800);
    expect(inWords(clock.tasks[0]?.intervals)).toEqual([
      'queued 0-10',
      'working 10-180 by a',
      'abandoned 180-700 by a',
      'working 700-800 by b',
    ]);
  });

  it('says when single events of the span have expired', async () => {
    const later: Told = [60 * DAY, 'task.created', undefined, { task_id: 'u' }];
    const { metrics } = await storeOf([created, claimed, completed, later], 60 * DAY + 60, 30);
    await metrics.upkeep();
    const found = await openClock(metrics, second(0), second(DAY), second(60 * DAY));
    expect(found).toMatchObject({ tasks: [], complete: false });
  });

  it('is empty for an empty store and for an empty span', async () => {
    expect(await clockIn([], 0, 100)).toMatchObject({ tasks: [], nodes: [], complete: true });
    expect(await clockIn([created], 100, 100)).toMatchObject({ nodes: [], complete: true });
  });
});
