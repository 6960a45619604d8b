import { describe, expect, it } from 'vitest';

import { lockContention } from '../../../src/analysis/detectors/lock-contention.ts';
import type { IncomingEvent } from '../../../src/model/event.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';
import { detect, minutesBefore } from '../../support/detect.ts';

const DAY = 1_440;

/** Ten times an hour somebody takes the lock, between two days of the past. */
function locks(fromDays: number, toDays: number, waitMillis: number, seed = 1): IncomingEvent[] {
  const random = new SeededRandom(seed);
  const events: IncomingEvent[] = [];
  for (let minutes = fromDays * DAY; minutes > toDays * DAY; minutes -= 6) {
    const data = {
      node_id: 'Node-A1B2',
      wait_ms: waitMillis * random.between(0.3, 3),
      hold_ms: 2,
      waited_for_node_id: 'Node-BM-K2L9',
    };
    events.push(minutesBefore(minutes - random.next(), 'state.lock', data));
  }
  return events;
}

describe('lock contention', () => {
  it('is found when nodes wait far longer than they did, and names who is waited for', async () => {
    const { findings } = await detect(lockContention, [...locks(8, 1, 4), ...locks(1, 0, 700)]);
    expect(findings[0]).toMatchObject({ kind: 'lock_contention', facts: { node_id: 'Node-BM-K2L9', holder_share: 1 } });
    expect(findings[0]?.effect.low).toBeGreaterThan(0);
    expect(findings[0]?.summary).toMatch(
      /^A node waits [\d.]+ m?s for the lock of the state file, typically; usually it is \d+ ms\./,
    );
  });

  it('is not found when waits are as they were, long or short', async () => {
    expect((await detect(lockContention, locks(8, 0, 4))).state).toBe('clear');
    expect((await detect(lockContention, [...locks(8, 1, 1), ...locks(1, 0, 4)])).state).toBe('clear');
  });

  it('is found without a history when waits eat the working time', async () => {
    const work = [minutesBefore(1_400, 'task.claimed', { task_id: 'task-1', node_id: 'Node-A1B2' })];
    const { findings } = await detect(lockContention, [...work, ...locks(0.9, 0, 60_000)]);
    expect(findings[0]?.severity).toBe('critical');
  });

  it('says that it learns, or that there is nothing', async () => {
    expect((await detect(lockContention, locks(0.05, 0, 4))).state).toBe('learning');
    expect((await detect(lockContention, [])).state).toBe('no_data');
  });
});
