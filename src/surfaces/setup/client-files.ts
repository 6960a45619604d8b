import { join } from 'node:path';
import { jsonFormat } from './json-format.ts';
import type { ConfigurationFormat } from './server-entry.ts';
import { TOML_FORMAT } from './toml-format.ts';

/** A file in which a client keeps its MCP servers. */
export type ClientFile = { readonly client: string; readonly path: string; readonly format: ConfigurationFormat };

const MCP_SERVERS = jsonFormat([['mcpServers']]);
const SERVERS = jsonFormat([['servers']]);
const OPENCODE = jsonFormat([['mcp']]);
const CLAUDE_CODE = jsonFormat([['mcpServers'], ['projects', '*', 'mcpServers']]);

export type Places = {
  readonly home: string;
  /** The workspace, for files that belong to it. */
  readonly project: string;
  readonly platform: NodeJS.Platform;
};

/** Every file that may be there, by client. A new client is a line here. */
export function clientFiles({ home, project, platform }: Places): readonly ClientFile[] {
  const programs = {
    darwin: join(home, 'Library', 'Application Support'),
    win32: join(home, 'AppData', 'Roaming'),
  } as const;
  const settings = platform === 'darwin' || platform === 'win32' ? programs[platform] : join(home, '.config');
  const files: readonly (readonly [client: string, format: ConfigurationFormat, ...paths: string[]])[] = [
    ['claude-code', MCP_SERVERS, join(project, '.mcp.json')],
    ['claude-code', CLAUDE_CODE, join(home, '.claude.json')],
    ['claude-desktop', MCP_SERVERS, join(settings, 'Claude', 'claude_desktop_config.json')],
    ['cursor', MCP_SERVERS, join(project, '.cursor', 'mcp.json'), join(home, '.cursor', 'mcp.json')],
    ['vscode', SERVERS, join(project, '.vscode', 'mcp.json'), join(settings, 'Code', 'User', 'mcp.json')],
    ['gemini-cli', MCP_SERVERS, join(project, '.gemini', 'settings.json'), join(home, '.gemini', 'settings.json')],
    ['qwen-code', MCP_SERVERS, join(project, '.qwen', 'settings.json'), join(home, '.qwen', 'settings.json')],
    ['codex', TOML_FORMAT, join(project, '.codex', 'config.toml'), join(home, '.codex', 'config.toml')],
    ['copilot-cli', MCP_SERVERS, join(home, '.copilot', 'mcp-config.json')],
    [
      'opencode',
      OPENCODE,
      ...['opencode.json', 'opencode.jsonc'].flatMap((name) => [
        join(project, name),
        join(home, '.config', 'opencode', name),
      ]),
    ],
    ['windsurf', MCP_SERVERS, join(home, '.codeium', 'windsurf', 'mcp_config.json')],
  ];
  const all = files.flatMap(([client, format, ...paths]) => paths.map((path) => ({ client, path, format })));
  // Run in the home folder itself, both places of a client are one.
  return all.filter(({ path }, i) => all.findIndex((other) => other.path === path) === i);
}
