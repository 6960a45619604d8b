import { z } from 'zod';
import type { StandingAdvice } from '../../../analysis/insights/insights.ts';
import { QueryError } from '../../../model/errors.ts';
import { NAMES_NOTICE } from '../answer.ts';
import { shownId } from '../insights-json.ts';
import { defineTool, UnknownNameError } from './tool.ts';

const MAX_KNOWN = 10;

export const decideInsight = defineTool({
  name: 'decide_insight',
  title: 'Decide on an insight',
  description:
    'Remembers what was decided on an insight: accept (it is being done; a verdict follows after 4 days), dismiss, or ' +
    'reopen. Changes nothing in the cluster itself. Ask your human first unless you may decide.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: {
    id: z.string().min(1).max(200).describe('The id of the insight, as get_metrics_insights gives it.'),
    decision: z.enum(['accept', 'dismiss', 'reopen']),
  },
  async answer(desk, { id, decision: word }) {
    const { DECISION_CONSEQUENCES, DECISION_WORDS, recordDecision } = await import('../../record-decision.ts');
    const { advice } = await desk.insights();
    const found = named(advice, id);
    const decision = DECISION_WORDS[word];
    await recordDecision(await desk.context.recordingCollector(), found.advice, decision);
    return {
      id: shownId(found.advice.id),
      decision,
      says: DECISION_CONSEQUENCES[decision],
      evidence: found.advice.finding.evidence.map((one) => desk.evidence.keep(one)),
      next: { tool: 'get_metrics_insights', arguments: {}, tells: 'what else needs attention' },
      notice: NAMES_NOTICE,
    };
  },
});

/** By its exact id, or by the form in which it was shown. */
function named(advice: readonly StandingAdvice[], id: string): StandingAdvice {
  const alike = advice.filter(({ advice: one }) => shownId(one.id) === id);
  const found = advice.find(({ advice: one }) => one.id === id) ?? (alike.length === 1 ? alike[0] : undefined);
  if (found !== undefined) return found;
  if (alike.length > 1) {
    throw new QueryError('BAD_QUESTION', 'Two insights look the same under this id.', {
      hint: 'Decide with `amicus-metrics insights` instead.',
    });
  }
  throw new UnknownNameError(
    'There is no insight with this id now.',
    advice.length === 0 ? 'Nothing needs attention in the last 24 hours.' : 'Give the id of one that there is.',
    advice.slice(0, MAX_KNOWN).map(({ advice: one }) => shownId(one.id)),
  );
}
