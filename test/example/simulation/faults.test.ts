import { describe, expect, it } from 'vitest';

import { FAULT_KINDS, type FaultKind } from '../../../src/example/simulation/fault-book.ts';
import { simulatedFigures } from '../../support/simulated-figures.ts';

/** Days of which a figure is taken: a working week. */
const DAYS = 5;
const SEED = 12;

/** The figure that each fault is meant to change, and at least how many times it is then what it was. */
const OWN: Readonly<Record<FaultKind, readonly [figure: string, moderate: number, strong: number]>> = {
  slow_tasks: ['medianTaskMinutes', 1.5, 2.4],
  backlog: ['queueHours', 2, 10],
  idle_capacity: ['queueHours', 1.5, 5],
  over_capacity: ['nodes', 1.4, 2],
  zombie_claim: ['heldInVainHours', 3, 10],
  silent_node: ['silences', 3, 10],
  human_wait: ['askedHours', 4, 12],
  failing_tests: ['failedRunShare', 1.5, 2.5],
  flaky_tests: ['passedAgainShare', 2, 5],
  retry_loop: ['failedCallShare', 3, 7],
  lock_contention: ['lockWaitHours', 100, 1_000],
  hot_file: ['tasksOnOneFile', 10, 20],
  cost_spike: ['requestsPerTask', 1.8, 3],
  cost_outlier_task: ['outlierShare', 1.5, 3],
  low_cache_use: ['uncachedShare', 3, 5],
  oversized_context: ['medianRequestTokens', 1.9, 3.8],
  model_mismatch: ['dearShare', 1.5, 3],
  unpriced_spend: ['unpricedShare', 10, 30],
  unattributed_spend: ['unattributedShare', 5, 15],
};

/** What follows from a fault by itself: it is not what the fault changes, and cannot be kept apart from it. */
const FOLLOWS: Readonly<Partial<Record<FaultKind, readonly string[]>>> = {
  slow_tasks: ['queueHours'],
  backlog: ['nodes', 'lockWaitHours'],
  idle_capacity: ['lockWaitHours'],
  over_capacity: ['queueHours', 'lockWaitHours'],
  zombie_claim: ['queueHours'],
  silent_node: ['queueHours', 'heldInVainHours', 'nodes'],
  human_wait: ['queueHours', 'medianTaskMinutes'],
  failing_tests: ['queueHours', 'passedAgainShare'],
  flaky_tests: ['queueHours', 'failedRunShare'],
  retry_loop: ['queueHours', 'requestsPerTask', 'outlierShare'],
  cost_outlier_task: ['queueHours', 'requestsPerTask', 'failedCallShare'],
  low_cache_use: ['outlierShare'],
  model_mismatch: ['outlierShare', 'uncachedShare'],
  unpriced_spend: ['outlierShare', 'dearShare'],
  unattributed_spend: ['requestsPerTask', 'outlierShare'],
};
/** How many times more or less all else may become. Small counts of few days stray. */
const ELSEWHERE = 2;

describe('a fault of a simulated cluster', () => {
  const quiet = simulatedFigures({ seed: SEED, days: DAYS });

  for (const kind of FAULT_KINDS) {
    it(`changes what it names and little else: ${kind}`, () => {
      const [own, moderate, strong] = OWN[kind];
      const of = (strength: 'moderate' | 'strong'): Readonly<Record<string, number>> =>
        simulatedFigures({ seed: SEED, days: DAYS, faults: [{ kind, strength, fromDay: 0, toDay: DAYS }] });
      const figures = of('moderate');
      const before = Math.max(quiet[own] ?? 0, FLOORS[own] ?? 0);
      expect((figures[own] ?? 0) / before).toBeGreaterThan(moderate);
      expect((of('strong')[own] ?? 0) / before).toBeGreaterThan(strong);
      const strayed = Object.entries(figures).filter(([name, value]) => {
        if (name === own || FOLLOWS[kind]?.includes(name) === true) return false;
        const floor = FLOORS[name] ?? 0;
        const ratio = Math.max(value, floor) / Math.max(quiet[name] ?? 0, floor);
        return ratio > ELSEWHERE || ratio < 1 / ELSEWHERE;
      });
      expect(strayed).toEqual([]);
    });
  }
});

/** Below this a figure is as good as none. */
const FLOORS: Readonly<Record<string, number>> = {
  queueHours: 3,
  heldInVainHours: 1,
  silences: 1,
  askedHours: 1,
  passedAgainShare: 0.02,
  lockWaitHours: 0.001,
  outlierShare: 0.01,
  tasksOnOneFile: 3,
  unpricedShare: 0.01,
  unattributedShare: 0.02,
};
