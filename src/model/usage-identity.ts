/**
 * Identities of requests to language models. All outlets of a client that tell the same request must give it the same
 * identity, so that it counts once whatever is fed, in whatever order and however often.
 *
 * The key is the provider's own id of the request or response where the client tells one (Claude Code `request_id` =
 * `requestId` = `gen_ai.response.id`; Codex rollout `response_id`; Copilot `accounting.usageId` = `gen_ai.response.id`;
 * OpenCode message id). Outlets without such an id make one from what they have (session and sequence, or the series
 * and time of a data point) and are told apart by their `feed`: of several feeds of one session only the best counts.
 */
export function usageIdentity(client: string, key: string): string {
  return JSON.stringify(['usage', client, key]);
}

/** The identity of a tool call: hooks, telemetry, transcripts and the MCP proxy know it by the client's id of the call. */
export function toolIdentity(client: string, callId: string): string {
  return JSON.stringify(['tool', client, callId]);
}

/** The identity of the beginning or the end of a session, told once whichever outlet tells it first. */
export function sessionIdentity(metric: 'session.started' | 'session.ended', client: string, sessionId: string): string {
  return JSON.stringify([metric, client, sessionId]);
}

/** The identity of a failed request: by the request's own id where told, else what the outlet knows it by. */
export function apiFailureIdentity(client: string, key: string): string {
  return JSON.stringify(['api.failed', client, key]);
}

/** The identity of a change of code that a tool call made. */
export function codeIdentity(client: string, callId: string): string {
  return JSON.stringify(['code', client, callId]);
}
