import { id, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

const SESSION_STARTS = ['fresh', 'resume', 'clear', 'compact', 'fork', 'other'] as const;

export const sessionStarted = defineMetric({
  name: 'session.started',
  category: 'sessions',
  doc: 'A session of a client began. Told once for each session id, whichever outlet tells it first.',
  fields: {
    task_id: id('The task it was started for, where known.'),
    client: name('The program: `claude-code`, `codex`, `gemini-cli` …'),
    session_id: id("The client's session, or thread."),
    model: name('The model it began with, where told.'),
    start: oneOf(SESSION_STARTS, 'How it began. Absent when not told.'),
    client_version: name('The version of the program, where told.'),
  },
});
