import { apiFailureOfStatus } from '../../metrics/api-failed.ts';
import { apiFailureIdentity, sessionIdentity, toolIdentity } from '../../model/session-identity.ts';
import { usageIdentity } from '../../model/usage-identity.ts';
import { normalUsage, type UsageForm } from '../normal-usage.ts';
import { amount, statusText, text } from './attribute-values.ts';
import type { ClientMapping, Counting, Draft, Told } from './client-mapping.ts';
import { MCP_KEYS, readMcpSpan } from './mcp-conventions.ts';
import type { Attributes, LogRecord, Span } from './telemetry.ts';

/** The conventions count what was read from and written to a cache as input, and reasoning as output. */
const FORM: UsageForm = { cacheInInput: true, reasoningInOutput: true };

/** Names of the OpenTelemetry GenAI conventions, the present ones first and then those of earlier versions. */
const INPUT = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'];
const OUTPUT = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'];
const CACHE_READ = ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'];
const CACHE_WRITE = [
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
];
const REASONING = ['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'];
const MODEL = ['gen_ai.response.model', 'gen_ai.request.model'];
const SESSION = ['gen_ai.conversation.id', 'session.id'];

export const GENAI_KEYS: readonly string[] = [
  [INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, REASONING, MODEL, SESSION].flat(),
  ['gen_ai.operation.name', 'gen_ai.response.id', 'gen_ai.token.type', 'gen_ai.tool.name', 'gen_ai.tool.call.id'],
  ['gen_ai.agent.id', 'error.type', 'http.response.status_code', 'event.name', 'mcp.server.name'],
].flat();

const INFERENCE = new Set(['chat', 'generate_content', 'text_completion', 'embeddings']);
const INFERENCE_EVENT = 'gen_ai.client.inference.operation.details';

/** Counters of the conventions; the histograms of the same tokens count where a sender has no counters. */
export const GENAI_COUNTING: Counting = {
  form: FORM,
  counters: {
    'gen_ai.client.inference.usage.input_tokens': { part: 'input' },
    'gen_ai.client.inference.usage.output_tokens': { part: 'output' },
    'gen_ai.client.inference.usage.cache_read.input_tokens': { part: 'cacheRead' },
    'gen_ai.client.inference.usage.cache_write.input_tokens': { part: 'cacheWrite' },
    'gen_ai.client.inference.usage.reasoning.output_tokens': { part: 'reasoning' },
    'gen_ai.client.token.usage': {
      by: 'gen_ai.token.type',
      parts: { input: 'input', output: 'output', completion: 'output' },
    },
  },
  unless: {
    'gen_ai.client.token.usage': [
      'gen_ai.client.inference.usage.input_tokens',
      'gen_ai.client.inference.usage.output_tokens',
    ],
  },
};

/** Anything that follows the GenAI or the MCP conventions. Its client is called as its service is. */
export const genaiConventions: ClientMapping = {
  recognises: () => true,
  keys: [...GENAI_KEYS, ...MCP_KEYS],
  log: readGenaiEvent,
  span: (span, resource, client) => {
    const told = readGenaiSpan(span, resource, client);
    return told === 'unknown' ? readMcpSpan(span, resource, client) : told;
  },
  counting: GENAI_COUNTING,
};

/** The event that describes one inference: the same as its span, and so under the same identity. */
function readGenaiEvent(
  { attributes, eventName, atMicros, traceId, spanId }: LogRecord,
  _: Attributes,
  client: string,
): Told {
  if ((eventName ?? text(attributes, 'event.name')) !== INFERENCE_EVENT) return 'unknown';
  const usage = usageOf(attributes, client, 'events', { atMicros, key: `${traceId}:${spanId}` });
  return usage === undefined ? 'ignored' : [usage];
}

/** Reads a span of the GenAI conventions; `unknown` for any other. */
export function readGenaiSpan(span: Span, _resource: Attributes, client: string): Told {
  const { attributes, endMicros, startMicros, traceId, spanId } = span;
  const operation = text(attributes, 'gen_ai.operation.name');
  if (operation === undefined && MODEL.every((key) => !attributes.has(key))) return 'unknown';
  const key = `${traceId}:${spanId}`;
  if (operation === 'execute_tool') return [toolOf(span, client, key)];
  // Totals of what its inner spans tell one by one.
  if (operation === 'invoke_agent') return startOf(attributes, client, startMicros);
  if (operation !== undefined && !INFERENCE.has(operation)) return 'ignored';
  if (span.failed || attributes.has('error.type')) return [failureOf(span, client, key)];
  const durationMillis = (endMicros - startMicros) / 1_000;
  const usage = usageOf(attributes, client, 'spans', { atMicros: endMicros, key, durationMillis });
  return usage === undefined ? 'ignored' : [usage];
}

function usageOf(
  attributes: Attributes,
  client: string,
  feed: 'events' | 'spans',
  place: { readonly atMicros: number; readonly key: string; readonly durationMillis?: number },
): Draft | undefined {
  const input = amount(attributes, ...INPUT);
  const output = amount(attributes, ...OUTPUT);
  if (input === undefined && output === undefined) return undefined;
  const told = {
    input,
    output,
    cacheRead: amount(attributes, ...CACHE_READ),
    cacheWrite: amount(attributes, ...CACHE_WRITE),
    reasoning: amount(attributes, ...REASONING),
  };
  return {
    metric: 'tokens.consumed',
    atMicros: place.atMicros,
    identity: usageIdentity(client, text(attributes, 'gen_ai.response.id') ?? place.key),
    data: {
      ...normalUsage(told, FORM),
      feed,
      requests: 1,
      model: text(attributes, ...MODEL),
      session_id: text(attributes, ...SESSION),
      agent_id: text(attributes, 'gen_ai.agent.id'),
      duration_ms: place.durationMillis,
    },
  };
}

function toolOf(span: Span, client: string, key: string): Draft {
  const { attributes, startMicros, endMicros } = span;
  return {
    metric: 'tool.called',
    atMicros: endMicros,
    identity: toolIdentity(client, text(attributes, 'gen_ai.tool.call.id') ?? key),
    data: {
      server: text(attributes, 'mcp.server.name') ?? client,
      tool: text(attributes, 'gen_ai.tool.name'),
      session_id: text(attributes, ...SESSION),
      agent_id: text(attributes, 'gen_ai.agent.id'),
      outcome: span.failed || attributes.has('error.type') ? 'error' : 'success',
      duration_ms: (endMicros - startMicros) / 1_000,
    },
  };
}

function failureOf(span: Span, client: string, key: string): Draft {
  const { attributes, startMicros, endMicros } = span;
  const code = amount(attributes, 'http.response.status_code', 'error.type');
  const status = code !== undefined && code >= 100 && code < 600 ? code : undefined;
  return {
    metric: 'api.failed',
    atMicros: endMicros,
    identity: apiFailureIdentity(client, key),
    data: {
      model: text(attributes, ...MODEL),
      session_id: text(attributes, ...SESSION),
      failure: status === undefined ? 'other' : apiFailureOfStatus(status),
      status: statusText(status),
      attempts: 1,
      duration_ms: (endMicros - startMicros) / 1_000,
    },
  };
}

function startOf(attributes: Attributes, client: string, atMicros: number): Told {
  const sessionId = text(attributes, ...SESSION);
  if (sessionId === undefined) return 'ignored';
  const identity = sessionIdentity('session.started', client, sessionId);
  return [{ metric: 'session.started', atMicros, identity, data: { session_id: sessionId } }];
}
