import type { EventAnswerer } from '../ledger/event-answerer.ts';
import { type AlertRule, type MeasuredMoment, measuredMoments } from './alert-rule.ts';
import { findingMoments } from './finding-moments.ts';
import { type Replay, replay } from './replay.ts';
import { lastEvaluation, readFigures } from './rule-figures.ts';
import { type LevelSuggestion, suggestLevel } from './suggest-level.ts';

/** What a rule would have done in a time that is past. */
export type BackTest = Replay & {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly moments: readonly MeasuredMoment[];
  /** Absent where there is nothing to suggest: it fires now and then, or nothing was measured. */
  readonly suggestion: LevelSuggestion | undefined;
};

/** The metric that a rule goes by. */
const metricOf = (rule: AlertRule): string => (rule.kind === 'metric' ? rule.metric : 'finding.changed');

/** From where on there is something to replay: no rule would have been of use before. */
async function historyStart(
  ask: EventAnswerer,
  rule: AlertRule,
  fromMicros: number,
  toMicros: number,
): Promise<number> {
  const span = { since: fromMicros / 1e6, until: toMicros / 1e6 };
  const { rows } = await ask.aggregate({ metric: metricOf(rule), aggregations: ['count'], bucket: '1h', ...span });
  return Math.max(fromMicros, Math.round((rows[0]?.bucketStart ?? 0) * 1e6));
}

/** Runs a rule over history as `up` would have run it: the same evaluations at the same moments through the same rules. */
export async function backTest(
  ask: EventAnswerer,
  rule: AlertRule,
  sinceMicros: number,
  toMicros: number,
): Promise<BackTest> {
  const fromMicros = await historyStart(ask, rule, sinceMicros, toMicros);
  if (rule.kind === 'finding') {
    const moments = await findingMoments(ask, rule, fromMicros, toMicros);
    return { ...replay(rule, moments), fromMicros, toMicros, moments, suggestion: undefined };
  }
  const first = lastEvaluation(rule, fromMicros - 1) + rule.stepMicros;
  const figures = await readFigures(ask, rule, first, lastEvaluation(rule, toMicros));
  const moments = measuredMoments(rule, figures);
  const result = replay(rule, moments);
  const suggestion = suggestLevel(rule, figures, result);
  return { ...result, fromMicros, toMicros, moments, suggestion };
}
