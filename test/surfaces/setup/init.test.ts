import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliRun, runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** One file of each client, written as people and clients write them. */
const FILES: Readonly<Record<string, string>> = {
  'work/.mcp.json': '{"mcpServers":{"amicus":{"command":"uvx","args":["amicus-mcp"],"env":{"CONTEXT_BUS_DIR":".ai"}}}}',
  'home/.claude.json': `{
  "numStartups": 12,
  "mcpServers": {
    "files": {
      "type": "stdio",
      "command": "npx",
      "args": [
        "-y",
        "@modelcontextprotocol/server-filesystem"
      ],
      "env": {}
    }
  },
  "projects": {
    "/some/where": { "mcpServers": { "memory": { "command": "memory-server", "args": [] } }, "history": ["a", "b"] }
  }
}
`,
  'home/.config/Claude/claude_desktop_config.json':
    '{\r\n\t"mcpServers": {\r\n\t\t"a": {\r\n\t\t\t"command": "C:\\\\tools\\\\a.exe"\r\n\t\t}\r\n\t}\r\n}',
  'home/.cursor/mcp.json':
    '{ "mcpServers": { "far": { "url": "https://mcp.example.com/mcp" }, "near": { "command": "near", "args": ["--", "wrap"] } } }',
  'work/.vscode/mcp.json': `{
  // Servers of this workspace.
  "servers": {
    "tool": {
      "command": "tool", // found on the path
      "args": ["\${workspaceFolder}", /* twice */ "x\\u00e9y",],
    },
  },
  "inputs": [],
}`,
  'home/.gemini/settings.json':
    '{"theme":"dark","mcpServers":{"g":{"args":["serve"],"command":"g","trust":false},"h":{"httpUrl":"http://x/mcp"}}}',
  'home/.codex/config.toml': `model = "gpt-5.5"   # the usual

[mcp_servers.docs]
command = "docs-server"
args = [
  "--port", # of the server
  '4000',
]

[mcp_servers.docs.env]
KEY = "value"

[mcp_servers."with space"]
command = 'plain'   # no arguments

[mcp_servers.remote]
url = "https://mcp.example.com"

[profiles.x]
command = "not a server"
`,
  'home/.copilot/mcp-config.json': '{"mcpServers":{"c":{"type":"local","command":"c","args":["1"],"tools":["*"]}}}',
  'home/.config/opencode/opencode.json':
    '{"mcp":{"o":{"type":"local","command":["bunx","o-server"],"enabled":true},"r":{"type":"remote","url":"https://x"}}}',
  'home/.codeium/windsurf/mcp_config.json': '{"mcpServers":{"w":{"command":"w","args":["a b","\\"q\\""]}}}',
};

type Place = {
  readonly folder: string;
  readonly run: (...more: string[]) => Promise<CliRun>;
  readonly read: (name: string) => string;
};

function place(files: Readonly<Record<string, string>> = FILES): Place {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'work'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return {
    folder,
    run: (...more) => {
      const line = ['init', '--home', join(folder, 'home'), '--launcher', 'amicus-metrics', ...more];
      return runInProcess(line, { cwd: join(folder, 'work') });
    },
    read: (name) => readFileSync(join(folder, name), 'utf8'),
  };
}

