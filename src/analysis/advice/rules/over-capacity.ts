import type { AdviceRule } from '../advice.ts';

/** More nodes than needed: let the idle ones go. */
export const overCapacityAdvice: AdviceRule = {
  kind: 'over_capacity',
  actions: ['terminate_idle'],
  advise({ impact: { secondsPerDay }, facts }) {
    const count = Number(facts['spare_nodes'] ?? 0);
    if (count < 1) return undefined;
    return {
      action: 'terminate_idle',
      params: { count },
      priority: 'low',
      sentence: `Let ${count === 1 ? 'one idle node' : `${count} idle nodes`} go: the busiest day of the last weeks needs none of them.`,
      saving: secondsPerDay === undefined ? {} : { secondsPerDay },
      conditions: [
        'No more work comes than on the busiest day of the last two weeks.',
        'Those that stay can take any task.',
      ],
      verification: { measure: 'node_busy_share', better: 'higher' },
    };
  },
};
