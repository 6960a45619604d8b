import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { openMetrics } from '../../src/metrics-collector.ts';
import { type Clock, SystemClock } from '../../src/model/clock.ts';
import { HttpReceiver } from '../../src/surfaces/http/http-receiver.ts';
import type { DeskContext } from '../../src/surfaces/mcp/desk.ts';
import { openMcpMount } from '../../src/surfaces/mcp/open-mcp-mount.ts';

export type Era = 'legacy' | 'modern';
export const ERAS: readonly Era[] = ['legacy', 'modern'];

/** A client that speaks one era of the protocol only. */
export function clientOf(era: Era): Client {
  const mode = era === 'legacy' ? 'legacy' : { pin: '2026-07-28' };
  return new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode } });
}

export type Asked = { readonly text: string; readonly json: Record<string, unknown>; readonly isError: boolean };

export type RunningMcp = {
  readonly address: string;
  readonly port: number;
  connect(era?: Era, path?: string): Promise<Client>;
  /** One question, by a connection of its own kind: over HTTP there are no sessions. */
  ask(tool: string, args?: Record<string, unknown>): Promise<Asked>;
};

export type McpSettings = { readonly clock?: Clock; readonly token?: string; readonly env?: Record<string, string> };

/** Our MCP server over HTTP, as `up` mounts it, before the store of a folder; gone when the running test has finished. */
export async function startMcp(directory: string, settings: McpSettings = {}): Promise<RunningMcp> {
  const { clock = new SystemClock(), token, env = {} } = settings;
  const collector = openMetrics({ directory, clock });
  const open = async () => collector;
  const context: DeskContext = {
    directory,
    env,
    cwd: '/',
    clock,
    timeZone: 'UTC',
    collector: open,
    recordingCollector: open,
  };
  const receiver = new HttpReceiver({
    host: '127.0.0.1',
    port: 0,
    token,
    metricsDirectory: directory,
    openMcp: () => openMcpMount(context),
  });
  const address = await receiver.listen();
  onTestFinished(async () => {
    await receiver.stop();
    await collector.close();
  });
  const connect = async (era: Era = 'modern', path = '/mcp'): Promise<Client> => {
    const client = clientOf(era);
    onTestFinished(async () => client.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(path, address)));
    return client;
  };
  let client: Client | undefined;
  return {
    address,
    port: Number(new URL(address).port),
    connect,
    async ask(tool, args = {}) {
      client ??= await connect();
      return askTool(client, tool, args);
    },
  };
}

/** Calls a tool. Its text is the same JSON as its structured content, which this checks by giving the text. */
export async function askTool(client: Client, tool: string, args: Record<string, unknown> = {}): Promise<Asked> {
  const { content, isError = false } = await client.callTool({ name: tool, arguments: args });
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { text, json, isError };
}
