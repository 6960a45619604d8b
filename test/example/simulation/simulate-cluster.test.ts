import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { simulatedFigures } from '../../support/simulated-figures.ts';
import { type SimulationPlan, simulateCluster } from '../../../src/example/simulation/simulate-cluster.ts';

const MONDAY = Date.UTC(2026, 9, 5) * 1_000;

function digest(plan: Partial<SimulationPlan> = {}): string {
  const hash = createHash('sha256');
  for (const event of simulateCluster({ seed: 5, fromMicros: MONDAY, days: 3, ...plan })) {
    hash.update(JSON.stringify(event));
  }
  return hash.digest('hex');
}

describe('a simulated cluster', () => {
  it('is the same byte for byte for the same plan, and another for another seed', () => {
    expect(digest()).toBe(digest());
    expect(digest({ seed: 6 })).not.toBe(digest());
  });

  it('tells its events in order of time, no two at the same microsecond, within its span', () => {
    let last = MONDAY - 1;
    for (const { atMicros } of simulateCluster({ seed: 5, fromMicros: MONDAY, days: 3 })) {
      expect(atMicros).toBeGreaterThan(last);
      last = atMicros;
    }
    expect(last).toBeLessThanOrEqual(MONDAY + 3 * 86_400e6);
  });

  it('is believable: tasks are done the same day, people are seldom asked, and a month costs what it would', () => {
    for (const seed of [21, 22, 23]) {
      const month = simulatedFigures({ seed, days: 28 });
      expect(month['tasks']).toBeGreaterThan(400);
      expect(month['tasks']).toBeLessThan(1_500);
      expect(month['medianTaskMinutes']).toBeGreaterThan(15);
      expect(month['medianTaskMinutes']).toBeLessThan(35);
      expect((month['queueHours'] ?? 0) / (month['tasks'] ?? 1)).toBeLessThan(0.2);
      expect(month['failedRunShare']).toBeLessThan(0.3);
      expect(month['unpricedShare']).toBe(0);
    }
  });

  it('takes more reads of the state where they are wanted, and changes nothing else by that', () => {
    const few = simulatedFigures({ seed: 21, days: 5 });
    const many = simulatedFigures({ seed: 21, days: 5, stateReadsPerTask: 40 });
    expect(many['tasks']).toBe(few['tasks']);
    const reads = (stateReadsPerTask?: number): number =>
      [...simulateCluster({ seed: 21, fromMicros: MONDAY, days: 5, stateReadsPerTask })].filter(
        ({ metric }) => metric === 'state.read',
      ).length;
    expect(reads(40)).toBeGreaterThan(3 * reads());
  });
});
