import type { AdviceRule } from '../advice.ts';

/** One task that eats money: split it. What it cost is spent, and whether another like it comes is not known. */
export const costOutlierTaskAdvice: AdviceRule = {
  kind: 'cost_outlier_task',
  actions: ['split_task'],
  advise({ subject, severity, facts }) {
    return {
      action: 'split_task',
      params: {
        task_id: subject.id ?? '',
        ...(facts['node_id'] === undefined ? {} : { node_id: facts['node_id'] }),
      },
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence: 'Stop this task if it still runs; split it, or give it to another model, before it is tried again.',
      saving: {},
      conditions: ['The task goes round in circles rather than being as large as it costs.'],
      verification: { measure: 'task_cost_usd', better: 'lower' },
    };
  },
};
