/**
 * Identities of what a client's session does. Hooks, telemetry, transcripts and the MCP proxy may all tell the same
 * start, end or tool call; the ids are the client's own, so each counts once, whoever tells it first.
 */
export function sessionIdentity(
  metric: 'session.started' | 'session.ended',
  client: string,
  sessionId: string,
): string {
  return JSON.stringify([metric, client, sessionId]);
}

/** The identity of a tool call, by the id that the client gave it (`tool_use_id`, `call_id`). */
export function toolIdentity(client: string, callId: string): string {
  return JSON.stringify(['tool', client, callId]);
}

/** The identity of a change of code that a tool call made. */
export function codeIdentity(client: string, callId: string): string {
  return JSON.stringify(['code', client, callId]);
}

/** The identity of a request to a model that failed: by the provider's id of the request, else the outlet's own of the record. */
export function apiFailureIdentity(client: string, key: string): string {
  return JSON.stringify(['api.failed', client, key]);
}
