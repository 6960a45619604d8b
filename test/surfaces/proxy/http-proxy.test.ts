import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { listenForHttp } from '../../../src/surfaces/proxy/http-proxy.ts';
import { SideReader } from '../../../src/surfaces/proxy/side-reader.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Behind = {
  readonly url: string;
  readonly directUrl: string;
  /** Resolves when the proxy has told so many calls. */
  readonly told: (count: number) => Promise<void>;
  readonly calls: () => Promise<readonly Record<string, unknown>[]>;
};

type Listener = (...given: Parameters<RequestListener>) => void | Promise<void>;

/** A server and a proxy before it, and what the proxy told when it is closed. */
async function behindProxy(listener: Listener): Promise<Behind> {
  const server: Server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const directory = join(temporaryFolder(), '.ai');
  const reader = new SideReader({
    directory,
    facts: {},
    trustsInstruments: true,
    openCollector: async () => openMetrics({ directory }),
  });
  const directUrl = `http://127.0.0.1:${port}/mcp?key=1`;
  const proxy = await listenForHttp(new URL(directUrl), 0, reader);
  onTestFinished(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    url: proxy.url,
    directUrl,
    async told(count) {
      await eventually(async () => (await callsIn(directory)).length >= count);
    },
    async calls() {
      await proxy.close();
      return callsIn(directory);
    },
  };
}

async function callsIn(directory: string): Promise<readonly Record<string, unknown>[]> {
  const collector = openMetrics({ directory });
  const { events } = await collector.query({ metric: 'tool.called' });
  await collector.close();
  return events.map(({ data }) => data);
}

type Answer = { readonly status: number | undefined; readonly headers: readonly string[]; readonly body: Buffer };

function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { method = 'POST', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const told = answer.rawHeaders.filter(
          (_, i) => !/^(date|connection|keep-alive)$/i.test(answer.rawHeaders[i - (i % 2)] ?? ''),
        );
        resolve({ status: answer.statusCode, headers: told, body: Buffer.concat(parts) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const call = (id: number | string, name = 'ping'): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { secret: 'nobody sees' } } });
const answerTo = (id: number | string, more: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { content: [], ...more } });

function bodyOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => resolve(Buffer.concat(parts).toString()));
  });
}

