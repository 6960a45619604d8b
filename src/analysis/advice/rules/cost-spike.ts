import { type AdviceRule, partOf } from '../advice.ts';

/** Some of what is spent more may be worth it. */
const SAVED = 0.5;

/** The same work costs more, and no cause was found that says more: look at how the work is cut. */
export const costSpikeAdvice: AdviceRule = {
  kind: 'cost_spike',
  actions: ['split_task'],
  advise({ severity, impact: { usdPerDay } }) {
    return {
      action: 'split_task',
      params: {},
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence: 'Look at the dearest tasks of the last day, and split or describe anew those that took many requests.',
      saving: usdPerDay === undefined ? {} : { usdPerDay: partOf(usdPerDay, SAVED) },
      conditions: ['The tasks are of the same kind as before.', 'Smaller tasks take fewer requests in all.'],
      verification: { measure: 'task_cost_usd', better: 'lower' },
    };
  },
};
