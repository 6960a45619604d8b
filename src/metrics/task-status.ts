import { id, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const TASK_STATUSES = [
  'pending',
  'blocked',
  'in_progress',
  'in_review',
  'human_wait',
  'completed',
  'other',
] as const;

export const taskStatus = defineMetric({
  name: 'task.status',
  category: 'task',
  doc: 'The status of a task changed to or from one that claims and releases do not tell: blocked, in review, waiting for a person. `other` is a word outside the list.',
  fields: {
    task_id: required(id('The task.')),
    status: oneOf(TASK_STATUSES, 'What it is from now on.'),
    previous: oneOf(TASK_STATUSES, 'What it was before. Absent for the first that is known.'),
  },
});
