import type { VerificationMeasure } from '../../src/analysis/advice/advice.ts';
import { findingId } from '../../src/analysis/detectors/finding.ts';
import { openGatherer } from '../../src/analysis/detectors/gatherer.ts';
import { analysisWindow, judge, type Insights } from '../../src/analysis/insights/insights.ts';
import { MEASURES } from '../../src/analysis/insights/measure-samples.ts';
import type { Verdict } from '../../src/analysis/insights/verdict.ts';
import type { FaultKind, FaultStrength } from '../../src/example/simulation/fault-book.ts';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import { type SimulatedStore, START_MICROS } from './simulated-store.ts';

/** Days in which nothing is wrong before anything is looked for: two weeks, and a fault begins on a Monday. */
export const QUIET_DAYS = 14;
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

/** A verdict on advice after which nothing was changed. */
export type Placebo = { readonly measure: VerificationMeasure; readonly outcome: Verdict['outcome'] };

const HIGHER_IS_BETTER: readonly VerificationMeasure[] = ['node_busy_share', 'cached_token_share'];
/** Days compared on each side of a decision, and the one before it that is left out. */
const TRIAL_DAYS = 14;

/** Accepts advice of every kind of measure on some days, changes nothing, and asks two weeks later what became of it. */
export async function acceptPlacebos(store: SimulatedStore, onDays: readonly number[]): Promise<readonly Placebo[]> {
  const placebos: Placebo[] = [];
  for (const day of onDays) {
    const nowMicros = START_MICROS + (day + TRIAL_DAYS) * MICROS_PER_DAY;
    const gatherer = openGatherer(store.asOf(nowMicros), nowMicros);
    for (const measure of Object.keys(MEASURES) as VerificationMeasure[]) {
      const decision = {
        adviceId: `placebo/${measure}`,
        kind: 'placebo',
        decision: 'accepted',
        atMicros: START_MICROS + day * MICROS_PER_DAY,
        action: undefined,
        severity: undefined,
        measure,
        better: HIGHER_IS_BETTER.includes(measure) ? 'higher' : 'lower',
        nodeId: undefined,
        model: undefined,
      } as const;
      const { verdict } = await judge(gatherer, decision, analysisWindow({ nowMicros }));
      placebos.push({ measure, outcome: verdict.outcome });
    }
  }
  return placebos;
}
