import { nodeOf } from '../analysis/insights/finding-changes.ts';
import type { Decision } from '../analysis/insights/decision-book.ts';
import type { Advice } from '../analysis/advice/advice.ts';
import type { MetricsCollector } from '../metrics-collector.ts';

/** What people and agents say, and what is remembered. */
export const DECISION_WORDS = { accept: 'accepted', dismiss: 'dismissed', reopen: 'reopened' } as const;
export type DecisionWord = keyof typeof DECISION_WORDS;

/** What becomes of advice after each decision. */
export const DECISION_CONSEQUENCES: Readonly<Record<Decision, string>> = {
  accepted: 'A verdict on it takes four full days from now.',
  dismissed: 'It comes back in a month, or when it is worse.',
  reopened: 'It is open again.',
};

/** Remembers a decision on advice, with what the advice was; stored when this resolves. */
export async function recordDecision(collector: MetricsCollector, advice: Advice, decision: Decision): Promise<void> {
  const { id, finding, action, verification } = advice;
  collector.record('advice.decided', {
    advice_id: id,
    kind: finding.kind,
    decision,
    action,
    severity: finding.severity,
    measure: verification.measure,
    better: verification.better,
    node_id: verification.nodeId ?? nodeOf(finding),
    model: verification.model,
  });
  await collector.flush();
}
