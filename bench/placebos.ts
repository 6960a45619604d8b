import type { VerificationMeasure } from '../src/analysis/advice/advice.ts';
import { openGatherer } from '../src/analysis/detectors/gatherer.ts';
import { analysisWindow, judge } from '../src/analysis/insights/insights.ts';
import { MEASURES } from '../src/analysis/insights/measure-samples.ts';
import type { Verdict } from '../src/analysis/insights/verdict.ts';
import { MICROS_PER_DAY } from '../src/model/range.ts';
import { type SimulatedStore, START_MICROS } from '../test/proving-ground/simulated-store.ts';

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
