import { count, id, measure, name, oneOf } from '../model/field.ts';
import { defineMetric } from './define-metric.ts';

/** What went wrong with a request to a model, as far as a status or a client's own word tells. */
const API_FAILURES = [
  'rate_limited',
  'overloaded',
  'authentication',
  'billing',
  'invalid_request',
  'not_found',
  'server_error',
  'timeout',
  'connection',
  'refused',
  'other',
] as const;
export type ApiFailure = (typeof API_FAILURES)[number];

/** The class of an HTTP status of a failed request; no status at all means that no answer came. */
export function apiFailureOfStatus(status: number | undefined): ApiFailure {
  if (status === undefined || status === 0) return 'connection';
  if (status === 429) return 'rate_limited';
  if (status === 529 || status === 503) return 'overloaded';
  if (status === 401 || status === 403) return 'authentication';
  if (status === 402) return 'billing';
  if (status === 404) return 'not_found';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'invalid_request' : 'other';
}

export const apiFailed = defineMetric({
  name: 'api.failed',
  category: 'tokens',
  doc: 'A request to a language model failed. The class only; never the text of the error.',
  fields: {
    task_id: id('The task it was for, where known.'),
    model: name('The model that was asked.'),
    client: name('The program that asked: `claude-code`, `codex`, `gemini-cli` …'),
    session_id: id("The client's session, or thread."),
    agent_id: id('The sub-agent that asked, where it was one.'),
    failure: oneOf(API_FAILURES, 'What went wrong.'),
    status: name('The HTTP status, as text: `529`. Absent where no answer came or none was told.'),
    attempts: count('Attempts it stands for, the first one included. Absent when not told.'),
    duration_ms: measure('ms', 'From the first request to giving up, as the client counts it.'),
  },
});
