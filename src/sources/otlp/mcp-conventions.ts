import { text } from './attribute-values.ts';
import type { Told } from './client-mapping.ts';
import type { Attributes, Span } from './telemetry.ts';

/** Names of the OpenTelemetry MCP conventions. */
export const MCP_KEYS = ['mcp.method.name', 'gen_ai.tool.name', 'error.type', 'mcp.tool.name'] as const;

/**
 * Reads a span of the MCP conventions. Of a call that client and server both tell, the server's span is a child of the
 * client's, so both have the client's span in their identity, and the call counts once.
 */
export function readMcpSpan(span: Span, resource: Attributes, client: string): Told {
  const { attributes, role, startMicros, endMicros, traceId } = span;
  const method = text(attributes, 'mcp.method.name');
  if (method === undefined) return 'unknown';
  if (method !== 'tools/call' || (role !== 'client' && role !== 'server')) return 'ignored';
  const callSpan = role === 'server' && span.parentSpanId !== '' ? span.parentSpanId : span.spanId;
  return [
    {
      metric: 'tool.called',
      atMicros: endMicros,
      identity: JSON.stringify(['tool', 'mcp', traceId, callSpan]),
      data: {
        server: role === 'server' ? (text(resource, 'service.name') ?? client) : undefined,
        tool: text(attributes, 'gen_ai.tool.name', 'mcp.tool.name'),
        session_id: text(attributes, 'gen_ai.conversation.id', 'session.id'),
        outcome: span.failed || attributes.has('error.type') ? 'error' : 'success',
        duration_ms: (endMicros - startMicros) / 1_000,
      },
    },
  ];
}
