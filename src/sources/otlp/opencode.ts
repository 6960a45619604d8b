import { sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage } from '../normal-usage.ts';
import { amount, text } from './attribute-values.ts';
import type { ClientMapping, Draft, Told } from './client-mapping.ts';
import type { Span } from './telemetry.ts';

const CLIENT = 'opencode';
const SESSION = ['session.id', 'ai.telemetry.metadata.sessionId', 'gen_ai.conversation.id'];
/** Spans of one request each; those without `.do` are the totals of a turn. */
const REQUEST_SPANS = new Set(['ai.streamText.doStream', 'ai.generateText.doGenerate']);
/** A call of a tool: its own span, sent in any case, and the one of the AI SDK. Both have the id of the call. */
const TOOL_SPANS = new Set(['Tool.execute', 'ai.toolCall']);

/**
 * Telemetry of OpenCode: logs for its developers, its own spans, and, where the configuration asks for it, those of the
 * AI SDK. What it did in its last seconds it does not send. Its database tells more, cost included, and counts before
 * these; they tell whose session it is, and requests for titles, which the database has not.
 */
export const opencode: ClientMapping = {
  client: CLIENT,
  recognises: (resource, scopeName) => text(resource, 'service.name') === 'opencode' || scopeName === 'opencode',
  keys: [
    ...SESSION,
    ...`ai.usage.inputTokens ai.usage.promptTokens gen_ai.usage.input_tokens ai.usage.outputTokens
    ai.usage.completionTokens gen_ai.usage.output_tokens ai.usage.cachedInputTokens ai.usage.reasoningTokens
    ai.usage.totalTokens ai.model.id gen_ai.response.model gen_ai.request.model gen_ai.response.id ai.toolCall.name
    ai.toolCall.id tool.name tool.call_id ai.operationId`.split(/\s+/),
  ],
  log: () => 'ignored',
  span: readSpan,
};

function readSpan(span: Span): Told {
  const name = text(span.attributes, 'ai.operationId') ?? span.name.split(' ')[0] ?? '';
  if (TOOL_SPANS.has(name)) return [...sessionOf(span), readToolCall(span)];
  // Hundreds of its own, down to single statements of its database.
  return REQUEST_SPANS.has(name) && !span.failed ? readRequest(span) : 'ignored';
}

/** Whose the session is only telemetry knows; since when it is, the database: that comes first where both are read. */
function sessionOf({ attributes, startMicros }: Span): Draft[] {
  const sessionId = text(attributes, ...SESSION);
  if (sessionId === undefined) return [];
  const identity = sessionIdentity('session.started', CLIENT, sessionId);
  const data = { session_id: sessionId };
  return [{ metric: 'session.started', atMicros: startMicros, identity, data, yields: true }];
}

function readToolCall({ attributes, startMicros, endMicros, failed, spanId }: Span): Draft {
  return {
    metric: 'tool.called',
    atMicros: endMicros,
    identity: toolIdentity(CLIENT, text(attributes, 'tool.call_id', 'ai.toolCall.id') ?? spanId),
    data: {
      server: CLIENT,
      tool: text(attributes, 'tool.name', 'ai.toolCall.name'),
      session_id: text(attributes, ...SESSION),
      outcome: failed ? 'error' : 'success',
      duration_ms: (endMicros - startMicros) / 1_000,
    },
  };
}

function readRequest(span: Span): Told {
  const { attributes, startMicros, endMicros, traceId, spanId } = span;
  const input = amount(attributes, 'ai.usage.inputTokens', 'gen_ai.usage.input_tokens', 'ai.usage.promptTokens');
  const output = amount(attributes, 'ai.usage.outputTokens', 'gen_ai.usage.output_tokens', 'ai.usage.completionTokens');
  if (input === undefined && output === undefined) return 'ignored';
  const told = {
    input,
    output,
    cacheRead: amount(attributes, 'ai.usage.cachedInputTokens'),
    reasoning: amount(attributes, 'ai.usage.reasoningTokens'),
    total: amount(attributes, 'ai.usage.totalTokens'),
  };
  return [
    ...sessionOf(span),
    {
      metric: 'tokens.consumed',
      atMicros: endMicros,
      identity: usageIdentity(CLIENT, text(attributes, 'gen_ai.response.id') ?? `${traceId}:${spanId}`),
      data: {
        ...normalUsage(told, { cacheInInput: true, reasoningInOutput: true }),
        feed: 'spans',
        requests: 1,
        model: text(attributes, 'gen_ai.response.model', 'ai.model.id', 'gen_ai.request.model'),
        session_id: text(attributes, ...SESSION),
        duration_ms: (endMicros - startMicros) / 1_000,
      },
    },
  ];
}
