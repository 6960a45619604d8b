import { join } from 'node:path';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMcpServer, openBus, PLAIN_DIALECT } from '../../src/bus/index.ts';
import { callerOf } from '../../src/bus/caller.ts';
import { openMetrics } from '../../src/metrics-collector.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { toolIdentity } from '../../src/model/session-identity.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Meta = Record<string, unknown>;

/** What is stored of one call that both the bus and the client's telemetry tell. */
async function storedOf(clientName: string, client: string, meta: Meta, callId: string): Promise<unknown[]> {
  const metrics = openMetrics({ directory: join(temporaryFolder(), '.ai') });
  const { directory } = metrics;
  const bus = openBus({
    directory,
    clock: new SystemClock(),
    random: () => 0.5,
    dialect: PLAIN_DIALECT,
    recorder: metrics,
  });
  const server = createMcpServer(bus);
  const speaker = new Client({ name: clientName, version: '0' });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(serverSide), speaker.connect(clientSide)]);
  onTestFinished(async () => speaker.close());
  bus.session.introduce('Node-A');
  await speaker.callTool({ name: 'read_state', arguments: {}, _meta: meta });
  const data = { client, session_id: 'session-1', outcome: 'success' } as const;
  metrics.record('tool.called', data, { identity: toolIdentity(client, callId) });
  await metrics.flush();
  const { events } = await metrics.query({ metric: 'tool.called' });
  await metrics.close();
  return events.map((event) => event.data);
}

const ONE_CALL = { server: 'amicus', tool: 'read_state', node_id: 'Node-A', session_id: 'session-1' };

describe('a call of the bus that the client tells as well', () => {
  it('is one call, of a session and a node, where the client hands over its id', async () => {
    const claude = await storedOf('claude-code', 'claude-code', { 'claudecode/toolUseId': 'toolu_1' }, 'toolu_1');
    expect(claude).toMatchObject([{ ...ONE_CALL, client: 'claude-code' }]);
    const codex = await storedOf('codex-mcp-client', 'codex', { callId: 'call_1', threadId: 'session-1' }, 'call_1');
    expect(codex).toMatchObject([{ ...ONE_CALL, client: 'codex' }]);
  });

  it('is one call where the client names itself beside each call, as since 2026-07-28', () => {
    const envelope = { 'io.modelcontextprotocol/clientInfo': { name: 'claude-code', version: '2.1.331' } };
    const caller = callerOf(undefined, { envelope, _meta: { 'claudecode/toolUseId': 'toolu_1' } });
    expect(caller).toEqual({ client: 'claude-code', sessionId: undefined, callId: 'toolu_1' });
  });

  it('keeps nothing of what else the client hands over', async () => {
    const meta = { callId: { secret: 'words' }, threadId: 'x'.repeat(5_000), progressToken: 'words' };
    const [own] = (await storedOf('codex-mcp-client', 'codex', meta, 'call_1')).slice(-1);
    expect(JSON.stringify(own)).not.toMatch(/words|xxx/);
  });
});
