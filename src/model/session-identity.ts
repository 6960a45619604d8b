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
