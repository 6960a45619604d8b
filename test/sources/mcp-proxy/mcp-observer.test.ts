import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/model/event.ts';
import type { AmicusCall } from '../../../src/sources/mcp-proxy/amicus-call.ts';
import { type ConnectionFacts, McpObserver } from '../../../src/sources/mcp-proxy/mcp-observer.ts';
import { LineStream } from '../../../src/sources/mcp-proxy/message-stream.ts';
import { ManualTime } from '../../support/manual-time.ts';

const SAMPLES = fileURLToPath(new URL('../../fixtures/clients/mcp-stdio/', import.meta.url));

/** A connection that is spoken line by line, and what came of it. */
class Talk {
  readonly time = new ManualTime();
  readonly events: IncomingEvent[] = [];
  readonly amicusCalls: AmicusCall[] = [];
  readonly observer: McpObserver;
  readonly #client: LineStream;
  readonly #server: LineStream;

  constructor(facts: ConnectionFacts = {}, trustsInstruments = true) {
    this.observer = new McpObserver({
      clock: this.time,
      facts,
      trustsInstruments,
      emit: (event) => void this.events.push(event),
      onAmicusCall: (call) => void this.amicusCalls.push(call),
    });
    this.#client = new LineStream((message, size) => this.observer.fromClient(message, size));
    this.#server = new LineStream((message, size) => this.observer.fromServer(message, size));
  }

  client(message: unknown): this {
    this.#client.push(Buffer.from(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`));
    return this;
  }

  server(message: unknown): this {
    this.#server.push(Buffer.from(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`));
    return this;
  }

  call(id: number, name: string, args: unknown = {}, more: Record<string, unknown> = {}): this {
    return this.client({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, ...more } });
  }

  answer(id: number, result: unknown = { content: [] }): this {
    return this.server({ jsonrpc: '2.0', id, result });
  }

  get told(): unknown[] {
    return this.events.map(({ metric, data }) => ({ metric, ...data }));
  }
}

/** Plays a recorded session: what the client sent before the server's answers, as each line says. */
function play(name: string, facts: ConnectionFacts = {}): Talk {
  const talk = new Talk(facts);
  const lines = readFileSync(`${SAMPLES}${name}.jsonl`, 'utf8').trim().split('\n');
  for (const line of lines) {
    const { dir, msg } = JSON.parse(line) as { dir: string; msg: unknown };
    if (dir === 'client') talk.client(msg);
    else talk.server(msg);
  }
  talk.observer.end();
  return talk;
}

const AMICUS_TOOLS = { tools: [{ name: 'update_state' }, { name: 'claim_task' }, { name: 'toggle_tracking' }] };

