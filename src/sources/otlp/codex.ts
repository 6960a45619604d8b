import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity, sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage, type UsageForm } from '../normal-usage.ts';
import { splitToolName } from '../tool-name.ts';
import { amount, flag, outcomeOf, statusText, text } from './attribute-values.ts';
import type { ClientMapping, Draft, Told } from './client-mapping.ts';
import type { LogRecord } from './telemetry.ts';

const CLIENT = 'codex';
const FORM: UsageForm = { cacheInInput: true, reasoningInOutput: true };

const IGNORED = new Set(
  `codex.user_prompt codex.turn_ttft codex.tool_decision codex.startup_phase codex.websocket_request
  codex.websocket_connect codex.auth_recovery`.split(/\s+/),
);

/**
 * Telemetry of the Codex CLI. `response.completed` is written twice for each request, and only the second record has
 * the usage. It has no id of the response, so rollouts tell the same under another identity, and the feed tells them apart.
 */
export const codex: ClientMapping = {
  client: CLIENT,
  recognises: (resource, scopeName) =>
    /^codex(?:$|[_.:-])/.test(scopeName) || /^codex(?:$|[_-])/.test(text(resource, 'service.name') ?? ''),
  keys: `event.name event.kind event.timestamp conversation.id model app.version duration_ms http.response.status_code
    attempt input_token_count output_token_count cached_token_count cache_write_token_count reasoning_token_count
    tool_token_count tool_name tool_namespace mcp_server call_id success agent_name token_type`.split(/\s+/),
  log: readEvent,
  // Traces are hundreds of internal spans for each turn.
  span: () => 'ignored',
  counting: {
    form: FORM,
    counters: {
      'codex.turn.token_usage': {
        by: 'token_type',
        parts: {
          input: 'input',
          output: 'output',
          cached_input: 'cacheRead',
          cache_write_input: 'cacheWrite',
          reasoning_output: 'reasoning',
        },
      },
    },
  },
};

function readEvent(record: LogRecord): Told {
  const name = text(record.attributes, 'event.name');
  switch (name) {
    case 'codex.sse_event':
    case 'codex.websocket_event':
      return readUsage(record);
    case 'codex.api_request':
      return readRequest(record);
    case 'codex.tool_result':
      return [toolOf(record)];
    case 'codex.conversation_starts':
      return sessionOf(record);
    default:
      // Some records have no name: they are the client's own log.
      return name === undefined || IGNORED.has(name) ? 'ignored' : 'unknown';
  }
}

function readUsage({ attributes, atMicros }: LogRecord): Told {
  const input = amount(attributes, 'input_token_count');
  if (input === undefined) return 'ignored';
  const sessionId = text(attributes, 'conversation.id');
  const output = amount(attributes, 'output_token_count');
  const cacheRead = amount(attributes, 'cached_token_count');
  return [
    {
      metric: 'tokens.consumed',
      atMicros,
      identity: usageIdentity(CLIENT, JSON.stringify(['event', sessionId, atMicros, input, output, cacheRead])),
      data: {
        ...normalUsage(
          {
            input,
            output,
            cacheRead,
            cacheWrite: amount(attributes, 'cache_write_token_count'),
            reasoning: amount(attributes, 'reasoning_token_count'),
          },
          FORM,
        ),
        feed: 'events',
        requests: 1,
        model: text(attributes, 'model'),
        session_id: sessionId,
      },
    },
  ];
}

function readRequest({ attributes, atMicros }: LogRecord): Told {
  const status = amount(attributes, 'http.response.status_code');
  if (status !== undefined && status >= 200 && status < 400) return 'ignored';
  const sessionId = text(attributes, 'conversation.id');
  const attempt = amount(attributes, 'attempt');
  return [
    {
      metric: 'api.failed',
      atMicros,
      identity: apiFailureIdentity(CLIENT, JSON.stringify([sessionId, atMicros, attempt])),
      data: {
        model: text(attributes, 'model'),
        session_id: sessionId,
        failure: apiFailureOfStatus(status),
        status: statusText(status),
        // Each attempt has a record of its own.
        attempts: 1,
        duration_ms: amount(attributes, 'duration_ms'),
      },
    },
  ];
}

function toolOf({ attributes, atMicros }: LogRecord): Draft {
  const namespace = text(attributes, 'tool_namespace');
  const name = text(attributes, 'tool_name');
  const server = text(attributes, 'mcp_server') ?? splitToolName(`${namespace ?? ''}__tool`, CLIENT).server;
  const callId = text(attributes, 'call_id');
  return {
    metric: 'tool.called',
    atMicros,
    identity: toolIdentity(CLIENT, callId ?? JSON.stringify([text(attributes, 'conversation.id'), atMicros, name])),
    data: {
      ...splitToolName(name, server),
      session_id: text(attributes, 'conversation.id'),
      outcome: outcomeOf(flag(attributes, 'success')),
      duration_ms: amount(attributes, 'duration_ms'),
    },
  };
}

function sessionOf({ attributes, atMicros }: LogRecord): Told {
  const sessionId = text(attributes, 'conversation.id');
  if (sessionId === undefined) return 'ignored';
  return [
    {
      metric: 'session.started',
      atMicros,
      identity: sessionIdentity('session.started', CLIENT, sessionId),
      data: {
        session_id: sessionId,
        model: text(attributes, 'model'),
        client_version: text(attributes, 'app.version'),
      },
    },
  ];
}
