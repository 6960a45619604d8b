import { count, delta, id, name, names } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

export const codeChanged = defineMetric({
  name: 'code.changed',
  category: 'quality',
  doc: 'Files were changed. Names and counts only; never content, diffs or commit messages.',
  fields: {
    task_id: id('The task it was for, where known.'),
    client: name('The program that changed them, where it tells so itself. Absent where git tells.'),
    session_id: id("The client's session, or thread."),
    files_modified: names('The files, relative to the project.'),
    lines_added: count(
      'Lines added. The same may be told by git (no client), by each edit of a session (with files) and by counters of its client (without): sum the first of these that a task has.',
    ),
    lines_deleted: count('Lines deleted; told as lines added are.'),
    complexity_delta: delta(
      "McCabe's cyclomatic complexity of the changed files in the common languages, after less before. Absent where there are none, or where one of them could not be measured.",
    ),
  },
});
