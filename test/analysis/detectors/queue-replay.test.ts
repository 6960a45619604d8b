import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countsOver, secondsOf } from '../../../src/analysis/detectors/counts-over-time.ts';
import { replayWaits, scaledTo } from '../../../src/analysis/detectors/queue-replay.ts';

const END = 1_000e6;
const jobs = fc
  .array(fc.record({ readyMicros: fc.integer({ min: 0, max: 900e6 }), seconds: fc.integer({ min: 0, max: 300 }) }), {
    maxLength: 40,
  })
  .map((some) => some.toSorted((a, b) => a.readyMicros - b.readyMicros));
const fleet = fc
  .array(fc.record({ atMicros: fc.integer({ min: 0, max: 900e6 }), count: fc.integer({ min: 0, max: 6 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((steps) => steps.toSorted((a, b) => a.atMicros - b.atMicros));

describe('a queue played again', () => {
  it('gives each job the wait it has by hand', () => {
    const two = [{ atMicros: 0, count: 2 }];
    const some = [0, 10, 20, 30].map((at) => ({ readyMicros: at * 1e6, seconds: 100 }));
    expect(replayWaits(some, two, END)).toEqual([0, 0, 80, 80]);
    expect(replayWaits(some, [{ atMicros: 50e6, count: 1 }], END)).toEqual([50, 140, 230, 320]);
    expect(replayWaits(some, [], END)).toEqual([1_000, 990, 980, 970]);
  });

  it('never makes a job wait longer for more workers, or for shorter jobs', () => {
    fc.assert(
      fc.property(jobs, fleet, fc.integer({ min: 1, max: 8 }), (some, steps, workers) => {
        const most = Math.max(...steps.map(({ count }) => count));
        fc.pre(most > 0);
        const waits = replayWaits(some, scaledTo(steps, workers), END);
        const withMore = replayWaits(some, scaledTo(steps, workers + 1), END);
        const shorter = some.map(({ readyMicros, seconds }) => ({ readyMicros, seconds: seconds / 2 }));
        const withShorter = replayWaits(shorter, scaledTo(steps, workers), END);
        for (const [index, wait] of waits.entries()) {
          expect(withMore[index]).toBeLessThanOrEqual(wait);
          expect(withShorter[index]).toBeLessThanOrEqual(wait);
          expect(wait).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('counts over time', () => {
  it('sum to the length of the stretches they were made of', () => {
    const stretch = fc
      .tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 100 }))
      .map(([from, length]) => ({ fromMicros: from * 1e6, toMicros: (from + length) * 1e6 }));
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 20 }), (stretches) => {
        const total = stretches.reduce((sum, { fromMicros, toMicros }) => sum + (toMicros - fromMicros) / 1e6, 0);
        const steps = countsOver(stretches);
        expect(secondsOf(steps, [], (count) => count, { fromMicros: 0, toMicros: 2_000e6 })).toBeCloseTo(total);
        expect(secondsOf(steps, steps, Math.min, { fromMicros: 0, toMicros: 2_000e6 })).toBeCloseTo(total);
      }),
    );
  });
});
