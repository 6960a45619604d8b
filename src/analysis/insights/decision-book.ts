import { BETTER_DIRECTIONS, DECISIONS, SEVERITIES } from '../../metrics/advice-decided.ts';
import { FINDING_CHANGES } from '../../metrics/finding-changed.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { Severity } from '../detectors/finding.ts';
import { type Answerer, textField } from '../reports/answerer.ts';
import { VERIFICATION_MEASURES, type VerificationMeasure } from '../advice/advice.ts';

export type Decision = (typeof DECISIONS)[number];

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
  readonly change: (typeof FINDING_CHANGES)[number];
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

/** A field that holds one of a list of words; absent when it holds another, as a later version may have written. */
function wordOf<const Words extends readonly string[]>(
  event: StoredEvent,
  field: string,
  words: Words,
): Words[number] | undefined {
  const text = textField(event, field);
  return words.find((word) => word === text);
}

function toDecision(event: StoredEvent): AdviceDecision {
  return {
    adviceId: textField(event, 'advice_id') ?? '',
    kind: textField(event, 'kind') ?? '',
    decision: wordOf(event, 'decision', DECISIONS) ?? 'reopened',
    atMicros: event.atMicros,
    action: textField(event, 'action'),
    severity: wordOf(event, 'severity', SEVERITIES),
    measure: wordOf(event, 'measure', VERIFICATION_MEASURES),
    better: wordOf(event, 'better', BETTER_DIRECTIONS),
    nodeId: event.node_id,
    model: textField(event, 'model'),
  };
}

function toChange(event: StoredEvent): FindingChange {
  return {
    findingId: textField(event, 'finding_id') ?? '',
    kind: textField(event, 'kind') ?? '',
    change: wordOf(event, 'change', FINDING_CHANGES) ?? 'opened',
    atMicros: event.atMicros,
    severity: wordOf(event, 'severity', SEVERITIES),
    action: textField(event, 'action'),
    nodeId: event.node_id,
  };
}
