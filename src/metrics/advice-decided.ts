import { id, name, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const DECISIONS = ['accepted', 'dismissed', 'reopened'] as const;
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const BETTER_DIRECTIONS = ['lower', 'higher'] as const;

/**
 * What was advised is told again with the decision, so that years later a verdict can be found although detectors,
 * their parameters and their words have changed.
 */
export const adviceDecided = defineMetric({
  name: 'advice.decided',
  category: 'insights',
  doc: 'Somebody accepted or dismissed advice, or opened it again. `node_id` is the node it is about, where it is about one.',
  fields: {
    advice_id: required(id('Which advice: the detector and what it is about.')),
    kind: required(name('The detector that found what it is about.')),
    decision: required(oneOf(DECISIONS, 'What was decided.')),
    action: name('What was advised.'),
    severity: oneOf(SEVERITIES, 'How bad it was at that time. Dismissed advice comes back when it is worse.'),
    measure: name('What is compared before and after, to see whether it helped.'),
    better: oneOf(BETTER_DIRECTIONS, 'Which way of that is better.'),
    model: name('The model it is about, where it is about one.'),
  },
});
