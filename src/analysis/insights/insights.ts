import { MICROS_PER_DAY } from '../../model/range.ts';
import { openZone, zonedAt } from '../../model/time.ts';
import type { Advice } from '../advice/advice.ts';
import { ADVICE_RULES } from '../advice/rules/index.ts';
import type { AnalysisWindow } from '../analysis-window.ts';
import type { Gatherer, Verdict as DetectorVerdict } from '../detectors/detector.ts';
import { type Finding, findingId } from '../detectors/finding.ts';
import { openGatherer, type ParameterOverrides, runDetectors } from '../detectors/gatherer.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type AdviceDecision, type DecisionBook, readDecisionBook } from './decision-book.ts';
import { type HitRate, hitRates, type JudgedAdvice } from './hit-rates.ts';
import { type DailyTotals, groupIncidents, type Incident } from './incidents.ts';
import { MEASURES } from './measure-samples.ts';
import { type Standing, standingOf } from './standing.ts';
import { judgeTrial, TRIAL_DAYS } from './verdict.ts';

/** Advice, and where it stands. */
export type StandingAdvice = { readonly advice: Advice; readonly standing: Standing };

/** What a cluster's figures mean now. */
export type Insights = {
  readonly window: AnalysisWindow;
  /** What each detector says, also those that found nothing. */
  readonly verdicts: readonly { readonly kind: string; readonly title: string; readonly verdict: DetectorVerdict }[];
  /** The gravest first. */
  readonly incidents: readonly Incident[];
  /** In the order of the incidents their findings belong to, causes before symptoms. */
  readonly advice: readonly StandingAdvice[];
  /** What became of accepted advice, the newest first. */
  readonly judged: readonly JudgedAdvice[];
  readonly hitRates: readonly HitRate[];
};

export type InsightOptions = {
  readonly nowMicros: number;
  /** IANA zone of days and weekends. Default: UTC. */
  readonly timeZone?: string | undefined;
  /** Length of the window that is judged. Default: 24 hours. */
  readonly windowMicros?: number | undefined;
  /** Parameters of detectors, by kind, where they differ from the declared ones. */
  readonly overrides?: ParameterOverrides | undefined;
};

/** Weeks enough for hours of the week to have a history, and not so many that old ways count. */
const BASELINE_DAYS = 28;
/** Windows end where a whole part of the hour ends, so that no bucket is judged while it fills. */
const STEP_MICROS = 5 * 60 * 1_000_000;
/** Verdicts are made of the newest decisions; older ones have no events left to be judged by. */
const MAX_JUDGED = 50;
const SATURDAY = 6;

/** The last day, and the four weeks before it. */
export function analysisWindow({ nowMicros, timeZone, windowMicros }: InsightOptions): AnalysisWindow {
  const toMicros = Math.floor(nowMicros / STEP_MICROS) * STEP_MICROS;
  const fromMicros = toMicros - (windowMicros ?? MICROS_PER_DAY);
  return {
    baselineFromMicros: fromMicros - BASELINE_DAYS * MICROS_PER_DAY,
    fromMicros,
    toMicros,
    nowMicros,
    timeZone: timeZone ?? 'UTC',
  };
}

/** Runs all detectors and says what is wrong, what to do, and what became of what was done. */
export async function openInsights(ask: EventAnswerer, options: InsightOptions): Promise<Insights> {
  const window = analysisWindow(options);
  const gatherer = openGatherer(ask, window.nowMicros);
  const verdicts = await runDetectors(gatherer, window, options.overrides);
  const findings = verdicts.flatMap(({ verdict }) => verdict.findings);
  const book = await readDecisionBook(ask, window.nowMicros);
  const incidents = groupIncidents(findings, await dailyTotals(gatherer, window));
  const judged = await judgeAccepted(gatherer, book, window);
  return {
    window,
    verdicts,
    incidents,
    advice: incidents.flatMap(({ cause, symptoms }) =>
      [cause, ...symptoms].flatMap((finding) => adviceFor(finding, book, window.nowMicros)),
    ),
    judged,
    hitRates: hitRates(judged),
  };
}

function adviceFor(finding: Finding, book: DecisionBook, nowMicros: number): StandingAdvice[] {
  const advised = ADVICE_RULES.find(({ kind }) => kind === finding.kind)?.advise(finding);
  if (advised === undefined) return [];
  const advice: Advice = { id: findingId(finding), finding, ...advised };
  return [{ advice, standing: standingOf(advice, book, nowMicros) }];
}

/** What the cluster spends a day, of the window: time of its nodes, and money. */
async function dailyTotals(ask: Gatherer, window: AnalysisWindow): Promise<DailyTotals> {
  const days = (window.toMicros - window.fromMicros) / MICROS_PER_DAY;
  const { nodes } = await ask.clock(window.fromMicros, window.toMicros);
  const seconds = nodes.reduce((sum, node) => sum + (node.toMicros - node.fromMicros) / 1e6, 0);
  const { total } = await ask.ledger(window.fromMicros, window.toMicros);
  return { secondsPerDay: seconds / days, usdPerDay: Number(total.figures.costNanos) / 1e9 / days };
}

async function judgeAccepted(
  ask: Gatherer,
  { decisions }: DecisionBook,
  window: AnalysisWindow,
): Promise<readonly JudgedAdvice[]> {
  const accepted = decisions.filter(({ decision }) => decision === 'accepted').slice(-MAX_JUDGED);
  const judged: JudgedAdvice[] = [];
  for (const decision of accepted.toReversed()) judged.push(await judge(ask, decision, window));
  return judged;
}

/** What became of one accepted piece of advice, from the days before and after. */
export async function judge(ask: Gatherer, decision: AdviceDecision, window: AnalysisWindow): Promise<JudgedAdvice> {
  const measure = decision.measure === undefined ? undefined : MEASURES[decision.measure];
  if (measure === undefined || decision.better === undefined) {
    const verdict = { outcome: 'cannot_tell', reason: 'Nothing is measured for it.' } as const;
    return { decision, verdict: { ...verdict, effect: undefined, before: undefined, after: undefined } };
  }
  const zone = await openZone(window.timeZone);
  // One day more than is compared, since the day before acceptance is left out.
  const fromMicros = decision.atMicros - (TRIAL_DAYS + 1) * MICROS_PER_DAY;
  const toMicros = Math.min(window.nowMicros, decision.atMicros + TRIAL_DAYS * MICROS_PER_DAY);
  const samples = await measure.read(ask, { fromMicros, toMicros, nodeId: decision.nodeId, model: decision.model });
  const verdict = judgeTrial({
    acceptedMicros: decision.atMicros,
    better: decision.better,
    unit: measure.unit,
    center: measure.center,
    samples,
    nowMicros: window.nowMicros,
    isWeekend: (atMicros) => zonedAt(Math.round(atMicros), zone).dayOfWeek >= SATURDAY,
  });
  return { decision, verdict };
}
