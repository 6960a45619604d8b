import { id, measure, name, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const RELEASE_REASONS = ['released', 'handed_over', 'node_lost', 'blocked', 'removed', 'unknown'] as const;

export const taskReleased = defineMetric({
  name: 'task.released',
  category: 'task',
  doc: 'A claimed task went back to the queue, or to another node, without being completed.',
  fields: {
    task_id: required(id('The task.')),
    reason: oneOf(RELEASE_REASONS, 'Why. `node_lost`: its holder fell silent or left.'),
    to_node_id: name('Who has it now, when it was handed over.'),
    held_seconds: measure('seconds', 'From the claim to the release.'),
  },
});
