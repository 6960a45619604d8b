import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { askTool, clientOf, type Era, ERAS, startMcp } from '../../support/mcp-asking.ts';
import { type SimulatedStore, simulatedStore } from '../../support/simulated-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../src/surfaces/cli/main.ts', import.meta.url));

let store: SimulatedStore;
beforeAll(async () => {
  // The child has the clock of the system.
  store = await simulatedStore({ seed: 5, days: 2, nodes: 4 }, Date.now() * 1_000);
});
afterAll(() => store.remove());

async function overStdio(era: Era, directory = store.directory, options: readonly string[] = []): Promise<Client> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, 'mcp', '--dir', directory, ...options],
    stderr: 'inherit',
  });
  const client = clientOf(era);
  onTestFinished(async () => client.close());
  await client.connect(transport);
  return client;
}

const overHttp = async (era: Era): Promise<Client> => (await startMcp(store.directory)).connect(era);

const WAYS = [
  ['stdio', overStdio],
  ['HTTP', overHttp],
] as const;
const CASES = WAYS.flatMap(([way, connect]) => ERAS.map((era) => ({ way, era, connect })));

describe.each(CASES)('over $way, in the $era era', ({ era, connect }) => {
  it('serves tools, resources, completions and prompts', async () => {
    const client = await connect(era);
    expect(client.getServerVersion()).toMatchObject({ name: 'amicus-metrics' });

    const answer = await client.callTool({ name: 'query_metrics', arguments: { metric: 'task.claimed', since: '3d' } });
    const [text] = answer.content;
    expect(JSON.parse(text?.type === 'text' ? text.text : '')).toEqual(answer.structuredContent);
    expect(answer.structuredContent).toMatchObject({ rows: [{ count: expect.any(Number) }] });

    const catalogue = await client.readResource({ uri: 'amicus-metrics://catalogue' });
    expect(JSON.stringify(catalogue.contents)).toContain('task.completed');
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['amicus-metrics://catalogue/{metric}']);
    const metric = await client.readResource({ uri: 'amicus-metrics://catalogue/task.completed' });
    expect(JSON.stringify(metric.contents)).toContain('duration_seconds');
    await expect(client.readResource({ uri: 'amicus-metrics://catalogue/no.such' })).rejects.toThrow(/not found/i);

    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'amicus-metrics://catalogue/{metric}' },
      argument: { name: 'metric', value: 'task.c' },
    });
    expect(completion.values).toEqual(['task.created', 'task.claimed', 'task.completed']);

    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['catch_up', 'weekly_review']);
    const { messages } = await client.getPrompt({ name: 'catch_up' });
    expect(JSON.stringify(messages)).toContain('get_metrics_insights');
  });
});

describe('`up`', () => {
  it('serves it beside the telemetry that it takes', async () => {
    const port = await freePort();
    const env = {
      PATH: process.env['PATH'] ?? '',
      AMICUS_METRICS_OTLP_PORT: String(port),
      AMICUS_METRICS_AGENT_HISTORIES: 'off',
      AMICUS_METRICS_SOURCES_GIT: 'off',
    };
    const up = spawn(process.execPath, [MAIN, 'up', '--dir', store.directory], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void up.kill('SIGTERM'));
    await new Promise<void>((resolve) => {
      let said = '';
      up.stderr.on('data', (part: Buffer) => {
        said += part.toString();
        if (said.includes('/mcp')) resolve();
      });
    });
    const client = clientOf('modern');
    onTestFinished(async () => client.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
    expect(await askTool(client, 'get_cluster_clock', { since: '3d' })).toMatchObject({ isError: false });
  });
});

describe('an agent', () => {
  it('need not say who it is where its address or its command line does', async () => {
    const claims = await askTool(await overHttp('modern'), 'query_metrics', {
      metric: 'task.claimed',
      since: '3d',
      group_by: ['node_id'],
    });
    const [{ node_id: node }] = claims.json['rows'] as [{ node_id: string }];
    const clients = [
      await (await startMcp(store.directory)).connect('legacy', `/n/${node}/mcp`),
      await overStdio('modern', store.directory, ['--node', node]),
    ];
    for (const client of clients) {
      const workload = await askTool(client, 'get_my_workload');
      expect(workload.isError).toBe(false);
      expect(workload.json).toHaveProperty('signal');
    }
  });

  it('is told what to do where nothing was recorded yet, and gets answers once something was', async () => {
    const directory = join(temporaryFolder(), '.ai');
    mkdirSync(directory);
    const client = await overStdio('legacy', directory);
    const before = await askTool(client, 'get_metrics_insights');
    expect(before).toMatchObject({ isError: true, json: { code: 'STORE_MISSING' } });
    expect(before.text).toContain('amicus-metrics up');

    const { openMetrics } = await import('../../../src/metrics-collector.ts');
    const collector = openMetrics({ directory });
    collector.record('task.created', { task_id: 'task-1' });
    await collector.close();
    const after = await askTool(client, 'get_metrics_insights');
    expect(after).toMatchObject({ isError: false, json: { state: 'too_little', insights: [] } });
  });
});
