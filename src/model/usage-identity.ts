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
