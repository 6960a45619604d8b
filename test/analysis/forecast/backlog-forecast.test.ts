import { describe, expect, it } from 'vitest';

import { type Flow, forecastBacklog } from '../../../src/analysis/forecast/backlog-forecast.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const HOUR_EACH: Flow = {
  waiting: 6,
  atWorkHours: [],
  nodes: 2,
  arrivals: { count: 0, hours: 10_000 },
  workHours: Array.from({ length: 20 }, () => 1),
};

const ask = (flow: Partial<Flow>) => forecastBacklog({ ...HOUR_EACH, ...flow }, new SeededRandom(1));

describe('forecastBacklog', () => {
  it('is plain arithmetic where nothing comes and each task takes an hour', () => {
    // Two nodes take two at once, two after an hour and the last two after another.
    expect(ask({})).toMatchObject({ state: 'clears', clears: 1, hours: { middle: 2 } });
    expect(ask({ atWorkHours: [0.5, 0.25] })).toMatchObject({ hours: { middle: 2.75 } });
  });

  it('takes longer the more arrives, and does not clear when more arrives than nodes can do', () => {
    const hours = (count: number): number => {
      const found = ask({ waiting: 20, arrivals: { count, hours: 24 } });
      return 'hours' in found ? found.hours.middle : Number.NaN;
    };
    expect(hours(24)).toBeGreaterThan(hours(5));
    const flooded = ask({ arrivals: { count: 24 * 5, hours: 24 } });
    expect(flooded).toMatchObject({
      state: 'does_not_clear',
      busyNodes: 5,
      hours: { middle: Number.POSITIVE_INFINITY },
    });
  });

  it('says so when nothing waits, nobody is there, or too few tasks have ended', () => {
    expect(ask({ waiting: 0 })).toEqual({ state: 'clear' });
    expect(ask({ nodes: 0 })).toEqual({ state: 'no_nodes' });
    expect(ask({ workHours: [1, 2] })).toEqual({ state: 'learning', ended: 2, needed: 8 });
  });

  it('covers what comes about as often as it says, when it knows the rates from a day', () => {
    const random = new SeededRandom(8);
    const took = (): number => 0.3 * Math.exp(0.8 * random.normal());
    const held = [0, 0, 0];
    const runs = 150;
    for (let run = 0; run < runs; run++) {
      const came = { count: 0, hours: 24 };
      for (let at = random.exponential(0.5); at < 24; at += random.exponential(0.5)) came.count++;
      const flow = { ...HOUR_EACH, waiting: 15, nodes: 3, arrivals: came, workHours: Array.from({ length: 48 }, took) };
      const found = forecastBacklog(flow, random);
      if (!('hours' in found)) throw new Error('There is enough to go by.');
      // What then happens, at the true rates.
      const free = [0, 0, 0];
      let waiting = 15;
      let next = random.exponential(0.5);
      let cleared = 0;
      while (waiting > 0) {
        const at = Math.min(...free);
        if (next < at) {
          waiting++;
          next += random.exponential(0.5);
        } else {
          waiting--;
          cleared = at;
          free[free.indexOf(at)] = at + took();
        }
      }
      found.hours.bands.forEach(({ low, high }, place) => {
        if (low <= cleared && cleared <= high) held[place] = (held[place] ?? 0) + 1;
      });
    }
    const parts = held.map((count) => count / runs);
    expect(parts[0]).toBeGreaterThan(0.4);
    expect(parts[0]).toBeLessThan(0.62);
    expect(parts[1]).toBeGreaterThan(0.72);
    expect(parts[2]).toBeGreaterThan(0.9);
  });
});
