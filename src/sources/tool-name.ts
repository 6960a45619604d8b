/** Server and tool of a name as Claude Code and Codex give it to tools of MCP servers: `mcp__<server>__<tool>`. */
export function splitToolName(name: string | undefined, client: string): { server: string; tool: string | undefined } {
  if (name?.startsWith('mcp__') === true) {
    const gap = name.indexOf('__', 5);
    if (gap > 5 && gap + 2 < name.length) return { server: name.slice(5, gap), tool: name.slice(gap + 2) };
  }
  return { server: client, tool: name };
}

/**
 * A tool as its MCP server calls it, where the server is known: Gemini CLI puts `mcp_<server>_` before it, Qwen Code
 * `mcp__<server>__`. Another name stays.
 */
export function ownToolName(name: string, server: string): string {
  const written = server.replaceAll(/[^\w.-]/g, '_');
  for (const before of [`mcp__${server}__`, `mcp_${server}_`, `mcp__${written}__`, `mcp_${written}_`]) {
    if (name.startsWith(before) && name.length > before.length) return name.slice(before.length);
  }
  return name;
}