describe('the HTTP proxy', () => {
  it('passes status, headers and body as they are, both ways, and tells the call', async () => {
    const seen: { url: string | undefined; headers: readonly string[]; body: string }[] = [];
    const { url, directUrl, calls } = await behindProxy(async (incoming, outgoing) => {
      const told = incoming.rawHeaders.filter(
        (_, i) => !/^(host|connection)$/i.test(incoming.rawHeaders[i - (i % 2)] ?? ''),
      );
      seen.push({ url: incoming.url, headers: told, body: await bodyOf(incoming) });
      outgoing.writeHead(200, { 'Content-Type': 'application/json', 'X-Own': 'ünknown', 'Set-Cookie': ['a=1', 'b=2'] });
      outgoing.end(`${answerTo(1, { isError: true })}\n`);
    });
    const headers = {
      'Mcp-Method': 'tools/call',
      'Mcp-Param-Region': '=?base64?w7w=?=',
      Authorization: 'Bearer of the client',
    };
    const direct = await ask(directUrl, { body: call(1), headers });
    expect(await ask(url, { body: call(1), headers })).toEqual(direct);
    expect(seen[1]).toEqual(seen[0]);
    expect(await calls()).toMatchObject([{ tool: 'ping', outcome: 'error', error_kind: 'tool' }]);
  });

  it('passes events of a stream one by one, as they come', async () => {
    const steps: (() => void)[] = [];
    const { url, calls } = await behindProxy((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      const progress = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: {} });
      outgoing.write(`: hello\n\nid: 1\ndata: ${progress}\n\n`);
      steps.push(() => outgoing.end(`event: message\r\ndata: ${answerTo(7)}\r\n\r\n`));
    });
    const parts: string[] = [];
    await new Promise<void>((resolve) => {
      const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
        answer.on('data', (part: Buffer) => {
          parts.push(part.toString());
          steps.shift()?.();
        });
        answer.on('end', () => resolve());
      });
      sent.end(call(7, 'stream'));
    });
    expect(parts).toHaveLength(2);
    expect(await calls()).toMatchObject([{ tool: 'stream', outcome: 'success' }]);
  });

  it('reads a copy of what is compressed, and passes the compressed bytes', async () => {
    const zipped = gzipSync(answerTo(1));
    const { url, told, calls } = await behindProxy(async (incoming, outgoing) => {
      await bodyOf(incoming);
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(zipped);
    });
    expect((await ask(url, { body: call(1) })).body.equals(zipped)).toBe(true);
    // The copy is decoded beside the pipe.
    await told(1);
    expect(await calls()).toMatchObject([{ tool: 'ping', outcome: 'success' }]);
  });

  it('finds the answer of a session in another exchange, and keeps equal ids of two sessions apart', async () => {
    const streams = new Map<string, (text: string) => void>();
    const { url, calls } = await behindProxy(async (incoming, outgoing) => {
      const session = String(incoming.headers['mcp-session-id']);
      if (incoming.method === 'GET') {
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
        outgoing.write(': open\n\n');
        streams.set(session, (text) => outgoing.end(`data: ${text}\n\n`));
        return;
      }
      const { method, params } = JSON.parse(await bodyOf(incoming)) as { method: string; params: { name: string } };
      if (method === 'initialize') {
        outgoing.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': params.name });
        outgoing.end(JSON.stringify({ id: 0, result: { serverInfo: { name: 'far' } } }));
      } else outgoing.writeHead(202).end();
    });
    const waiting: Promise<Answer>[] = [];
    for (const session of ['s-1', 's-2']) {
      const headers = { 'mcp-session-id': session };
      const start = {
        id: 0,
        method: 'initialize',
        params: { name: session, clientInfo: { name: `client-of-${session}` } },
      };
      await ask(url, { body: JSON.stringify(start) });
      waiting.push(ask(url, { method: 'GET', headers }));
      await ask(url, { body: call(1, `tool-of-${session}`), headers });
    }
    await eventually(() => streams.size === 2);
    for (const answer of streams.values()) answer(answerTo(1));
    await Promise.all(waiting);
    const told = await calls();
    expect(told.map((data) => [data['client'], data['tool'], data['outcome'], data['server']].join(' '))).toEqual([
      'client-of-s-1 tool-of-s-1 success far',
      'client-of-s-2 tool-of-s-2 success far',
    ]);
  });

  it('ends the request to the server when the client goes away, and tells the call as cancelled', async () => {
    const ended: Promise<unknown>[] = [];
    let arrived = (): void => undefined;
    const here = new Promise<void>((resolve) => (arrived = resolve));
    const { url, calls } = await behindProxy((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
      ended.push(new Promise((resolve) => outgoing.once('close', resolve)));
      arrived();
    });
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    sent.on('error', () => undefined);
    sent.end(call(1, 'left'));
    await here;
    await new Promise((resolve) => sent.once('response', resolve));
    sent.destroy();
    await Promise.all(ended);
    expect(await calls()).toMatchObject([{ tool: 'left', outcome: 'cancelled' }]);
  });

  it('passes errors of the server on, and says when it cannot be reached', async () => {
    const { url } = await behindProxy((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(401, 'Who are you', { 'WWW-Authenticate': 'Bearer resource_metadata="https://x"' }).end();
    });
    const refused = await ask(url, { body: call(1) });
    expect([refused.status, refused.headers]).toEqual([401, expect.arrayContaining(['WWW-Authenticate'])]);
    const reader = new SideReader({
      directory: temporaryFolder(),
      facts: {},
      trustsInstruments: true,
      openCollector: () => Promise.reject(new Error('broken')),
    });
    const proxy = await listenForHttp(new URL('http://127.0.0.1:9/mcp'), 0, reader);
    expect((await ask(proxy.url, { body: call(1) })).status).toBe(502);
    await proxy.close();
  });

  it('refuses other hosts and their pages', async () => {
    const { url } = await behindProxy((incoming, outgoing) => {
      incoming.resume();
      outgoing.end('reached');
    });
    for (const headers of [{ host: 'rebound.example' }, { origin: 'https://page.example' }, { origin: 'null' }]) {
      expect((await ask(url, { body: call(1), headers })).status).toBe(403);
    }
    expect((await ask(url, { body: call(1), headers: { origin: 'http://localhost:6274' } })).status).toBe(200);
  });
});
