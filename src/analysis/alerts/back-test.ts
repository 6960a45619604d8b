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

/**
 * From where on there is something to replay: the first event of what the rule goes by. Of less than a level can only be
 * spoken where a whole window lies in the history.
 */
async function historyStart(
  ask: EventAnswerer,
  rule: AlertRule,
  sinceMicros: number,
  toMicros: number,
): Promise<number> {
  const metric = rule.kind === 'metric' ? rule.metric : 'finding.changed';
  const { rows, plan } = await ask.aggregate({ metric, aggregations: ['count'], until: toMicros / 1e6 });
  if (rows[0]?.values['count'] === 0) return sinceMicros;
  const filling = rule.kind === 'metric' && rule.direction === 'below' ? rule.windowMicros : 0;
  return Math.max(sinceMicros, Math.min(toMicros, Math.floor(plan.from * 1e6) + filling));
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
