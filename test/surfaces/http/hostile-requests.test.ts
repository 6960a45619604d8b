import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { JSON_TYPE, PROTOBUF_TYPE, send, startReceiver } from '../../support/http-receiver.ts';

/** What a socket answers to bytes as they are. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString();
    socket.end();
  });
  socket.setTimeout(30_000, () => socket.destroy());
  await once(socket, 'close').catch(() => undefined);
  return answer;
}

const MB = 1024 * 1024;
/** Room for what Node and the test's own sender hold; one body is at most 16 MB, plain and parsed. */
const MAX_GROWTH_BYTES = 160 * MB;

describe('hostile requests', () => {
  it('are refused for any Host but its own', async () => {
    const { port } = await startReceiver();
    const hosts = [
      'evil.test',
      `evil.test:${port}`,
      `127.0.0.1.evil.test:${port}`,
      `localhost.evil.test:${port}`,
      `0.0.0.0:${port}`,
      `[::]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
      `017700000001:${port}`,
      `127.1:${port}`,
      `127.0.0.1.:${port}`,
      `localhost.:${port}`,
      'localhost',
      '127.0.0.1:1',
      `user@127.0.0.1:${port}`,
      `LOCALHOST:${port}`,
      `localhost:0${port}`,
      `lоcalhost:${port}`.normalize('NFKD').replace(/[^\x20-\x7e]/g, 'x'),
    ];
    for (const host of hosts) {
      const answer = await send(
        port,
        '/v1/logs',
        { ...JSON_TYPE, host, 'x-forwarded-host': `127.0.0.1:${port}` },
        '{}',
      );
      expect([host, answer.status]).toEqual([host, 403]);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect((await send(port, '/v1/logs', { ...JSON_TYPE, host }, '{}')).status).toBe(200);
    }
    const head = 'content-type: application/json\r\ncontent-length: 2\r\n';
    const own = `host: 127.0.0.1:${port}\r\n`;
    expect(await raw(port, `POST /v1/logs HTTP/1.1\r\n${own}host: evil.test\r\n${head}\r\n{}`)).toMatch(/ 40[03] /);
    expect(await raw(port, `POST /v1/logs HTTP/1.0\r\n${head}\r\n{}`)).toContain(' 403 ');
    expect(await raw(port, `POST /v1/logs HTTP/1.1\r\n${head}\r\n{}`)).toContain(' 400 ');
    expect(await raw(port, `POST http://evil.test/v1/logs HTTP/1.1\r\n${own}${head}\r\n{}`)).toContain(' 404 ');
  });

  it('of web pages are refused, whatever they send', async () => {
    const { port, collector } = await startReceiver();
    const page = [
      { origin: 'null' },
      { origin: 'https://evil.test' },
      { origin: 'http://localhost:3000' },
      { origin: `http://127.0.0.1:${port}` },
      { origin: 'file://' },
      { origin: 'chrome-extension://abc' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of page) {
      for (const method of ['POST', 'OPTIONS', 'GET']) {
        const { status, headers: got } = await send(port, '/v1/logs', { ...JSON_TYPE, ...headers }, '', method);
        expect([status, got['access-control-allow-origin']]).toEqual([403, undefined]);
      }
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json', '']) {
      expect((await send(port, '/v1/logs', { 'content-type': type }, '{}')).status).toBe(415);
    }
    expect(collector.health().recorded).toBe(0);
  });

  it('to other places and in other ways are answered in kind', async () => {
    const { port } = await startReceiver();
    const paths = [
      '/',
      '/v1',
      '/v1/',
      '/v1/logs/',
      '//v1/logs',
      '/v1/../v1/logs',
      '/v1/%6cogs',
      '/v1development/profiles',
    ];
    const nodes = [
      '/n//v1/logs',
      '/n/a%2fb/v1/logs',
      '/n/a b/v1/logs'.replace(' ', '%20'),
      `/n/${'x'.repeat(65)}/v1/logs`,
    ];
    const files = [
      '/metrics.db',
      '/.ai/metrics.db',
      '/otlp.state.json',
      '/v1/logs;x',
      '/hook/',
      '/hook/A',
      '/hook/__proto__',
    ];
    for (const path of [...paths, ...nodes, ...files]) {
      expect([path, (await send(port, path, JSON_TYPE, '{}')).status]).toEqual([path, 404]);
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS']) {
      const answer = await send(port, '/v1/logs', JSON_TYPE, '', method);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
    }
    const answer = await send(port, '/v1/x', PROTOBUF_TYPE, '');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(answer.headers.server).toBeUndefined();
  });

  it('without the token are refused, and none is a hint', async () => {
    const token = 'f00dfeedf00dfeedf00d';
    const { port } = await startReceiver({ token });
    const shown: Record<string, string>[] = [
      {},
      { 'x-amicus-token': '' },
      { 'x-amicus-token': token.slice(1) },
      { 'x-amicus-token': token.toUpperCase() },
      { 'x-amicus-token': `${token} ${token}` },
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: 'Bearer ' },
      { cookie: `token=${token}` },
    ];
    for (const headers of shown) {
      for (const path of ['/v1/logs', `/v1/logs?token=${token}`, '/nowhere']) {
        expect((await send(port, path, { ...JSON_TYPE, ...headers }, '{}')).status).toBe(401);
      }
    }
    const right: Record<string, string>[] = [
      { 'x-amicus-token': token },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer%20${token}` },
    ];
    for (const headers of right)
      expect((await send(port, '/v1/logs', { ...JSON_TYPE, ...headers }, '{}')).status).toBe(200);
  });

  it.each<[string, () => { headers?: Record<string, string>; body: Buffer | Buffer[] }, number, number]>([
    ['a body of 100 MB', () => ({ body: Buffer.alloc(100 * MB, ' ') }), 413, 100],
    ['100 MB in chunks', () => ({ body: Array.from({ length: 100 }, () => Buffer.alloc(MB, ' ')) }), 413, 100],
    ['10 MB of brackets', () => ({ body: Buffer.alloc(10 * MB, '[') }), 400, 10],
    ['10 MB of nested maps', () => ({ body: Buffer.from('{"a":'.repeat(2 * MB)) }), 400, 10],
    ['16 MB of empty maps', () => ({ body: Buffer.from(`[${'{},'.repeat(5 * MB)}{}]`) }), 413, 16],
    ['a gzip bomb of 1 GB', () => zipped(gzipSync(Buffer.alloc(1_000 * MB))), 413, 3],
    ['a gzip bomb of zipped zeros', () => zipped(gzipSync(gzipSync(Buffer.alloc(100 * MB)))), 400, 1],
    ['half of a gzip', () => zipped(gzipSync(Buffer.alloc(MB, 'x')).subarray(0, 500)), 400, 1],
    ['no gzip at all', () => zipped(Buffer.from('{}')), 400, 1],
    [
      'an encoding that nobody uses',
      () => ({ headers: { 'content-encoding': 'br' }, body: Buffer.from('{}') }),
      415,
      1,
    ],
    ['two encodings', () => ({ headers: { 'content-encoding': 'gzip, gzip' }, body: Buffer.from('{}') }), 415, 1],
    ['a million empty records', () => protobuf(lengthed(0x0a, lengthed(0x12, Buffer.alloc(2 * MB, '\x12\0')))), 413, 2],
    [
      'a million empty attributes',
      () => protobuf(lengthed(0x0a, lengthed(0x12, lengthed(0x12, Buffer.alloc(2 * MB, '2\0'))))),
      413,
      2,
    ],
    ['a million names', () => ({ body: Buffer.from(`{${manyMembers(150_000)}}`) }), 413, 2],
    ['a protobuf that is damaged', () => protobuf(Buffer.alloc(MB, 0xff)), 400, 1],
    ['a list', () => ({ body: Buffer.from('[]') }), 400, 1],
    ['a list that is none', () => ({ body: Buffer.from('{"resourceLogs":7}') }), 400, 1],
  ])('of %s get the right answer, in time and memory', async (_, make, status, megabytes) => {
    const { port } = await startReceiver();
    const { headers = {}, body } = make();
    const before = process.memoryUsage().rss;
    const start = performance.now();
    const answer = await send(port, '/v1/logs', { ...JSON_TYPE, ...headers }, body);
    const millis = performance.now() - start;
    expect(answer.status).toBe(status);
    expect(millis).toBeLessThan(10 * (100 * megabytes + 200));
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH_BYTES);
    // A good neighbour is served all the same.
    expect((await send(port, '/v1/logs', JSON_TYPE, '{}')).status).toBe(200);
  });

  it('that hold hundreds of idle connections keep nobody else out', async () => {
    const { port } = await startReceiver();
    const idle = Array.from({ length: 400 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    for (const socket of idle) socket.write('POST /v1/logs HTTP/1.1\r\nhost: ');
    expect((await send(port, '/v1/logs', JSON_TYPE, '{}')).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  it('that lie about their length, or end too early, are counted as cut short', async () => {
    const { port } = await startReceiver();
    const head = `POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
    const both = `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    expect(await raw(port, both)).toContain(' 400 ');
    expect(await raw(port, `${head}x: ${'y'.repeat(64 * 1024)}\r\n\r\n`)).toContain(' 431 ');
    const socket = connect(port, '127.0.0.1');
    socket.end(`${head}content-length: 100\r\n\r\n{}`);
    await once(socket.resume(), 'close').catch(() => undefined);
    expect((await send(port, '/v1/logs', JSON_TYPE, '{}')).status).toBe(200);
  });
});

const zipped = (body: Buffer) => ({ headers: { 'content-encoding': 'gzip' }, body });
const protobuf = (body: Buffer) => ({ headers: PROTOBUF_TYPE, body });

/** A part of a protobuf message, with its tag and its length. */
function lengthed(tag: number, body: Buffer): Buffer {
  const { length } = body;
  return Buffer.concat([
    Buffer.from([tag, (length & 127) | 128, ((length >> 7) & 127) | 128, ((length >> 14) & 127) | 128, length >> 21]),
    body,
  ]);
}

const manyMembers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `"name${index}":1`).join(',');
