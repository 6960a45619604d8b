import { type AdviceRule, partOf } from '../advice.ts';

/** A node that looks more often still needs some time to find a task. */
const SAVED = 0.8;

/** Nodes idle while tasks wait: they do not hear of them. */
export const idleCapacityAdvice: AdviceRule = {
  kind: 'idle_capacity',
  actions: ['restart_node'],
  advise({ severity, impact: { secondsPerDay }, facts }) {
    const nodeId = facts['node_id'];
    return {
      action: 'restart_node',
      params: typeof nodeId === 'string' ? { node_id: nodeId } : {},
      priority: severity === 'info' ? 'medium' : 'high',
      sentence:
        'Have idle nodes look for tasks every minute or two, or tell them when one comes; start the idlest one anew first.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: ['The idle nodes can do the tasks that wait.'],
      verification: { measure: 'queue_seconds', better: 'lower' },
    };
  },
};
