import type { VerificationMeasure } from '../src/analysis/advice/advice.ts';
import type { Gatherer } from '../src/analysis/detectors/detector.ts';
import { openGatherer } from '../src/analysis/detectors/gatherer.ts';
import { analysisWindow, judge } from '../src/analysis/insights/insights.ts';
import { MEASURES } from '../src/analysis/insights/measure-samples.ts';
import type { Verdict } from '../src/analysis/insights/verdict.ts';
import { MICROS_PER_DAY } from '../src/model/range.ts';
import { type SimulatedStore, START_MICROS } from '../test/proving-ground/simulated-store.ts';

/** When advice was accepted: on a day chosen by nothing, or, as people do, after a bad one. */
type Occasion = 'any day' | 'after a bad day';

/** A verdict on advice after which nothing was changed. */
export type Placebo = {
  readonly measure: VerificationMeasure;
  readonly occasion: Occasion;
  readonly outcome: Verdict['outcome'];
};

const HIGHER_IS_BETTER: readonly VerificationMeasure[] = ['node_busy_share', 'cached_token_share'];
/** Days that are waited for a verdict: as many as it compares. */
const TRIAL_DAYS = 14;

/**
 * Accepts advice of every kind of measure on each of some days, and on the one after the worst of them; changes nothing,
 * and asks two weeks later what became of it.
 */
export async function acceptPlacebos(store: SimulatedStore, onDays: readonly number[]): Promise<readonly Placebo[]> {
  // What several measures need is read once.
  const gatherers = new Map<number, Gatherer>();
  const gathererAt = (day: number): Gatherer => {
    const nowMicros = START_MICROS + day * MICROS_PER_DAY;
    const known = gatherers.get(day) ?? openGatherer(store.asOf(nowMicros), nowMicros);
    gatherers.set(day, known);
    return known;
  };
  const placebos: Placebo[] = [];
  const accept = async (measure: VerificationMeasure, day: number, occasion: Occasion): Promise<void> => {
    const { verdict } = await judge(gathererAt(day + TRIAL_DAYS), decisionOn(measure, day), windowAfter(day));
    placebos.push({ measure, occasion, outcome: verdict.outcome });
  };
  for (const measure of Object.keys(MEASURES) as VerificationMeasure[]) {
    for (const day of onDays) await accept(measure, day, 'any day');
    const worst = await worstOf(gathererAt(Math.max(...onDays)), measure, onDays);
    if (worst !== undefined) await accept(measure, worst, 'after a bad day');
  }
  return placebos;
}

const windowAfter = (day: number): ReturnType<typeof analysisWindow> =>
  analysisWindow({ nowMicros: START_MICROS + (day + TRIAL_DAYS) * MICROS_PER_DAY });

const decisionOn = (measure: VerificationMeasure, day: number): Parameters<typeof judge>[1] => ({
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
});

/** The end of the day, among those before some days, on which a measure was worst on average. */
async function worstOf(
  ask: Gatherer,
  measure: VerificationMeasure,
  days: readonly number[],
): Promise<number | undefined> {
  const toMicros = START_MICROS + Math.max(...days) * MICROS_PER_DAY;
  const fromMicros = START_MICROS + (Math.min(...days) - 1) * MICROS_PER_DAY;
  const samples = await MEASURES[measure].read(ask, { fromMicros, toMicros });
  const byDay = Map.groupBy(samples, ({ atMicros }) => Math.floor((atMicros - START_MICROS) / MICROS_PER_DAY) + 1);
  const sign = HIGHER_IS_BETTER.includes(measure) ? -1 : 1;
  const means = [...byDay].map(([day, own]) => {
    const weight = own.reduce((sum, one) => sum + one.weight, 0);
    return { day, badness: (sign * own.reduce((sum, one) => sum + one.value * one.weight, 0)) / weight };
  });
  return means.sort((a, b) => b.badness - a.badness)[0]?.day;
}
