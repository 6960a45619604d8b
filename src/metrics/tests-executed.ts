import { count, id, measure, name } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const testsExecuted = defineMetric({
  name: 'tests.executed',
  category: 'quality',
  doc: 'A test run ended.',
  fields: {
    task_id: id('The task it was for, where known.'),
    suite: name('Which tests, where a project has several suites: `unit`, `browser`.'),
    total_tests: count('Tests in the run, skipped ones included.'),
    passed: count('Tests that passed.'),
    failed: count('Tests that failed or broke.'),
    duration_seconds: measure('seconds', 'How long the run took.'),
  },
});
