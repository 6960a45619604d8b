import type { AdviceRule } from '../advice.ts';

/** A model without a price: say it. */
export const unpricedSpendAdvice: AdviceRule = {
  kind: 'unpriced_spend',
  actions: ['set_price'],
  advise({ severity, facts }) {
    return {
      action: 'set_price',
      params: facts['model'] === undefined ? {} : { model: facts['model'] },
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence:
        'Say what this model costs in a price file, then run `amicus-metrics costs --reprice --accept` for what was recorded before.',
      saving: {},
      conditions: ['The model is paid for by use.'],
      verification: { measure: 'unpriced_token_share', better: 'lower' },
    };
  },
};
