import { id, measure, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

const SESSION_ENDS = ['exit', 'clear', 'resume', 'logout', 'error', 'other'] as const;

export const sessionEnded = defineMetric({
  name: 'session.ended',
  category: 'sessions',
  doc: 'A session of a client ended. Told once for each session id.',
  fields: {
    task_id: id('The task it was for, where known.'),
    client: name('The program: `claude-code`, `codex`, `gemini-cli` …'),
    session_id: id("The client's session, or thread."),
    reason: oneOf(SESSION_ENDS, 'Why. Absent when not told.'),
    duration_seconds: measure('seconds', 'From its start. Absent when not told.'),
  },
});
