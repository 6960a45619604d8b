/** Clients that call themselves otherwise over MCP than in their telemetry. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'codex-mcp-client': 'codex',
  'gemini-cli-mcp-client': 'gemini-cli',
  'qwen-cli-mcp-client': 'qwen-code',
  'qwen-code-mcp-client': 'qwen-code',
  'github-copilot-developer': 'copilot-cli',
};
/** Qwen Code writes the server's name behind its own. */
const SERVER_BEHIND = /(?<=-mcp-client)-.*$/s;

/** The name under which a client is known everywhere, from the one it gives itself over MCP. */
export function clientName(told: string): string {
  const own = told.replace(SERVER_BEHIND, '');
  return (Object.hasOwn(OTHER_NAMES, own) ? OTHER_NAMES[own] : undefined) ?? told;
}
