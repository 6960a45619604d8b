import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

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
});
