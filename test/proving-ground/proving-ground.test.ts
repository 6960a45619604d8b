import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DETECTORS } from '../../src/analysis/detectors/index.ts';
import { FAULT_KINDS, type FaultKind } from '../../src/example/simulation/fault-book.ts';
import { SimulatedStore } from './simulated-store.ts';
import { QUIET_DAYS, watchQuietly } from './watch-quietly.ts';

/** A seed that is used neither for tuning nor for the tables of the bench. */
const SEED = 5_001;
const FAULT_DAYS = 2;
/** Few, so that the test stays quick: the bench watches for months. */
const WATCHED_DAYS = 7;

/** Faults that can be there at the same time and leave each other visible; together so that the test stays quick. */
const TOGETHER: readonly (readonly FaultKind[])[] = [
  ['slow_tasks', 'failing_tests', 'hot_file', 'lock_contention', 'unpriced_spend'],
  ['over_capacity', 'flaky_tests', 'retry_loop', 'low_cache_use'],
  ['idle_capacity', 'human_wait', 'oversized_context', 'unattributed_spend'],
  ['backlog', 'cost_spike'],
  ['zombie_claim', 'silent_node', 'model_mismatch', 'cost_outlier_task'],
];

describe('the proving ground', () => {
  let quiet: SimulatedStore;
  beforeAll(async () => {
    quiet = await SimulatedStore.quiet(SEED, QUIET_DAYS);
  });
  afterAll(() => quiet[Symbol.asyncDispose]());

  for (const kinds of TOGETHER) {
    it(`finds what was planted: ${kinds.join(', ')}`, async () => {
      const faults = kinds.map((kind) => ({ kind, strength: 'strong' }) as const);
      await using store = await quiet.continued(FAULT_DAYS, faults);
      const { verdicts } = await store.insightsAfter(QUIET_DAYS + FAULT_DAYS);
      const found = verdicts.filter(({ verdict }) => verdict.findings.length > 0).map(({ kind }) => kind);
      const known = kinds.filter((planted) => DETECTORS.some(({ kind }) => kind === planted));
      expect(found).toEqual(expect.arrayContaining(known));
    });
  }

  it('plants a fault for every detector, and every kind of fault', () => {
    expect(TOGETHER.flat().toSorted()).toEqual(FAULT_KINDS.toSorted());
    expect(FAULT_KINDS).toEqual(expect.arrayContaining(DETECTORS.map(({ kind }) => kind)));
  });

  it('finds next to nothing in a cluster in which nothing is wrong', async () => {
    await using longer = await quiet.continued(WATCHED_DAYS);
    expect((await watchQuietly(longer, QUIET_DAYS + WATCHED_DAYS)).length).toBeLessThanOrEqual(2);
  });
});
