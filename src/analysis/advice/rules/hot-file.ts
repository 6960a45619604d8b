import type { AdviceRule } from '../advice.ts';

/** One file that several nodes change in turn: let one of them have it. */
export const hotFileAdvice: AdviceRule = {
  kind: 'hot_file',
  actions: ['separate_files'],
  advise({ subject, facts }) {
    return {
      action: 'separate_files',
      params: { path: subject.id ?? '', nodes: Number(facts['nodes'] ?? 0) },
      priority: 'medium',
      sentence: 'Give all open tasks on this file to one node, or let them be done one after the other.',
      // How much is done twice in such files is not known.
      saving: {},
      conditions: ['The changes touch the same parts of the file.'],
      verification: { measure: 'task_seconds', better: 'lower' },
    };
  },
};