describe('amicus-metrics init', () => {
  it('changes nothing without consent, and shows what it would change', async () => {
    const { run, read } = place();
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain(
      '+ {"mcpServers":{"amicus":{"command":"amicus-metrics","args":["wrap", "--name", "amicus", "--", "uvx"',
    );
    expect(stdout).toContain('far: left as it is');
    expect(stderr).toContain('--yes');
    for (const [name, content] of Object.entries(FILES)) expect(read(name)).toBe(content);
  });

  it('wraps every server that is a process, and nothing else in the file', async () => {
    const { run, read } = place();
    expect((await run('--yes')).code).toBe(0);
    expect(JSON.parse(read('work/.mcp.json'))).toEqual({
      mcpServers: {
        amicus: {
          command: 'amicus-metrics',
          args: ['wrap', '--name', 'amicus', '--', 'uvx', 'amicus-mcp'],
          env: { CONTEXT_BUS_DIR: '.ai' },
        },
      },
    });
    expect(read('home/.claude.json')).toContain(`      "args": [
        "wrap",
        "--name",
        "files",
        "--",
        "npx",
        "-y",
        "@modelcontextprotocol/server-filesystem"
      ],`);
    expect(read('home/.claude.json')).toContain(
      '"args": ["wrap", "--name", "memory", "--", "memory-server"] } }, "history"',
    );
    expect(read('work/.vscode/mcp.json')).toContain(
      '"args": ["wrap", "--name", "tool", "--", "tool", "${workspaceFolder}", /* twice */ "x\\u00e9y",],',
    );
    expect(read('home/.codex/config.toml')).toContain(`command = "amicus-metrics"
args = [
  "wrap",
  "--name",
  "docs",
  "--",
  "docs-server",
  "--port", # of the server
  '4000',
]`);
    expect(read('home/.codex/config.toml')).toContain(
      `command = "amicus-metrics"\nargs = ["wrap","--name","with space","--",'plain']   # no arguments`,
    );
    expect(JSON.parse(read('home/.config/opencode/opencode.json'))).toMatchObject({
      mcp: {
        o: { command: ['amicus-metrics', 'wrap', '--name', 'o', '--', 'bunx', 'o-server'] },
        r: { url: 'https://x' },
      },
    });
  });

  it('is undone to the byte, and a second run of either changes nothing', async () => {
    const { run, read } = place();
    await run('--yes');
    const wrapped = Object.keys(FILES).map(read);
    expect((await run('--yes')).stdout).toContain('There is nothing to change.');
    expect(Object.keys(FILES).map(read)).toEqual(wrapped);
    await run('--undo', '--yes');
    for (const [name, content] of Object.entries(FILES)) expect(read(name)).toBe(content);
    expect((await run('--undo', '--yes')).stdout).toContain('There is nothing to change.');
  });

  it('is undone in a file that the client has written anew since', async () => {
    const { run, read, folder } = place();
    await run('--yes');
    const path = join(folder, 'home/.claude.json');
    const again = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...again, numStartups: 13 }));
    await run('--undo', '--yes');
    const before = JSON.parse(FILES['home/.claude.json'] ?? '') as Record<string, unknown>;
    expect(JSON.parse(read('home/.claude.json'))).toEqual({ ...before, numStartups: 13 });
  });

  it('keeps a copy, the permissions, and a link as a link', async () => {
    const { run, folder, read } = place();
    const [path, target] = [join(folder, 'home/.cursor/mcp.json'), join(folder, 'dotfiles.json')];
    writeFileSync(target, FILES['home/.cursor/mcp.json'] ?? '');
    chmodSync(target, 0o600);
    unlinkSync(path);
    symlinkSync(target, path);
    const { stdout } = await run('--yes');
    expect(read('dotfiles.json')).toContain('"wrap"');
    expect(read('home/.cursor/mcp.json')).toBe(read('dotfiles.json'));
    expect(statSync(target).mode & 0o777).toBe(0o600);
    const [, backup = ''] = /as it was: (\S*dotfiles\S+)/.exec(stdout) ?? [];
    expect([readFileSync(backup, 'utf8'), statSync(backup).mode & 0o777]).toEqual([
      FILES['home/.cursor/mcp.json'],
      0o600,
    ]);
  });

  it('wraps only what is named', async () => {
    const { run, read } = place();
    await run('--yes', '--server', 'amicus');
    expect(read('work/.mcp.json')).toContain('wrap');
    expect(read('home/.copilot/mcp-config.json')).toBe(FILES['home/.copilot/mcp-config.json']);
  });

  it('names the folder for the proxies when one was named to it', async () => {
    const { run, read } = place();
    await run('--yes', '--server', 'c', '--dir', '/shared/.ai');
    expect(read('home/.copilot/mcp-config.json')).toContain('"wrap", "--dir", "/shared/.ai", "--name", "c", "--", "c"');
  });

  it('leaves files alone that it cannot read, and says so', async () => {
    const { run, read } = place({
      'work/.mcp.json': '{"mcpServers": {"a": {"command": "a"',
      'home/.codex/config.toml': 'mcp_servers = { a = { command = "a" } }\n',
      'home/.cursor/mcp.json': '{"mcpServers": {"b": {"command": 5}, "c": null, "d": {"command": "d", "args": [1]}}}',
      'home/.gemini/settings.json': '{"theme": "dark"}',
      'home/.qwen/settings.json': '[]',
    });
    const { code, stdout } = await run('--yes');
    expect([code, stdout.match(/cannot be read/g)?.length]).toEqual([0, 2]);
    expect(stdout.match(/of no known form/g)).toHaveLength(4);
    expect(read('home/.codex/config.toml')).toBe('mcp_servers = { a = { command = "a" } }\n');
  });

  it('says what it found as JSON', async () => {
    const { run } = place();
    const { files } = JSON.parse((await run('--json')).stdout) as { files: { client: string; servers: unknown[] }[] };
    expect(files.map(({ client }) => client)).toEqual(
      expect.arrayContaining([
        'claude-code',
        'claude-desktop',
        'cursor',
        'vscode',
        'gemini-cli',
        'codex',
        'copilot-cli',
      ]),
    );
    expect(files.find(({ client }) => client === 'cursor')?.servers).toEqual([
      { name: 'near', state: 'wrap' },
      { name: 'far', state: 'http' },
    ]);
  });

  it('finds nothing in an empty home, and makes nothing there', async () => {
    const { run, folder } = place({});
    expect((await run('--yes')).stdout).toContain('No file');
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it('prints the lines for telemetry', async () => {
    const { stdout } = await place().run('--telemetry');
    expect(stdout).toContain('CLAUDE_CODE_ENABLE_TELEMETRY=1');
    expect(stdout).toContain('otlp-http');
  });
});
