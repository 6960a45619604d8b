import type { AdviceRule } from '../advice.ts';

/** Usage that names nobody: start agents so that it does. */
export const unattributedSpendAdvice: AdviceRule = {
  kind: 'unattributed_spend',
  actions: ['mark_usage'],
  advise({ severity, facts }) {
    return {
      action: 'mark_usage',
      params: facts['client'] === undefined ? {} : { client: facts['client'] },
      priority: severity === 'warning' ? 'medium' : 'low',
      sentence:
        'Start agents with `amicus-metrics run --node <node> -- <command>`, or put `amicus-metrics wrap` before their Amicus server.',
      saving: {},
      conditions: ['The usage belongs to nodes of this cluster.'],
      verification: { measure: 'unattributed_token_share', better: 'lower' },
    };
  },
};
