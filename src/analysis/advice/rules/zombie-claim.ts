import { type AdviceRule, partOf } from '../advice.ts';

/** Claims that are given back after this long are given back in time: longer than a request to a model takes. */
const RELEASE_AFTER_MINUTES = 15;
const SAVED = 0.8;

/** A task that nobody works at and nobody can take: give it back. */
export const zombieClaimAdvice: AdviceRule = {
  kind: 'zombie_claim',
  actions: ['release_claim'],
  advise({ subject, severity, impact: { secondsPerDay }, facts }) {
    const [taskId, nodeId] = [facts['task_id'], facts['node_id']];
    const saving = secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) };
    const priority = severity === 'critical' ? 'high' : 'medium';
    if (subject.kind === 'task' && typeof taskId === 'string' && typeof nodeId === 'string') {
      return {
        action: 'release_claim',
        params: { task_id: taskId, node_id: nodeId },
        priority: 'high',
        sentence: 'Give this task back to the queue: its node has done nothing for it for long.',
        saving,
        conditions: ['The node does not come back to it.', 'What it had done can be found or is done again.'],
        verification: { measure: 'abandoned_seconds', better: 'lower' },
      };
    }
    return {
      action: 'release_claim',
      params: { idle_minutes: RELEASE_AFTER_MINUTES },
      priority,
      sentence: `Have claims given back once their node has done nothing for ${RELEASE_AFTER_MINUTES} minutes.`,
      saving,
      conditions: ['Nodes that work are never quiet for that long.'],
      verification: { measure: 'abandoned_seconds', better: 'lower' },
    };
  },
};
