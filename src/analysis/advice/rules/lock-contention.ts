import { type AdviceRule, partOf } from '../advice.ts';

/** Waits never go away altogether while several nodes share one file. */
const SAVED = 0.7;

/** Long waits for the lock of the state file: the one who holds it long must do less while holding it. */
export const lockContentionAdvice: AdviceRule = {
  kind: 'lock_contention',
  actions: ['shorten_lock'],
  advise({ severity, impact: { secondsPerDay }, facts }) {
    const holder = facts['node_id'];
    return {
      action: 'shorten_lock',
      params: {
        ...(typeof holder === 'string' ? { node_id: holder } : {}),
        ...(facts['holder_share'] === undefined ? {} : { holder_share: facts['holder_share'] }),
      },
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence:
        holder === undefined
          ? 'Let nodes read and write the state less often, and prune old messages and completed tasks from it.'
          : 'Let the node that holds the lock longest write the state less often, and prune old messages and completed tasks from it.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: ['The state is written more often, or is larger, than the work needs.'],
      verification: { measure: 'lock_wait_ms', better: 'lower' },
    };
  },
};