describe('a listener to an MCP connection', () => {
  it.each([
    ['claude-2.1.330-legacy-server', 'claude-code', '["tool","claude-code","'],
    ['claude-2.1.330-modern-server', 'claude-code', '["tool","claude-code","'],
    ['codex-0.169.0-legacy-server', 'codex', '["tool","codex","'],
    ['copilot-1.0.102-legacy-server', 'copilot-cli', undefined],
    ['gemini-0.61.0-legacy-server', 'gemini-cli', undefined],
    ['opencode-1.18.33-legacy-server', 'opencode', undefined],
    ['qwen-0.24.4-legacy-server', 'qwen-code', undefined],
  ])('tells the one call of %s', (sample, client, identity) => {
    const { events } = play(sample);
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event?.data).toMatchObject({ client, server: 'demo', tool: 'ping', outcome: 'success' });
    expect(event?.identity?.replace(/[0-9a-z_]*"]$/, '')).toBe(identity);
  });

  it('tells how long a call took, and both sizes', () => {
    const talk = new Talk({ server: 's' }).call(1, 'grow', { big: 'x'.repeat(1000) });
    talk.time.pass(250);
    talk.answer(1);
    expect(talk.told).toEqual([
      expect.objectContaining({
        tool: 'grow',
        duration_ms: 250,
        outcome: 'success',
        request_bytes: 1094,
        response_bytes: 48,
      }),
    ]);
  });

  it('counts both channels of errors, apart', () => {
    const talk = new Talk().call(1, 'a').call(2, 'b').call(3, 'c');
    talk.answer(1, { content: [], isError: true });
    talk.server({ id: 2, error: { code: -32_602, message: 'unknown tool' } });
    talk.answer(3, { content: [], isError: false });
    expect(talk.events.map(({ data }) => [data['outcome'], data['error_kind']])).toEqual([
      ['error', 'tool'],
      ['error', 'protocol'],
      ['success', undefined],
    ]);
  });

  it('ends a call when it is cancelled, and ignores a later answer', () => {
    const talk = new Talk()
      .call(1, 'slow')
      .client({ method: 'notifications/cancelled', params: { requestId: 1 } })
      .answer(1);
    expect(talk.events.map(({ data }) => data['outcome'])).toEqual(['cancelled']);
  });

  it('pairs ids of each direction for itself', () => {
    const talk = new Talk().call(1, 'asks').server({ id: 1, method: 'sampling/createMessage', params: { name: 'no' } });
    talk
      .client({ id: 1, result: { role: 'assistant' } })
      .client({ id: '1', method: 'ping' })
      .server({ id: '1', result: {} });
    expect(talk.events).toHaveLength(0);
    talk.answer(1);
    expect(talk.events).toHaveLength(1);
  });

  it('measures a call that is answered with a task to the end of the task', () => {
    const talk = new Talk().call(1, 'long', {}, { task: { ttl: 60_000 } });
    talk.answer(1, { task: { taskId: 't-1', status: 'working' } });
    talk.time.pass(1_000);
    talk
      .client({ id: 2, method: 'tasks/get', params: { taskId: 't-1' } })
      .answer(2, { taskId: 't-1', status: 'working' });
    expect(talk.events).toHaveLength(0);
    talk.time.pass(2_000);
    talk.client({ id: 3, method: 'tasks/result', params: { taskId: 't-1' } }).answer(3, { content: [], isError: true });
    expect(talk.told).toEqual([
      expect.objectContaining({ tool: 'long', duration_ms: 3_000, outcome: 'error', error_kind: 'tool' }),
    ]);
  });

  it('measures a task of the later protocol by its notifications', () => {
    const talk = new Talk().call(1, 'a').call(2, 'b').call(3, 'c');
    for (const n of [1, 2, 3]) talk.answer(n, { resultType: 'task', taskId: `t-${n}`, status: 'working' });
    talk.server({ method: 'notifications/tasks', params: { taskId: 't-2', status: 'failed' } });
    talk.server({ method: 'notifications/tasks/status', params: { taskId: 't-1', status: 'cancelled' } });
    talk.observer.end();
    expect(talk.events.map(({ data }) => [data['tool'], data['outcome']])).toEqual([
      ['b', 'error'],
      ['a', 'cancelled'],
      ['c', 'unknown'],
    ]);
  });

  it('does not count a leg that asks the user back', () => {
    const talk = new Talk().call(1, 'a').answer(1, { resultType: 'input_required', requestState: 's' });
    talk.call(2, 'a').answer(2, { resultType: 'complete', content: [] });
    expect(talk.events).toHaveLength(1);
  });

  it('tells no calls for probes, lists and open subscriptions', () => {
    expect(play('copilot-1.0.102-modern-server').events).toHaveLength(1);
    const talk = new Talk().client({ id: 0, method: 'server/discover' }).server({ id: 0, error: { code: -32_601 } });
    talk.observer.end();
    expect(talk.events).toEqual([]);
  });

  it('tells calls that never got an answer when the connection is over', () => {
    const talk = new Talk().call(1, 'a');
    talk.observer.end();
    expect(talk.told).toEqual([expect.objectContaining({ tool: 'a', outcome: 'unknown' })]);
  });

  it('goes on behind lines that are no messages', () => {
    const talk = new Talk()
      .server('[communication] backend: polling')
      .client('{"half')
      .call(1, 'a')
      .server('noise')
      .answer(1);
    expect(talk.events).toHaveLength(1);
  });

  it('knows an Amicus by its tools, and joins the session to the node that speaks', () => {
    const talk = new Talk({ client: 'claude-code', sessionId: 'session-1' });
    talk.client({ id: 1, method: 'tools/list' }).answer(1, AMICUS_TOOLS);
    talk.call(2, 'register_node', { agent_id: 'Node-A' }).answer(2);
    talk.call(3, 'claim_task', { agent_id: 'Node-A', task_id: 'task-1' });
    talk.time.pass(5);
    talk.answer(3);
    expect(talk.told).toMatchObject([
      { metric: 'session.started', node_id: 'Node-A', session_id: 'session-1', client: 'claude-code' },
      { metric: 'tool.called', node_id: 'Node-A', tool: 'register_node' },
      { metric: 'tool.called', node_id: 'Node-A', tool: 'claim_task', duration_ms: 5 },
    ]);
    expect(talk.events[0]?.identity).toBe('["session.started","claude-code","session-1"]');
    expect(talk.amicusCalls.map(({ tool, nodeId }) => [tool, nodeId])).toEqual([
      ['register_node', 'Node-A'],
      ['claim_task', 'Node-A'],
    ]);
  });

  it('reads no arguments of other servers', () => {
    const talk = new Talk({ client: 'c', sessionId: 's' }).client({ id: 1, method: 'tools/list' });
    talk
      .answer(1, { tools: [{ name: 'search' }] })
      .call(2, 'search', { agent_id: 'a person' })
      .answer(2);
    expect(JSON.stringify(talk.events)).not.toContain('a person');
    expect(talk.amicusCalls).toEqual([]);
  });

  it('leaves the calls of a bus that measures itself to the bus, unless it is told not to', () => {
    const say = (talk: Talk): Talk => {
      talk.client({ id: 0, method: 'initialize', params: { clientInfo: { name: 'c' } } });
      talk.answer(0, { serverInfo: { name: 'amicus-bus', version: '1' } });
      talk.client({ id: 1, method: 'tools/list' }).answer(1, AMICUS_TOOLS);
      return talk.call(2, 'register_node', { agent_id: 'Node-A' }).answer(2);
    };
    const joined = say(new Talk({ sessionId: 's' }));
    expect(joined.events.map(({ metric }) => metric)).toEqual(['session.started']);
    expect(joined.amicusCalls).toEqual([]);
    expect(say(new Talk({}, false)).events.map(({ metric }) => metric)).toEqual(['tool.called']);
  });

  it('takes the session of a call from what Codex says beside it', () => {
    const { events } = play('codex-0.169.0-legacy-server', { nodeId: 'Node-C' });
    expect(events.map(({ metric, data }) => [metric, data['session_id']])).toEqual([
      ['session.started', 'a0000001-0000-4000-8000-000000000001'],
      ['tool.called', 'a0000001-0000-4000-8000-000000000001'],
    ]);
  });

  it('gives up the oldest of thousands of calls that nobody answers', () => {
    const talk = new Talk();
    for (let n = 0; n < 5_000; n++) talk.call(n, 'a');
    expect(talk.events).toHaveLength(5_000 - 4_096);
    talk.observer.end();
    expect(talk.events).toHaveLength(5_000);
  });
});
