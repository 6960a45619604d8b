import { type AdviceRule, partOf } from '../advice.ts';

const SAVED = 0.6;

/** Requests that carry too much: begin sessions anew, read less. */
export const oversizedContextAdvice: AdviceRule = {
  kind: 'oversized_context',
  actions: ['trim_context'],
  advise({ severity, impact: { usdPerDay } }) {
    return {
      action: 'trim_context',
      params: {},
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence:
        'Begin a new session for each task, let agents read parts of files instead of all, and remove tools that nobody calls.',
      saving: usdPerDay === undefined ? {} : { usdPerDay: partOf(usdPerDay, SAVED) },
      conditions: ['The work does not need all that is carried.'],
      verification: { measure: 'request_tokens', better: 'lower' },
    };
  },
};
