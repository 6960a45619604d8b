import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';

const BUS_SERVER = fileURLToPath(new URL('../../src/bus/bus-server.ts', import.meta.url));

export type BusProcess = {
  readonly client: Client;
  readonly pid: number;
  /** The text of a tool's answer; throws it when it is an error. */
  call(tool: string, args?: Record<string, unknown>): Promise<string>;
};

/** A bus process of our own on a context folder, with a client; ended when the running test has finished. */
export async function startBus(
  directory: string,
  options: { readonly dialect?: string; readonly metrics?: boolean } = {},
): Promise<BusProcess> {
  const { dialect = '', metrics = false } = options;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BUS_SERVER],
    env: { CONTEXT_BUS_DIR: directory, AMICUS_BUS_DIALECT: dialect, AMICUS_BUS_METRICS: metrics ? 'on' : 'off' },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test', version: '0' });
  onTestFinished(async () => client.close());
  await client.connect(transport);
  return {
    client,
    pid: transport.pid ?? 0,
    async call(tool, args = {}) {
      const result = await client.callTool({ name: tool, arguments: args });
      const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      if (result.isError === true) throw new Error(text);
      return text;
    },
  };
}

/** The state file as it is now. */
export function stateIn(directory: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as Record<string, unknown>;
}
