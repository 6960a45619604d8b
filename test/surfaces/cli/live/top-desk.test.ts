import { describe, expect, it } from 'vitest';

import { TopDesk } from '../../../../src/surfaces/cli/live/top-desk.ts';
import type { TopReport } from '../../../../src/surfaces/cli/live/top-figures.ts';
import { stillClock } from '../../../support/recording.ts';

const SIGNAL = new AbortController().signal;

/** A desk with a report that takes so long, and counts how often it was made. */
function openDesk(costMillis: number, minMillis = 1_000) {
  const clock = stillClock();
  const made = { times: 0, fails: false, events: 0 };
  const report: TopReport = {
    part: 'tasks',
    minMillis,
    make: async () => {
      made.times += 1;
      clock.millis += costMillis;
      if (made.fails) throw new Error('The disk is gone.');
      return { tasks: [] };
    },
  };
  const desk = new TopDesk([report], clock, async () => made.events);
  const look = async (afterMillis: number): Promise<number> => {
    clock.millis += afterMillis;
    await desk.refresh(SIGNAL, () => {});
    return made.times;
  };
  return { desk, made, look };
}

describe('TopDesk', () => {
  it('makes a report again when something happened and it has rested for what it cost', async () => {
    const { made, look } = openDesk(100);
    expect(await look(0)).toBe(1);
    made.events = 1;
    expect(await look(2_000)).toBe(1);
    expect(await look(500)).toBe(2);
  });

  it('asks rarely while nothing happens', async () => {
    const { look } = openDesk(1);
    expect(await look(0)).toBe(1);
    expect(await look(14_000)).toBe(1);
    expect(await look(1_500)).toBe(2);
  });

  it('keeps what it has and says what is wrong when a look fails', async () => {
    const { desk, made, look } = openDesk(1);
    await look(0);
    Object.assign(made, { fails: true, events: 1 });
    await look(5_000);
    expect(desk.problem).toBe('The disk is gone.');
    expect(desk.figures).toEqual({ tasks: [] });
    made.fails = false;
    await look(5_000);
    expect(desk.problem).toBeUndefined();
  });
});
