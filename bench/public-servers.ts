import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { ended, freePort, installPackages, said, SUITES, suiteResults } from './conformance-suite.ts';
import { Scratch } from './harness.ts';

/**
 * Compares public MCP servers, and what the official conformance suite says of one of them, with and without the proxy:
 * `node bench/public-servers.ts`. Installs them from npm into a temporary folder. Ends with 1 when anything differs.
 */
const PACKAGES = [
  '@modelcontextprotocol/server-everything@2026.8.31',
  '@modelcontextprotocol/server-filesystem@2026.8.31',
  '@modelcontextprotocol/server-memory@2026.8.31',
];
/** The proxy refuses other hosts even where the server behind it does not. */
const STRICTER = 'localhost-host-rebinding-rejected';
const CLI = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'surfaces', 'cli', 'main.ts');

type Call = { readonly tool: string; readonly args: Record<string, unknown> };
type PublicServer = {
  readonly name: string;
  readonly args: (folder: string) => string[];
  readonly calls: readonly Call[];
};

const SERVERS: readonly PublicServer[] = [
  {
    name: 'mcp-server-everything',
    args: () => ['stdio'],
    calls: [
      { tool: 'echo', args: { message: 'hello 漢字 🚀' } },
      { tool: 'get-sum', args: { a: 2, b: 3 } },
      { tool: 'get-tiny-image', args: {} },
      { tool: 'get-structured-content', args: { location: 'New York' } },
      { tool: 'get-annotated-message', args: { messageType: 'error', includeImage: true } },
      { tool: 'trigger-long-running-operation', args: { duration: 1, steps: 4 } },
      { tool: 'echo', args: {} },
      { tool: 'no-such-tool', args: {} },
    ],
  },
  {
    name: 'mcp-server-filesystem',
    args: (folder) => [folder],
    calls: [
      { tool: 'write_file', args: { path: 'FOLDER/a.txt', content: 'ü'.repeat(200_000) } },
      { tool: 'read_text_file', args: { path: 'FOLDER/a.txt' } },
      { tool: 'list_directory', args: { path: 'FOLDER' } },
      { tool: 'read_text_file', args: { path: '/etc/hostname' } },
      { tool: 'read_text_file', args: { path: 'FOLDER/none.txt' } },
    ],
  },
  {
    name: 'mcp-server-memory',
    args: () => [],
    calls: [
      { tool: 'create_entities', args: { entities: [{ name: 'a', entityType: 't', observations: ['one', 'two'] }] } },
      { tool: 'add_observations', args: { observations: [{ entityName: 'none', contents: ['x'] }] } },
      { tool: 'read_graph', args: {} },
      { tool: 'search_nodes', args: { query: 'two' } },
    ],
  },
];

/** All that a client gets of a server: its lists, and the answers or errors of its calls. */
async function conversation(
  command: string,
  args: readonly string[],
  calls: readonly Call[],
  env: Record<string, string>,
) {
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'compare', version: '1' });
  await client.connect(transport);
  const said: unknown[] = [client.getServerVersion(), client.getServerCapabilities(), await client.listTools()];
  for (const list of [() => client.listPrompts(), () => client.listResources()]) {
    said.push(await list().catch((error: unknown) => String(error)));
  }
  for (const { tool, args: given } of calls) {
    said.push(await client.callTool({ name: tool, arguments: given }).catch((error: unknown) => String(error)));
  }
  await client.close();
  return said;
}

async function compareServers(installed: string, scratch: Scratch): Promise<number> {
  let different = 0;
  for (const server of SERVERS) {
    const program = join(installed, 'node_modules', '.bin', server.name);
    const talk = (way: string, prefix: readonly string[]) => {
      // The same path both times, since servers answer with paths.
      const folder = scratch.at(`work-${server.name}`);
      mkdirSync(folder, { recursive: true });
      const calls = server.calls.map(({ tool, args }) => ({
        tool,
        args: JSON.parse(JSON.stringify(args).replaceAll('FOLDER', folder)) as Record<string, unknown>,
      }));
      const [command = '', ...args] = [...prefix, process.execPath, program, ...server.args(folder)];
      const env = { CONTEXT_BUS_DIR: scratch.at('.ai'), MEMORY_FILE_PATH: scratch.at(`${way}.jsonl`) };
      return conversation(command, args, calls, env);
    };
    const direct = await talk('direct', []);
    const through = await talk('through', [process.execPath, CLI, 'wrap', '--']);
    const same = isDeepStrictEqual(direct, through);
    if (!same) different += 1;
    console.log(`${server.name}: ${direct.length} answers, ${same ? 'the same' : 'DIFFERENT'} through the proxy`);
  }
  return different;
}

async function compareSuite(installed: string, version: string, scratch: Scratch): Promise<number> {
  const port = await freePort();
  const everything = spawn(
    process.execPath,
    [join(installed, 'node_modules', '.bin', 'mcp-server-everything'), 'streamableHttp'],
    {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  await said(everything.stderr, 'listening');
  const target = `http://127.0.0.1:${port}/mcp`;
  const proxy = spawn(process.execPath, [CLI, '--dir', scratch.at('.ai'), 'wrap', '--http', target], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = (await said(proxy.stdout, '\n')).trim();
  const direct = await suiteResults(installed, target, scratch.at(`direct-${version}`));
  const through = await suiteResults(installed, url, scratch.at(`through-${version}`));
  await Promise.all([ended(proxy), ended(everything)]);
  const passed = [...direct.values()].filter((result) => result.startsWith('SUCCESS')).length;
  console.log(`conformance ${version}: ${direct.size} checks of server-everything, ${passed} of them passed`);
  const names = new Set([...direct.keys(), ...through.keys()]);
  const different = [...names].filter((name) => direct.get(name) !== through.get(name));
  for (const name of different) {
    console.log(
      `  ${name}\n    directly: ${direct.get(name) ?? 'not run'}\n    through the proxy: ${through.get(name) ?? 'not run'}`,
    );
  }
  console.log(`  ${names.size - different.length} the same through the proxy, ${different.length} different`);
  return different.filter((name) => !(name.endsWith(STRICTER) && through.get(name) === 'SUCCESS')).length;
}

using scratch = new Scratch();
let different = await compareServers(installPackages(scratch.at('servers'), PACKAGES), scratch);
for (const version of SUITES) {
  const suite = `@modelcontextprotocol/conformance@${version}`;
  different += await compareSuite(
    installPackages(scratch.at(`suite-${version}`), [suite, ...PACKAGES.slice(0, 1)]),
    version,
    scratch,
  );
}
process.exitCode = different === 0 ? 0 : 1;
