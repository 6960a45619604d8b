import { type AdviceRule, partOf } from '../advice.ts';

const SAVED = 0.8;

/** The same thing tried again and again: stop, and have a person or a stronger model look. */
export const retryLoopAdvice: AdviceRule = {
  kind: 'retry_loop',
  actions: ['stop_retrying', 'split_task'],
  advise({ subject, impact: { secondsPerDay }, facts }) {
    const isTask = subject.kind === 'task';
    return {
      action: isTask ? 'split_task' : 'stop_retrying',
      params: Object.fromEntries(
        ['node_id', 'tool', 'task_id'].flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]])),
      ),
      priority: 'high',
      sentence: isTask
        ? 'Split this task, or describe it anew: nodes take it and give it up.'
        : 'Stop this node at the failing tool, and mend the tool or its arguments before it goes on.',
      saving: secondsPerDay === undefined ? {} : { secondsPerDay: partOf(secondsPerDay, SAVED) },
      conditions: [
        isTask
          ? 'The task is too large or unclear, and not blocked by something outside.'
          : 'The tool fails for a reason that trying again does not remove.',
      ],
      verification: isTask
        ? { measure: 'released_task_share', better: 'lower' }
        : {
            measure: 'failed_call_share',
            better: 'lower',
            nodeId: typeof facts['node_id'] === 'string' ? facts['node_id'] : undefined,
          },
    };
  },
};
