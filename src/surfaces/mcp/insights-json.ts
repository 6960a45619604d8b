import { findingId, type Finding } from '../../analysis/detectors/finding.ts';
import type { Incident } from '../../analysis/insights/incidents.ts';
import type { Insights, StandingAdvice } from '../../analysis/insights/insights.ts';
import { type Answer, fitted, NAMES_NOTICE, type NextQuestion, type Size } from './answer.ts';
import { dataName } from './data-name.ts';
import type { EvidenceBook } from './evidence-book.ts';
import { figureJson, momentText, shortNumber } from './figures-json.ts';

/** Most incidents that an answer of each size begins to fit in. */
const MOST: Readonly<Record<Size, number>> = { short: 3, normal: 5, full: 20 };
/** Ids of findings hold the name of their subject. */
const MAX_ID_LENGTH = 120;
const MAX_JUDGED = 5;

/** The id of a finding as an agent gets to see it; what it gives back is found by the same form. */
export function shownId(id: string): string {
  return dataName(id, MAX_ID_LENGTH);
}

type Settings = { readonly size: Size; readonly nodeId: string | undefined };

/** What is wrong and what to do, in the size asked for; of one node only what is about it. */
export function insightsJson(insights: Insights, { size, nodeId }: Settings, book: EvidenceBook): Answer {
  const incidents = insights.incidents.filter((incident) => nodeId === undefined || concerns(incident, nodeId));
  const state = stateOf(insights, incidents.length);
  const { fromMicros, toMicros, timeZone } = insights.window;
  return fitted(size, MOST[size], (items) => {
    const shown = incidents.slice(0, items);
    return {
      state,
      says: STATE_WORDS[state],
      window: { from: momentText(fromMicros), to: momentText(toMicros), time_zone: timeZone },
      insights: shown.map((incident) => incidentJson(insights, incident, size, book)),
      not_shown: incidents.length === shown.length ? undefined : incidents.length - shown.length,
      detectors: size === 'short' ? undefined : detectorCounts(insights),
      undecided_detectors: size === 'full' ? undecided(insights) : undefined,
      accepted_advice: size === 'full' ? judged(insights) : undefined,
      next: nextQuestion(shown[0], book),
      notice: NAMES_NOTICE,
    };
  });
}

const STATE_WORDS = {
  attention: 'The gravest comes first; each is one cause with what follows from it.',
  clear: 'Nothing needs attention.',
  too_little: 'There is too little to judge yet: let `amicus-metrics up` follow the cluster for a day.',
} as const;

function stateOf({ verdicts }: Insights, count: number): keyof typeof STATE_WORDS {
  if (count > 0) return 'attention';
  const isBlind = verdicts.every(({ verdict }) => verdict.state === 'no_data' || verdict.state === 'learning');
  return isBlind ? 'too_little' : 'clear';
}

function concerns({ cause, symptoms }: Incident, nodeId: string): boolean {
  return [cause, ...symptoms].some(
    ({ subject, facts }) => (subject.kind === 'node' && subject.id === nodeId) || facts['node_id'] === nodeId,
  );
}

function incidentJson(insights: Insights, { cause, symptoms, severity }: Incident, size: Size, book: EvidenceBook) {
  const own = insights.advice.find(({ advice }) => advice.id === findingId(cause));
  const evidence = cause.evidence.map((one) => book.keep(one));
  const head = { id: shownId(findingId(cause)), severity, says: cause.summary };
  if (size === 'short') {
    return { ...head, action: own === undefined ? undefined : actionJson(own, size), evidence: evidence.slice(0, 1) };
  }
  return {
    ...head,
    subject: subjectJson(cause),
    since: momentText(cause.sinceMicros),
    seen: figureJson(cause.observed),
    usual: figureJson(cause.expected),
    ...(size === 'full' ? { effect: figureJson(cause.effect) } : {}),
    lost_per_day_estimate: impactJson(cause.impact, size),
    action: own === undefined ? undefined : actionJson(own, size),
    follows_from_it: symptoms.length === 0 ? undefined : symptoms.map((one) => symptomJson(one, size, book)),
    evidence,
  };
}

function subjectJson({ subject }: Finding) {
  return { kind: subject.kind, name: subject.id === undefined ? undefined : dataName(subject.id) };
}

function symptomJson(finding: Finding, size: Size, book: EvidenceBook) {
  const { severity, summary } = finding;
  return {
    id: shownId(findingId(finding)),
    severity,
    says: summary,
    evidence: size === 'full' ? finding.evidence.map((one) => book.keep(one)) : undefined,
  };
}

function impactJson({ secondsPerDay, usdPerDay }: Finding['impact'], size: Size) {
  if (secondsPerDay === undefined && usdPerDay === undefined) return undefined;
  if (size === 'full') return { seconds: figureJson(secondsPerDay), usd: figureJson(usdPerDay) };
  return { seconds: shortNumber(secondsPerDay?.value), usd: shortNumber(usdPerDay?.value) };
}

function actionJson({ advice, standing }: StandingAdvice, size: Size) {
  const params = Object.entries(advice.params).map(([name, value]) => [
    name,
    typeof value === 'number' ? shortNumber(value) : dataName(value),
  ]);
  const head = {
    name: advice.action,
    params: params.length === 0 ? undefined : (Object.fromEntries(params) as object),
    does: advice.sentence,
    state: standing.state,
  };
  if (size === 'short') return head;
  return {
    ...head,
    because: standing.because,
    priority: advice.priority,
    saves_per_day_estimate: impactJson(advice.saving, size),
    helps_only_if: advice.conditions.length === 0 ? undefined : advice.conditions,
    judged_by: size === 'full' ? `${advice.verification.measure}, ${advice.verification.better} is better` : undefined,
  };
}

function detectorCounts({ verdicts }: Insights) {
  const counts = Map.groupBy(verdicts, ({ verdict }) => verdict.state);
  return Object.fromEntries([...counts].map(([state, all]) => [state, all.length]));
}

function undecided({ verdicts }: Insights) {
  return verdicts
    .filter(({ verdict }) => verdict.state !== 'findings' && verdict.state !== 'clear')
    .map(({ kind, verdict }) => ({ kind, state: verdict.state, because: verdict.reason }));
}

function judged({ judged: all }: Insights) {
  if (all.length === 0) return undefined;
  return all.slice(0, MAX_JUDGED).map(({ decision, verdict }) => ({
    id: shownId(decision.adviceId),
    accepted: momentText(decision.atMicros),
    verdict: verdict.outcome,
    because: verdict.reason,
    effect: figureJson(verdict.effect),
    observational: true,
  }));
}

function nextQuestion(first: Incident | undefined, book: EvidenceBook): NextQuestion {
  const [evidence] = first?.cause.evidence ?? [];
  if (evidence !== undefined) {
    return {
      tool: 'query_metrics',
      arguments: { evidence: book.keep(evidence) },
      tells: 'the events behind the first',
    };
  }
  return { tool: 'get_cluster_clock', arguments: {}, tells: 'where time went all the same' };
}
