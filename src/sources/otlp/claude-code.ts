import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity, toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage, type UsageForm } from '../normal-usage.ts';
import { splitToolName } from '../tool-name.ts';
import { amount, flag, outcomeOf, statusText, text } from './attribute-values.ts';
import type { ClientMapping, Draft, Told } from './client-mapping.ts';
import type { Attributes, LogRecord, Span } from './telemetry.ts';

const CLIENT = 'claude-code';
const FORM: UsageForm = { cacheInInput: false, reasoningInOutput: true };

/** Events that say nothing that is kept. `api_retries_exhausted` repeats its `api_error`. */
const IGNORED = new Set(
  `user_prompt assistant_response api_retries_exhausted api_refusal permission_mode_changed auth mcp_server_connection
  internal_error plugin_installed plugin_loaded skill_activated at_mention hook_registered hook_execution_start
  hook_execution_complete hook_plugin_metrics compaction subagent_completed feedback_survey retention_sweep
  api_request_body api_response_body managed_settings_resolved`.split(/\s+/),
);

/** Telemetry of Claude Code: one `api_request` event for each answered request, with its own figure of the cost. */
export const claudeCode: ClientMapping = {
  client: CLIENT,
  recognises: (resource, scopeName) =>
    scopeName.startsWith('com.anthropic.claude_code') ||
    (text(resource, 'service.name') ?? '').startsWith('claude-code'),
  keys: `event.name event.sequence event.timestamp session.id model input_tokens output_tokens cache_read_tokens
    cache_creation_tokens cache_creation_5m_tokens cache_creation_1h_tokens cost_usd duration_ms request_id
    client_request_id speed agent_id status_code attempt tool_name tool_use_id success decision tool_input_size_bytes
    tool_result_size_bytes type start_type span.type`.split(/\s+/),
  log: readEvent,
  span: readLlmSpan,
  counting: {
    form: FORM,
    counters: {
      'claude_code.token.usage': {
        by: 'type',
        parts: { input: 'input', output: 'output', cacheRead: 'cacheRead', cacheCreation: 'cacheWrite' },
      },
      'claude_code.cost.usage': { part: 'cost' },
      'claude_code.lines_of_code.count': { by: 'type', parts: { added: 'linesAdded', removed: 'linesDeleted' } },
      // `agents_view` is a dashboard, and no session.
      'claude_code.session.count': {
        by: 'start_type',
        parts: { fresh: 'session', resume: 'session', continue: 'session' },
      },
    },
  },
};

function readEvent(record: LogRecord): Told {
  const { attributes } = record;
  const name = text(attributes, 'event.name');
  switch (name) {
    case 'api_request':
      return [usageOf(attributes, record.atMicros, 'events')];
    case 'api_error':
      return [failureOf(attributes, record.atMicros)];
    case 'tool_result':
      return [toolOf(attributes, record.atMicros, outcomeOf(flag(attributes, 'success')))];
    case 'tool_decision':
      // A call that was allowed has a result of its own.
      return text(attributes, 'decision') === 'reject' ? [toolOf(attributes, record.atMicros, 'cancelled')] : 'ignored';
    default:
      return name === undefined || !IGNORED.has(name) ? 'unknown' : 'ignored';
  }
}

function readLlmSpan({ attributes, endMicros }: Span): Told {
  if (text(attributes, 'span.type') !== 'llm_request') return 'ignored';
  if (flag(attributes, 'success') === false) return 'ignored';
  // Events tell cost and lifetimes of cache writes as well.
  return [{ ...usageOf(attributes, endMicros, 'spans'), yields: true }];
}

/** What tells one record of a session from all others, where the provider's id of the request is missing. */
function keyOf(attributes: Attributes, atMicros: number): string {
  const own = text(attributes, 'request_id', 'client_request_id');
  if (own !== undefined) return own;
  const sequence = amount(attributes, 'event.sequence');
  return JSON.stringify([text(attributes, 'session.id'), sequence, text(attributes, 'event.timestamp') ?? atMicros]);
}

const SPEEDS: Readonly<Record<string, string>> = { normal: 'standard', standard: 'standard', fast: 'fast' };

function usageOf(attributes: Attributes, atMicros: number, feed: 'events' | 'spans'): Draft {
  const usage = normalUsage(
    {
      input: amount(attributes, 'input_tokens'),
      output: amount(attributes, 'output_tokens'),
      cacheRead: amount(attributes, 'cache_read_tokens'),
      cacheWrite: amount(attributes, 'cache_creation_tokens'),
      cacheWrite5m: amount(attributes, 'cache_creation_5m_tokens'),
      cacheWrite1h: amount(attributes, 'cache_creation_1h_tokens'),
    },
    FORM,
  );
  return {
    metric: 'tokens.consumed',
    atMicros,
    identity: usageIdentity(CLIENT, keyOf(attributes, atMicros)),
    data: {
      ...usage,
      feed,
      requests: 1,
      model: text(attributes, 'model'),
      session_id: text(attributes, 'session.id'),
      agent_id: text(attributes, 'agent_id'),
      speed: SPEEDS[text(attributes, 'speed') ?? ''],
      duration_ms: amount(attributes, 'duration_ms'),
      reported_cost_usd: amount(attributes, 'cost_usd'),
    },
  };
}

function failureOf(attributes: Attributes, atMicros: number): Draft {
  const status = amount(attributes, 'status_code');
  return {
    metric: 'api.failed',
    atMicros,
    identity: apiFailureIdentity(CLIENT, keyOf(attributes, atMicros)),
    data: {
      model: text(attributes, 'model'),
      session_id: text(attributes, 'session.id'),
      agent_id: text(attributes, 'agent_id'),
      failure: apiFailureOfStatus(status),
      status: statusText(status),
      attempts: amount(attributes, 'attempt'),
      duration_ms: amount(attributes, 'duration_ms'),
    },
  };
}

/** What stands for every tool of an MCP server, unless the person lets its name out: others tell which one it was. */
const WITHHELD = 'mcp_tool';

function toolOf(attributes: Attributes, atMicros: number, outcome: string): Draft {
  const name = text(attributes, 'tool_name');
  const callId = text(attributes, 'tool_use_id') ?? keyOf(attributes, atMicros);
  return {
    metric: 'tool.called',
    atMicros,
    identity: toolIdentity(CLIENT, callId),
    data: {
      ...(name === WITHHELD ? {} : splitToolName(name, CLIENT)),
      session_id: text(attributes, 'session.id'),
      agent_id: text(attributes, 'agent_id'),
      outcome,
      duration_ms: amount(attributes, 'duration_ms'),
      request_bytes: amount(attributes, 'tool_input_size_bytes'),
      response_bytes: amount(attributes, 'tool_result_size_bytes'),
    },
  };
}
