import { count, delta, id, names } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const codeChanged = defineMetric({
  name: 'code.changed',
  category: 'quality',
  doc: 'Files were changed. Names and counts only; never content, diffs or commit messages.',
  fields: {
    task_id: id('The task it was for, where known.'),
    files_modified: names('The files, relative to the project.'),
    lines_added: count('Lines added.'),
    lines_deleted: count('Lines deleted.'),
    complexity_delta: delta('Change of cyclomatic complexity over all files.'),
  },
});
