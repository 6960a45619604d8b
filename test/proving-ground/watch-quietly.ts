import { findingId } from '../../src/analysis/detectors/finding.ts';
import type { SimulatedStore } from './simulated-store.ts';

/** Days in which nothing is wrong before anything is looked for: two weeks, and a fault begins on a Monday. */
export const QUIET_DAYS = 14;
/** A finding in a cluster in which nothing is wrong. */
export type FalseFinding = { readonly kind: string; readonly day: number; readonly summary: string };

/**
 * Runs the detectors at the end of each day from the 14th on, in a cluster in which nothing is wrong.
 *
 * @returns Findings that were not there the day before: one that stays is told once.
 */
export async function watchQuietly(store: SimulatedStore, toDay: number): Promise<readonly FalseFinding[]> {
  const told: FalseFinding[] = [];
  let before = new Set<string>();
  for (let day = QUIET_DAYS; day <= toDay; day += 1) {
    const { verdicts } = await store.insightsAfter(day);
    const findings = verdicts.flatMap(({ verdict }) => verdict.findings);
    for (const finding of findings) {
      const { kind, summary } = finding;
      if (!before.has(findingId(finding))) told.push({ kind, day, summary });
    }
    before = new Set(findings.map(findingId));
  }
  return told;
}
