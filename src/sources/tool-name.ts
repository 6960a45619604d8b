/** Server and tool of a name as Claude Code and Codex give it to tools of MCP servers: `mcp__<server>__<tool>`. */
export function splitToolName(name: string | undefined, client: string): { server: string; tool: string | undefined } {
  if (name?.startsWith('mcp__') === true) {
    const gap = name.indexOf('__', 5);
    if (gap > 5 && gap + 2 < name.length) return { server: name.slice(5, gap), tool: name.slice(gap + 2) };
  }
  return { server: client, tool: name };
}
