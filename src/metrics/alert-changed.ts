import { flag, id, name, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const ALERT_LEVELS = ['ok', 'warn', 'critical', 'no_data'] as const;
export const ALERT_STATES = [...ALERT_LEVELS, 'pending'] as const;
export const ALERT_CAUSES = ['measured', 'acknowledged', 'resolved'] as const;

/** Each event tells all that is to be remembered, so that the newest of a rule and group is enough to go on from. */
export const alertChanged = defineMetric({
  name: 'alert.changed',
  category: 'insights',
  doc: 'An alert rule changed its state, people were told, or somebody acknowledged or resolved it. Where `up` goes on after a restart.',
  fields: {
    rule: required(name('The rule, as the configuration names it.')),
    group: id('Which of its groups: the value of its `group_by`, or the id of a finding. Absent without groups.'),
    cause: required(oneOf(ALERT_CAUSES, 'What brought the change: a measurement, or a person.')),
    state: required(oneOf(ALERT_STATES, 'Its state from then on.')),
    announced: required(oneOf(ALERT_LEVELS, 'The level that channels were last told.')),
    notified: required(flag('Whether they were told of this change.')),
    acknowledged: oneOf(ALERT_LEVELS, 'The level up to which it is silent. Absent when nobody acknowledged it.'),
    value: id('The figure at that moment, written as a number in the unit of the rule. Absent where there was none.'),
  },
});
