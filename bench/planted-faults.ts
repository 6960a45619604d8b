import type { FaultKind, FaultStrength } from '../src/example/simulation/fault-book.ts';
import type { SimulatedStore } from '../test/proving-ground/simulated-store.ts';
import { QUIET_DAYS } from '../test/proving-ground/watch-quietly.ts';

/** Runs in which a fault may be found, one at the end of each day. */
export const FAULT_DAYS = 3;

/** What became of one planted fault. */
export type FaultTrial = {
  readonly kind: FaultKind;
  readonly strength: FaultStrength;
  /** Whether the run at the end of each day found it. */
  readonly foundOn: readonly boolean[];
  /** Whether the first run that found it named it first, before whatever else was found. */
  readonly isNamedFirst: boolean;
};

/** Plants a fault in a cluster that was quiet, and looks for it day by day. */
export async function plantFault(quiet: SimulatedStore, kind: FaultKind, strength: FaultStrength): Promise<FaultTrial> {
  await using store = await quiet.continued(FAULT_DAYS, [{ kind, strength }]);
  const foundOn: boolean[] = [];
  let first: string | undefined;
  for (let day = 1; day <= FAULT_DAYS; day += 1) {
    const { verdicts, incidents } = await store.insightsAfter(QUIET_DAYS + day);
    const isFound = verdicts.some((one) => one.kind === kind && one.verdict.findings.length > 0);
    if (isFound && !foundOn.includes(true)) first = incidents[0]?.cause.kind;
    foundOn.push(isFound);
  }
  return { kind, strength, foundOn, isNamedFirst: first === kind };
}
