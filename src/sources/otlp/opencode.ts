import { toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage } from '../normal-usage.ts';
import { amount, text } from './attribute-values.ts';
import type { ClientMapping, Told } from './client-mapping.ts';
import type { Span } from './telemetry.ts';

const CLIENT = 'opencode';
const SESSION = ['session.id', 'ai.telemetry.metadata.sessionId', 'gen_ai.conversation.id'];
/** Spans of one request each; those without `.do` are the totals of a turn. */
const REQUEST_SPANS = new Set(['ai.streamText.doStream', 'ai.generateText.doGenerate']);

/**
 * Telemetry of OpenCode: logs for its developers, and, where the configuration asks for it, the spans of the AI SDK.
 * Its database tells more, cost included, and counts before these.
 */
export const opencode: ClientMapping = {
  client: CLIENT,
  recognises: (resource, scopeName) => text(resource, 'service.name') === 'opencode' || scopeName === 'opencode',
  keys: [
    ...SESSION,
    ...`ai.usage.inputTokens ai.usage.promptTokens gen_ai.usage.input_tokens ai.usage.outputTokens
    ai.usage.completionTokens gen_ai.usage.output_tokens ai.usage.cachedInputTokens ai.usage.reasoningTokens
    ai.usage.totalTokens ai.model.id gen_ai.response.model gen_ai.request.model gen_ai.response.id ai.toolCall.name
    ai.toolCall.id ai.operationId`.split(/\s+/),
  ],
  log: () => 'ignored',
  span: readSpan,
};

function readSpan(span: Span): Told {
  const name = text(span.attributes, 'ai.operationId') ?? span.name.split(' ')[0] ?? '';
  if (name === 'ai.toolCall') return readToolCall(span);
  // Hundreds of its own, down to single statements of its database.
  return REQUEST_SPANS.has(name) && !span.failed ? readRequest(span) : 'ignored';
}

function readToolCall({ attributes, startMicros, endMicros, failed, spanId }: Span): Told {
  return [
    {
      metric: 'tool.called',
      atMicros: endMicros,
      identity: toolIdentity(CLIENT, text(attributes, 'ai.toolCall.id') ?? spanId),
      data: {
        server: CLIENT,
        tool: text(attributes, 'ai.toolCall.name'),
        session_id: text(attributes, ...SESSION),
        outcome: failed ? 'error' : 'success',
        duration_ms: (endMicros - startMicros) / 1_000,
      },
    },
  ];
}

function readRequest({ attributes, startMicros, endMicros, traceId, spanId }: Span): Told {
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
