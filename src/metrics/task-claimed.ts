import { id, measure, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';
import { PRIORITIES } from './task-created.ts';

export const taskClaimed = defineMetric({
  name: 'task.claimed',
  category: 'task',
  doc: 'A node took a task. A task that is released and taken again has two of these.',
  fields: {
    task_id: required(id('The task.')),
    priority: oneOf(PRIORITIES, 'Its priority when it was claimed.'),
    queue_seconds: measure('seconds', 'From when it was created, or last released, to the claim.'),
  },
});
