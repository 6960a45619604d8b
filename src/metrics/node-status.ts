import { id, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const NODE_STATUSES = ['working', 'idle', 'waiting', 'terminated', 'silent', 'other'] as const;

export const nodeStatus = defineMetric({
  name: 'node.status',
  category: 'node',
  doc: 'The status of a node changed. `silent` is concluded from a missing heartbeat; `other` is a word outside the list.',
  fields: {
    status: oneOf(NODE_STATUSES, 'What it is from now on.'),
    previous: oneOf(NODE_STATUSES, 'What it was before. Absent for the first that is known.'),
    task_id: id('The task it works on, where it says so.'),
  },
});
