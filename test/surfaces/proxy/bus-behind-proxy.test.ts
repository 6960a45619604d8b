import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../../src/metrics-collector.ts';
import { SystemClock } from '../../../src/model/clock.ts';
import { AmicusStateSource } from '../../../src/sources/amicus-state/amicus-state-source.ts';
import { fakeSecrets } from '../../support/fake-secrets.ts';
import { filesBelow } from '../../support/recording.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { wrapped } from '../../support/wrapped-process.ts';

const BUS = fileURLToPath(new URL('../../../src/bus/bus-server.ts', import.meta.url));

type Talk = {
  readonly answers: string[];
  call(tool: string, args?: Record<string, unknown>): Promise<void>;
  end(): Promise<void>;
};

/** A client on our bus, behind the proxy or not. What the clock has to do with is taken out of the answers. */
async function talkToBus(directory: string, behindProxy: boolean, metrics: 'on' | 'off', dialect = ''): Promise<Talk> {
  const server = [process.execPath, BUS];
  const [command = '', ...args] = behindProxy ? wrapped(server) : server;
  const transport = new StdioClientTransport({
    command,
    args,
    env: {
      PATH: process.env['PATH'] ?? '',
      CONTEXT_BUS_DIR: directory,
      AMICUS_BUS_METRICS: metrics,
      AMICUS_BUS_DIALECT: dialect,
      CLAUDE_CODE_SESSION_ID: 'session-of-a',
    },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'claude-code', version: '2.1.330' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  const answers = [JSON.stringify(await client.listTools())];
  return {
    answers,
    end: () => client.close(),
    async call(tool, given = {}) {
      const result = await client.callTool({ name: tool, arguments: given });
      answers.push(JSON.stringify(result).replaceAll(/\d+\.\d{3,}/g, '<time>'));
    },
  };
}

async function work(talk: Pick<Talk, 'call'>): Promise<void> {
  const call: Talk['call'] = (tool, args) => talk.call(tool, args);
  await call('register_node', { agent_id: 'Node-A', role: 'developer', model_name: 'big-model' });
  await call('add_task', { task: 'Port the tests', priority: 'high' });
  await call('add_task', { task: 'Ship' });
  await call('claim_best_task', { agent_id: 'Node-A' });
  await call('read_state');
  await call('complete_task', { task_id: 'Port the tests', agent_id: 'Node-A', outcome: 'partial', tests_passed: 4 });
  await call('claim_task', { task_id: 'no such task', agent_id: 'Node-A' });
  await call('claim_best_task', { agent_id: 'Node-A' });
  await call('update_state', { summary: 'Half way', agent_id: 'Node-A' });
}

async function stored(
  collector: MetricsCollector,
  metric: 'tool.called' | 'task.claimed' | 'task.completed' | 'node.registered' | 'state.read' | 'session.started',
) {
  const { events } = await collector.query({ metric });
  return events.map(({ data, source }): Record<string, unknown> => Object.assign({ source }, data));
}

describe('the bus behind the proxy', () => {
  it.each(['', 'noise', 'no-ids'])('answers as without it (dialect "%s")', async (dialect) => {
    const talks = await Promise.all(
      [false, true].map(async (behindProxy) => {
        const talk = await talkToBus(join(temporaryFolder(), '.ai'), behindProxy, 'off', dialect);
        await work(talk);
        await talk.end();
        return talk.answers.map((answer) => answer.replaceAll(/task-[0-9a-f]{12}/g, '<id>'));
      }),
    );
    expect(talks[1]).toEqual(talks[0]);
  });

  it('has its claims, completions and registrations told exactly, and once beside a watcher', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const collector = openMetrics({ directory });
    const source = new AmicusStateSource({ directory });
    await source.start({
      clock: new SystemClock(),
      emit: (event) => void collector.emit(event),
      notice: () => undefined,
    });
    const talk = await talkToBus(directory, true, 'off');
    await work({ ...talk, call: async (tool, args) => (await talk.call(tool, args), source.poll()) });
    await talk.end();
    await collector.drain();
    await source.stop();
    expect(await stored(collector, 'node.registered')).toMatchObject([{ node_id: 'Node-A', source: 'mcp-proxy' }]);
    const claims = await stored(collector, 'task.claimed');
    expect(claims.map((claim) => [claim['task_id'], claim['source']])).toEqual([
      ['task-1', 'mcp-proxy'],
      ['task-2', 'mcp-proxy'],
    ]);
    expect(await stored(collector, 'task.completed')).toMatchObject([
      { task_id: 'task-1', node_id: 'Node-A', outcome: 'partial', tests_passed: 4, source: 'mcp-proxy' },
    ]);
    expect(await stored(collector, 'state.read')).toHaveLength(1);
    expect(await stored(collector, 'session.started')).toMatchObject([
      { client: 'claude-code', session_id: 'session-of-a', node_id: 'Node-A', client_version: '2.1.330' },
    ]);
    const calls = await stored(collector, 'tool.called');
    expect(calls).toHaveLength(9);
    expect(calls.filter((call) => call['outcome'] === 'error')).toMatchObject([
      { tool: 'claim_task', error_kind: 'tool' },
    ]);
    await collector.close();
  });

  it('is counted once when it measures itself, and the session is joined to the node', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const talk = await talkToBus(directory, true, 'on');
    await work(talk);
    await talk.end();
    const collector = openMetrics({ directory });
    expect((await stored(collector, 'tool.called')).map((call) => call['source'])).toEqual(Array(9).fill('library'));
    expect(await stored(collector, 'task.claimed')).toHaveLength(2);
    expect(await stored(collector, 'session.started')).toMatchObject([
      { session_id: 'session-of-a', node_id: 'Node-A' },
    ]);
    await collector.close();
  });

  it('leaves nothing of arguments and results in the folder', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const metricsOnly = join(directory, 'metrics.spool');
    const talk = await talkToBus(directory, true, 'off');
    const secrets = Object.values(fakeSecrets('F00D'));
    for (const secret of secrets) {
      await talk.call('add_task', { task: secret });
      await talk.call('claim_task', { task_id: secret, agent_id: secret, outcome: secret });
      await talk.call('broadcast_message', { message: secret, agent_id: 'Node-A' });
      await talk.call(secret, { [secret]: secret }).catch(() => undefined);
    }
    await talk.call('read_state');
    await talk.end();
    const bytes = Buffer.concat([...filesBelow(metricsOnly).values()]);
    expect(bytes.length).toBeGreaterThan(0);
    expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
  });
});
