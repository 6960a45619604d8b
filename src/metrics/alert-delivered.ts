import { count, id, name, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const DELIVERY_OUTCOMES = ['delivered', 'failed'] as const;

export const alertDelivered = defineMetric({
  name: 'alert.delivered',
  category: 'insights',
  doc: 'A notification reached its channel, or was given up.',
  fields: {
    rule: required(name('The rule it is about.')),
    group: id('Which of its groups. Absent without groups.'),
    channel: required(name('The channel, as the configuration names it.')),
    delivery_id: required(id('Which notification; the same for each attempt, and what receivers tell repetitions by.')),
    outcome: required(oneOf(DELIVERY_OUTCOMES, 'What became of it.')),
    attempts: count('How often it was tried.'),
    reason: name(
      'Why it was given up: `status_500`, `unreachable`, `timeout`, `not_configured`, `queue_full`. Absent when it arrived.',
    ),
  },
});
