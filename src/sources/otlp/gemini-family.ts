import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity, sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage, type UsageForm } from '../normal-usage.ts';
import { ownToolName } from '../tool-name.ts';
import { amount, flag, outcomeOf, statusText, text } from './attribute-values.ts';
import type { Draft, Told } from './client-mapping.ts';
import type { Attributes, LogRecord } from './telemetry.ts';

/** What Gemini CLI and its descendants differ in. */
export type GeminiDialect = {
  readonly client: string;
  /** Before the names of its events: `gemini_cli.`. */
  readonly prefix: string;
  readonly form: UsageForm;
};

/** Attributes that events and metrics of the family are read from. */
export const GEMINI_KEYS = `event.name event.timestamp session.id model duration_ms input_token_count output_token_count
  cached_content_token_count thoughts_token_count total_token_count prompt_id response_id status_code error_type
  function_name success decision mcp_server_name call_id content_length type subagent_name`.split(/\s+/);

const IGNORED = new Set(
  `user_prompt api_request api_cancel api_retry file_operation agent.start agent.finish agent.recovery_attempt
  chat_compression chat.content_retry chat.content_retry_failure chat.invalid_chunk chat.protocol_tag_sanitized
  model_routing hook_call conversation_finished startup_stats flash_fallback loop_detected ripgrep_fallback
  ripgrep_runtime_recovery plan.approval_mode_duration plan.approval_mode_switch plan.execution next_speaker_check
  slash_command slash_command.model extension_install extension_enable extension_disable extension_uninstall
  extension_update tool_output_truncated tool_output_masking tool_result.boundary malformed_json_response
  network_retry_attempt web_fetch_fallback_attempt llm_loop_check ide_connection auth api_key_updated memory.dream
  memory.extract memory.recall memory.recall.delivery skill_launch subagent_execution user_feedback user_retry
  prompt_suggestion speculation goal_state repeated_tool_failure_guard workflow_keyword workflow_run
  workflow_size_warning arena_session_started arena_session_ended arena_agent_completed rewind edit_strategy
  edit_correction conseca.policy_generation conseca.verdict keychain.availability token_storage.initialization
  onboarding.start onboarding.success onboarding.duration credits_used credit_purchase_click overage_menu_shown
  overage_option_selected empty_wallet_menu_shown daemon.error daemon.pipe.large_frame`.split(/\s+/),
);

/** Reads an event of the family. */
export function readGeminiEvent(record: LogRecord, resource: Attributes, dialect: GeminiDialect): Told {
  const { attributes, atMicros } = record;
  const name = text(attributes, 'event.name') ?? record.eventName;
  const sessionId = text(attributes, 'session.id') ?? text(resource, 'session.id');
  if (name === 'session.start') return sessionDraft('session.started', dialect, sessionId, atMicros);
  if (name === 'session.end') return sessionDraft('session.ended', dialect, sessionId, atMicros);
  // The same requests once more, with content.
  if (name === 'gen_ai.client.inference.operation.details') return 'ignored';
  if (name === undefined || !name.startsWith(dialect.prefix)) return 'unknown';
  const event = name.slice(dialect.prefix.length);
  switch (event) {
    case 'api_response':
      return [usageOf(record, sessionId, dialect)];
    case 'api_error':
      return [failureOf(record, sessionId, dialect)];
    case 'tool_call':
      return [toolOf(record, sessionId, dialect)];
    case 'config':
      // Written once, when the client has started.
      return sessionDraft('session.started', dialect, sessionId, atMicros, text(attributes, 'model'));
    default:
      return IGNORED.has(event) ? 'ignored' : 'unknown';
  }
}

function sessionDraft(
  metric: 'session.started' | 'session.ended',
  { client }: GeminiDialect,
  sessionId: string | undefined,
  atMicros: number,
  model?: string,
): Told {
  if (sessionId === undefined) return 'ignored';
  return [
    {
      metric,
      atMicros,
      identity: sessionIdentity(metric, client, sessionId),
      data: model === undefined ? { session_id: sessionId } : { session_id: sessionId, model },
    },
  ];
}

/** What tells a record from all others of its kind, where there is no id. */
const momentKey = ({ attributes, atMicros }: LogRecord, sessionId: string | undefined): readonly unknown[] => [
  sessionId,
  text(attributes, 'prompt_id'),
  text(attributes, 'event.timestamp') ?? atMicros,
];

function usageOf(record: LogRecord, sessionId: string | undefined, { client, form }: GeminiDialect): Draft {
  const { attributes, atMicros } = record;
  const input = amount(attributes, 'input_token_count');
  const output = amount(attributes, 'output_token_count');
  const key = text(attributes, 'response_id') ?? JSON.stringify([...momentKey(record, sessionId), input, output]);
  return {
    metric: 'tokens.consumed',
    atMicros,
    identity: usageIdentity(client, key),
    data: {
      ...normalUsage(
        {
          input,
          output,
          cacheRead: amount(attributes, 'cached_content_token_count'),
          reasoning: amount(attributes, 'thoughts_token_count'),
          total: amount(attributes, 'total_token_count'),
        },
        form,
      ),
      feed: 'events',
      requests: 1,
      model: text(attributes, 'model'),
      session_id: sessionId,
      agent_id: text(attributes, 'subagent_name'),
      duration_ms: amount(attributes, 'duration_ms'),
    },
  };
}

function failureOf(record: LogRecord, sessionId: string | undefined, { client }: GeminiDialect): Draft {
  const { attributes, atMicros } = record;
  const status = amount(attributes, 'status_code');
  return {
    metric: 'api.failed',
    atMicros,
    identity: apiFailureIdentity(client, JSON.stringify([...momentKey(record, sessionId), status])),
    data: {
      model: text(attributes, 'model'),
      session_id: sessionId,
      failure: apiFailureOfStatus(status),
      status: statusText(status),
      attempts: 1,
      duration_ms: amount(attributes, 'duration_ms'),
    },
  };
}

function toolOf(record: LogRecord, sessionId: string | undefined, { client }: GeminiDialect): Draft {
  const { attributes, atMicros } = record;
  const name = text(attributes, 'function_name');
  const server = text(attributes, 'mcp_server_name');
  const callId = text(attributes, 'call_id') ?? JSON.stringify([...momentKey(record, sessionId), name]);
  const rejected = text(attributes, 'decision') === 'reject';
  return {
    metric: 'tool.called',
    atMicros,
    identity: toolIdentity(client, callId),
    data: {
      server: server ?? client,
      tool: name === undefined || server === undefined ? name : ownToolName(name, server),
      session_id: sessionId,
      outcome: rejected ? 'cancelled' : outcomeOf(flag(attributes, 'success')),
      duration_ms: amount(attributes, 'duration_ms'),
      response_bytes: amount(attributes, 'content_length'),
    },
  };
}
