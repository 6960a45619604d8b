import { type AdviceRule, partOf } from '../advice.ts';

const SAVED = 0.7;

/** Input that could come from a cache: keep the beginning of requests the same. */
export const lowCacheUseAdvice: AdviceRule = {
  kind: 'low_cache_use',
  actions: ['cache_context'],
  advise({ severity, impact: { usdPerDay } }) {
    return {
      action: 'cache_context',
      params: {},
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence:
        'Keep the beginning of all requests of a session the same: no times or changing lists in it, tools in a fixed order, ' +
        'and no pauses beyond the life of the cache.',
      saving: usdPerDay === undefined ? {} : { usdPerDay: partOf(usdPerDay, SAVED) },
      conditions: [
        'The provider caches the beginnings of requests.',
        'Requests of a session follow each other within its lifetime.',
      ],
      verification: { measure: 'cached_token_share', better: 'higher' },
    };
  },
};
