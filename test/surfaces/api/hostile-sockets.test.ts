import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { rawAnswer } from '../../support/raw-answer.ts';
import { type RunningApi, startApi } from '../../support/running-api.ts';

const MB = 1024 * 1024;

/** Requests that two parsers may cut in two different places: each would smuggle a second one past the first. */
function smuggled({ port, write }: RunningApi): readonly string[] {
  const own = `host: 127.0.0.1:${port}\r\nauthorization: Bearer ${write}\r\ncontent-type: application/json\r\n`;
  const body = '{"statement":"SELECT 7777"}';
  const inner = `POST /api/v1/sql HTTP/1.1\r\n${own}content-length: ${body.length}\r\n\r\n${body}`;
  return [
    `POST /x HTTP/1.1\r\n${own}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}content-length: 0\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}content-length: 0, ${inner.length}\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding: xchunked\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding: chunked, identity\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding:\tchunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}content-length: +0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}content-length: -1\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}content-length: 0x0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}x: a\rcontent-length: 0\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own} folded: header\r\n\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n${inner}`,
    `POST /x HTTP/1.1\r\n${own}transfer-encoding: chunked\r\n\r\n0;a\nb\r\n\r\n${inner}`,
  ];
}

const isAlive = async (api: RunningApi): Promise<void> => {
  expect((await api.get('/api/v1/metrics')).status).toBe(200);
};

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

describe('sockets', () => {
  it('smuggle no second request', async () => {
    const api = await startApi();
    for (const text of smuggled(api)) {
      const answer = await rawAnswer(api.port, text);
      expect([text.slice(0, 40), answer.includes('7777')]).toEqual([text.slice(0, 40), false]);
    }
    await isAlive(api);
  });

  it('that send what is no request get 400, or nothing', async () => {
    const api = await startApi();
    const own = `host: 127.0.0.1:${api.port}\r\n`;
    for (const bytes of [
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      Buffer.from('16030100f1010000ed0303', 'hex'),
      Buffer.alloc(2_000, 0),
      Buffer.alloc(2_000, 0xff),
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\n${own}\n`,
      `GET / HTTP/1.1\r\n${own}x\u0000y: 1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${own}x y: 1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${own}: 1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${own}${'a: 1\r\n'.repeat(4_000)}\r\n`,
      `GET / HTTP/1.1\r\n${own}a: ${'x'.repeat(70_000)}\r\n\r\n`,
      `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${own}\r\n`,
      `TRACE / HTTP/1.1\r\n${own}\r\n`,
      `GET /api/v1/live HTTP/1.1\r\n${own}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: a\r\nsec-websocket-version: 13\r\n\r\n`,
      `GET /api/v1/live HTTP/1.1\r\n${own}connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n`,
      `POST /api/v1/sql HTTP/1.1\r\n${own}expect: 200-ok\r\ncontent-length: 2\r\n\r\n{}`,
    ]) {
      const answer = await rawAnswer(api.port, bytes);
      expect([String(bytes).slice(0, 40), /^$|^HTTP\/1\.1 (4\d\d|50[15]) /.test(answer)]).toEqual([
        String(bytes).slice(0, 40),
        true,
      ]);
    }
    await isAlive(api);
  });

  it('many of them, idle, slow or pipelined, keep nobody out and no memory', async () => {
    const api = await startApi();
    const before = process.memoryUsage().rss;
    const idle = Array.from({ length: 150 }, () => open(api.port));
    for (const socket of idle.slice(0, 75)) socket.write('GET /api/v1/overview HTTP/1.1\r\nhost: ');
    await isAlive(api);
    const one = `GET /api/v1/metrics HTTP/1.1\r\nhost: 127.0.0.1:${api.port}\r\n\r\n`;
    const pipelined = open(api.port);
    let received = 0;
    pipelined.on('data', (part: Buffer) => (received += part.length));
    pipelined.write(one.repeat(2_000));
    pipelined.end();
    await once(pipelined, 'close');
    expect(received).toBeGreaterThan(0);
    await isAlive(api);
    for (const socket of idle) socket.destroy();
    expect(process.memoryUsage().rss - before).toBeLessThan(160 * MB);
  });

  it('are let go when nothing comes of them', async () => {
    const api = await startApi();
    // More than there may be: those beyond are closed at once, and those before go on.
    const sockets = Array.from({ length: 300 }, () => open(api.port));
    const closed = await Promise.race([
      ...sockets.slice(256).map(async (socket) => once(socket, 'close').then(() => true)),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 30_000)),
    ]);
    expect(closed).toBe(true);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await api.get('/api/v1/metrics')).status === 200);
  });
});
