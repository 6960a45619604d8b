import { MICROS_PER_DAY } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { Severity } from '../detectors/finding.ts';
import { type Answerer, textField } from '../reports/answerer.ts';
import type { VerificationMeasure } from '../advice/advice.ts';

export type Decision = 'accepted' | 'dismissed' | 'reopened';

/** One decision on advice, with what the advice was. */
export type AdviceDecision = {
  readonly adviceId: string;
  readonly kind: string;
  readonly decision: Decision;
  readonly atMicros: number;
  readonly action: string | undefined;
  readonly severity: Severity | undefined;
  readonly measure: VerificationMeasure | undefined;
  readonly better: 'lower' | 'higher' | undefined;
  readonly nodeId: string | undefined;
  readonly model: string | undefined;
};

/** A finding as it came, changed and went while `up` ran. */
export type FindingChange = {
  readonly findingId: string;
  readonly kind: string;
  readonly change: 'opened' | 'worse' | 'better' | 'closed';
  readonly atMicros: number;
  readonly severity: Severity | undefined;
  readonly action: string | undefined;
  readonly nodeId: string | undefined;
};

/** What is remembered of advice and findings, oldest first. */
export type DecisionBook = {
  readonly decisions: readonly AdviceDecision[];
  readonly changes: readonly FindingChange[];
};

/** How far decisions count: verdicts need weeks, and a hit rate some months of them. */
const DECISION_DAYS = 365;
/** How far changes of findings count: longer than advice stays open. */
const CHANGE_DAYS = 60;
/** More than anybody decides, or `up` tells, in that time. */
const MAX_EVENTS = 10_000;

/** Reads what was decided and what was found before a moment. */
export async function readDecisionBook(ask: Answerer, nowMicros: number): Promise<DecisionBook> {
  const newest = async (metric: string, days: number): Promise<readonly StoredEvent[]> => {
    const since = (nowMicros - days * MICROS_PER_DAY) / 1e6;
    // What was decided at this very moment counts.
    const until = (nowMicros + 1) / 1e6;
    const { events } = await ask.query({ metric, since, until, order: 'newest_first', limit: MAX_EVENTS });
    return events.toReversed();
  };
  return {
    decisions: (await newest('advice.decided', DECISION_DAYS)).map(toDecision),
    changes: (await newest('finding.changed', CHANGE_DAYS)).map(toChange),
  };
}

/** The words were checked when the event was recorded, so each is one of its list. */
const word = <Word extends string>(event: StoredEvent, field: string): Word | undefined =>
  textField(event, field) as Word | undefined;

function toDecision(event: StoredEvent): AdviceDecision {
  return {
    adviceId: textField(event, 'advice_id') ?? '',
    kind: textField(event, 'kind') ?? '',
    decision: word<Decision>(event, 'decision') ?? 'reopened',
    atMicros: event.atMicros,
    action: textField(event, 'action'),
    severity: word<Severity>(event, 'severity'),
    measure: word<VerificationMeasure>(event, 'measure'),
    better: word<'lower' | 'higher'>(event, 'better'),
    nodeId: event.node_id,
    model: textField(event, 'model'),
  };
}

function toChange(event: StoredEvent): FindingChange {
  return {
    findingId: textField(event, 'finding_id') ?? '',
    kind: textField(event, 'kind') ?? '',
    change: word<FindingChange['change']>(event, 'change') ?? 'opened',
    atMicros: event.atMicros,
    severity: word<Severity>(event, 'severity'),
    action: textField(event, 'action'),
    nodeId: event.node_id,
  };
}
