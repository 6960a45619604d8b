import { type AdviceRule, partOf } from '../advice.ts';

/** Not all of a slowdown goes away with what is done about it. */
const SAVED = 0.5;

/** Slower than before: look at what changed. Slower than the others: give the node another model, or start it anew. */
export const slowTasksAdvice: AdviceRule = {
  kind: 'slow_tasks',
  actions: ['split_task', 'restart_node'],
  advise({ subject, severity, impact: { secondsPerDay }, facts }) {
    const nodeId = facts['node_id'];
    const saving = secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) };
    if (subject.kind === 'node' && typeof nodeId === 'string') {
      return {
        action: 'restart_node',
        params: { node_id: nodeId },
        priority: severity === 'critical' ? 'high' : 'medium',
        sentence: 'Start this node anew with a fresh context; if it stays slower, give it the model of the others.',
        saving,
        conditions: [
          'It gets the same kinds of tasks as the others of its role.',
          'No work of it is lost when it restarts.',
        ],
        verification: { measure: 'task_seconds', better: 'lower', nodeId },
      };
    }
    return {
      action: 'split_task',
      params: { slower_by: Number(facts['ratio'] ?? 1) },
      priority: severity === 'critical' ? 'high' : 'medium',
      sentence:
        'Split the tasks that take long, and look at what changed when they became slower: model, tools or context.',
      saving,
      conditions: ['The tasks are of the same kind as before.'],
      verification: { measure: 'task_seconds', better: 'lower' },
    };
  },
};
