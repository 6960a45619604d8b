import { describe, expect, it } from 'vitest';

import { Refreshed } from '../../../src/surfaces/exposition/refreshed.ts';

describe('an answer that many ask for', () => {
  it('is found once for all who ask at once, and kept for a while', async () => {
    let [now, found] = [0, 0];
    const answer = new Refreshed(
      1_000,
      () => now,
      async () => ++found,
    );
    expect(await Promise.all([answer.get(), answer.get(), answer.get()])).toEqual([1, 1, 1]);
    now = 999;
    expect(await answer.get()).toBe(1);
    now = 1_000;
    expect(await answer.get()).toBe(2);
  });

  it('is kept longer when it was dear, so that finding it takes no more than a tenth of the time', async () => {
    let [now, found] = [0, 0];
    const answer = new Refreshed(
      1_000,
      () => now,
      async () => {
        now += 500;
        return ++found;
      },
    );
    await answer.get();
    now += 4_999;
    expect(await answer.get()).toBe(1);
    now += 1;
    expect(await answer.get()).toBe(2);
  });

  it('is asked for anew after a failure', async () => {
    let found = 0;
    const answer = new Refreshed(
      1_000,
      () => 0,
      async () => {
        if (++found === 1) throw new Error('busy');
        return found;
      },
    );
    await expect(answer.get()).rejects.toThrow('busy');
    expect(await answer.get()).toBe(2);
  });
});
