import { count, id, measure, oneOf, required } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const TASK_OUTCOMES = ['success', 'failure', 'partial', 'abandoned', 'unknown'] as const;

export const taskCompleted = defineMetric({
  name: 'task.completed',
  category: 'task',
  doc: 'An attempt at a task ended, well or not. A task that is tried twice gives two of these.',
  fields: {
    task_id: required(id('The task.')),
    duration_seconds: measure('seconds', 'From the claim to the end, waiting included.'),
    outcome: oneOf(TASK_OUTCOMES, 'How it ended; `unknown` when nobody said.'),
    files_modified: count('How many files it changed.'),
    tests_passed: count('Tests that passed in its last run.'),
    tests_failed: count('Tests that failed in its last run.'),
  },
});
