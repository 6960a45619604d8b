import type { Figure } from '../../detectors/finding.ts';
import type { AdviceRule } from '../advice.ts';

/** Tasks wait because nodes are missing: spawn as many as the queue, played again, needed. */
export const backlogAdvice: AdviceRule = {
  kind: 'backlog',
  actions: ['spawn_node'],
  advise({ severity, observed, facts }) {
    const count = Number(facts['missing_nodes'] ?? 0);
    if (count < 1) return undefined;
    const secondsPerDay: Figure = {
      value: Number(facts['saved_seconds'] ?? 0),
      unit: 'seconds',
      samples: observed.samples,
      low: facts['saved_seconds_low'] === undefined ? undefined : Number(facts['saved_seconds_low']),
      high: facts['saved_seconds_high'] === undefined ? undefined : Number(facts['saved_seconds_high']),
    };
    return {
      action: 'spawn_node',
      params: { role: 'developer', count },
      priority: severity === 'info' ? 'medium' : 'high',
      sentence: `Spawn ${count === 1 ? 'one developer' : `${count} developers`}: so many were missing, by the queue of the window played again.`,
      saving: { secondsPerDay },
      conditions: [
        'As much work keeps coming as in the window.',
        'New nodes can take any of the tasks that wait.',
        'The limit of the cluster and the budget allow for them.',
      ],
      verification: { measure: 'queue_seconds', better: 'lower' },
    };
  },
};
