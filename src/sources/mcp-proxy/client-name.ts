/** Clients that call themselves otherwise over MCP than in their telemetry. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'codex-mcp-client': 'codex',
  'gemini-cli-mcp-client': 'gemini-cli',
  'qwen-cli-mcp-client': 'qwen-code',
  'qwen-code-mcp-client': 'qwen-code',
  'github-copilot-developer': 'copilot-cli',
};

/** The name under which a client is known everywhere, from the one it gives itself over MCP. */
export function clientName(told: string): string {
  return (Object.hasOwn(OTHER_NAMES, told) ? OTHER_NAMES[told] : undefined) ?? told;
}
