import { id, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const PRIORITIES = ['high', 'medium', 'low', 'other'] as const;

export const taskCreated = defineMetric({
  name: 'task.created',
  category: 'task',
  doc: 'A task entered the queue.',
  fields: {
    task_id: required(id('The task. Where Amicus gives it no id, one derived from its text and creation time.')),
    priority: oneOf(PRIORITIES, 'Its priority; `other` is a word outside the list.'),
  },
});
