import type { Insights } from '../src/analysis/insights/insights.ts';
import type { FaultKind, FaultStrength } from '../src/example/simulation/fault-book.ts';
import type { SimulatedStore } from '../test/proving-ground/simulated-store.ts';
import { QUIET_DAYS } from '../test/proving-ground/watch-quietly.ts';

/** Runs in which a fault may be found, one at the end of each day. */
export const FAULT_DAYS = 3;

/** What became of one planted fault. */
export type FaultTrial = {
  readonly kind: FaultKind;
  readonly strength: FaultStrength;
  /** The first run that found it, from 1; `undefined` when none did. */
  readonly foundOnDay: number | undefined;
  /** Whether the last run named it first. */
  readonly isNamedFirst: boolean;
  /** What the last run named first. */
  readonly first: string | undefined;
};

/** Plants a fault in a cluster that was quiet, and looks for it day by day. */
export async function plantFault(quiet: SimulatedStore, kind: FaultKind, strength: FaultStrength): Promise<FaultTrial> {
  await using store = await quiet.continued(FAULT_DAYS, [{ kind, strength }]);
  const runs: Insights[] = [];
  for (let day = 1; day <= FAULT_DAYS; day += 1) runs.push(await store.insightsAfter(QUIET_DAYS + day));
  const found = runs.findIndex(({ verdicts }) =>
    verdicts.some((one) => one.kind === kind && one.verdict.findings.length > 0),
  );
  const first = runs.at(-1)?.incidents[0]?.cause.kind;
  return { kind, strength, foundOnDay: found < 0 ? undefined : found + 1, isNamedFirst: first === kind, first };
}
