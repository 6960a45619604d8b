import { describe, expect, it } from 'vitest';
import { send } from '../../support/http-receiver.ts';
import { rawAnswer } from '../../support/raw-answer.ts';
import { startApi } from '../../support/running-api.ts';

/** What must never come out, whoever asks. */
const SECRETS = /"completedSeries"|"storeId"|"recorded"|set-cookie|access-control/i;

/** Ways of saying "this server" that are not its names: what DNS rebinding and careless parsers need. */
const hostsOf = (port: number): readonly string[] => [
  'evil.test',
  `evil.test:${port}`,
  `127.0.0.1.evil.test:${port}`,
  `localhost.evil.test:${port}`,
  `127-0-0-1.evil.test:${port}`,
  `0.0.0.0:${port}`,
  `[::]:${port}`,
  `[::ffff:127.0.0.1]:${port}`,
  `[::ffff:7f00:1]:${port}`,
  `[0:0:0:0:0:0:0:1]:${port}`,
  `2130706433:${port}`,
  `0x7f000001:${port}`,
  `017700000001:${port}`,
  `127.1:${port}`,
  `127.0.1:${port}`,
  `127.0.0.2:${port}`,
  `127.0.0.1.:${port}`,
  `localhost.:${port}`,
  'localhost',
  '127.0.0.1',
  '127.0.0.1:1',
  `127.0.0.1:0${port}`,
  `127.0.0.1:${port}0`,
  `127.0.0.1:${port}/`,
  `127.0.0.1:${port}@evil.test`,
  `evil.test@127.0.0.1:${port}`,
  `user:pass@127.0.0.1:${port}`,
  `LOCALHOST:${port}`,
  `localhost:${port}#`,
  `localhost:${port}?`,
  `localhost:${port},evil.test`,
  `xn--lcalhost-54a:${port}`,
];

describe('requests in the name of another host', () => {
  it('are refused, whatever else they carry', async () => {
    const { port, write } = await startApi();
    const authorization = `Bearer ${write}`;
    const hosts = hostsOf(port);
    expect(hosts.length).toBeGreaterThanOrEqual(26);
    for (const host of hosts) {
      for (const path of ['/api/v1/overview', '/login?token=x', '/']) {
        const headers = {
          authorization,
          host,
          'x-forwarded-host': `127.0.0.1:${port}`,
          forwarded: `host=127.0.0.1:${port}`,
        };
        const answer = await send(port, path, headers, '', 'GET');
        expect([host, path, answer.status >= 400 && answer.status < 500]).toEqual([host, path, true]);
        expect(answer.body.toString()).not.toMatch(SECRETS);
      }
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect((await send(port, '/api/v1/overview', { authorization, host }, '', 'GET')).status).toBe(200);
    }
  });

  it('are refused with two Host headers, none, or an absolute address', async () => {
    const { port, write } = await startApi();
    const own = `host: 127.0.0.1:${port}\r\n`;
    const token = `authorization: Bearer ${write}\r\n`;
    for (const text of [
      `GET /api/v1/overview HTTP/1.1\r\n${own}host: evil.test\r\n${token}\r\n`,
      `GET /api/v1/overview HTTP/1.1\r\nhost: evil.test\r\n${own}${token}\r\n`,
      `GET /api/v1/overview HTTP/1.0\r\n${token}\r\n`,
      `GET /api/v1/overview HTTP/1.1\r\n${token}\r\n`,
      `GET http://127.0.0.1:${port}/api/v1/overview HTTP/1.1\r\n${own}${token}\r\n`,
      `GET http://evil.test/api/v1/overview HTTP/1.1\r\n${own}${token}\r\n`,
      `GET //evil.test/api/v1/overview HTTP/1.1\r\n${own}${token}\r\n`,
      `GET /\\evil.test/ HTTP/1.1\r\n${own}${token}\r\n`,
      `GET /api/v1/overview HTTP/1.1\r\nhost:\r\n${token}\r\n`,
      `GET evil.test HTTP/1.1\r\n${own}${token}\r\n`,
      `OPTIONS * HTTP/1.1\r\n${own}${token}\r\n`,
    ]) {
      const answer = await rawAnswer(port, text);
      expect([text, /^HTTP\/1\.1 40[0-9] /.test(answer)]).toEqual([text, true]);
      expect(answer).not.toMatch(/"completedSeries"|"storeId"/);
    }
  });

  it('is the name of a server that the settings give it', async () => {
    const { port, write } = await startApi({ names: ['metrics.example.com:4319'] });
    const authorization = `Bearer ${write}`;
    const status = async (host: string): Promise<number> =>
      (await send(port, '/api/v1/metrics', { authorization, host }, '', 'GET')).status;
    expect(await status('metrics.example.com:4319')).toBe(200);
    expect(await status('metrics.example.com')).toBe(403);
  });
});

describe('requests of other pages', () => {
  it('are refused, with and without the cookie of a person', async () => {
    const { port, write } = await startApi();
    const login = await send(port, `/login?token=${write}`, {}, '', 'GET');
    const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await send(port, '/api/v1/overview', { cookie }, '', 'GET')).status).toBe(200);
    const pages: readonly Record<string, string>[] = [
      { origin: 'null' },
      { origin: 'https://evil.test' },
      { origin: `http://evil.test:${port}` },
      { origin: 'http://localhost:3000' },
      { origin: 'http://127.0.0.1' },
      { origin: `https://127.0.0.1:${port}` },
      { origin: `http://127.0.0.1:${port}.evil.test` },
      { origin: `http://127.0.0.1:${port}/` },
      { origin: `HTTP://127.0.0.1:${port}` },
      { origin: 'file://' },
      { origin: 'chrome-extension://abcdefgh' },
      { origin: 'moz-extension://abcdefgh' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'Same-Origin' },
      { 'sec-fetch-site': '' },
      { 'sec-fetch-site': 'cross-site', origin: `http://127.0.0.1:${port}` },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'frame' },
      { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'object' },
      { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'embed' },
    ];
    expect(pages.length).toBeGreaterThanOrEqual(22);
    for (const page of pages) {
      for (const [method, path] of [
        ['GET', '/api/v1/overview'],
        ['GET', '/api/v1/live'],
        ['GET', `/login?token=${write}`],
        ['POST', '/api/v1/sql'],
        ['OPTIONS', '/api/v1/sql'],
      ] as const) {
        const headers = {
          ...page,
          cookie,
          'content-type': 'application/json',
          'access-control-request-method': 'POST',
        };
        const answer = await send(port, path, headers, method === 'POST' ? '{"statement":"SELECT 1"}' : '', method);
        expect([page, method, path, answer.status >= 400]).toEqual([page, method, path, true]);
        expect(Object.keys(answer.headers).filter((name) => /^access-control|^set-cookie/.test(name))).toEqual([]);
      }
    }
  });

  it('change nothing with what a form can send', async () => {
    const { port, write, collector } = await startApi();
    const login = await send(port, `/login?token=${write}`, {}, '', 'GET');
    const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const body = '{"statement":"SELECT 1"}';
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json',
      'application/json, text/plain',
      'text/plain; application/json',
      'application/jsonp',
      'application/json; charset=utf-7',
      '',
    ];
    for (const type of types) {
      const answer = await send(
        port,
        '/api/v1/sql',
        { cookie, 'content-type': type, origin: `http://127.0.0.1:${port}` },
        body,
      );
      expect([type, answer.status]).toEqual([type, 415]);
    }
    // No Origin and no Sec-Fetch-Site: no browser of today, and nothing that shows a token by itself.
    expect((await send(port, '/api/v1/sql', { cookie, 'content-type': 'application/json' }, body)).status).toBe(403);
    const own = { cookie, 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` };
    expect((await send(port, '/api/v1/sql', own, body)).status).toBe(200);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'LINK', 'PURGE']) {
      const answer = await send(port, '/api/v1/sql', own, '', method).catch(() => ({ status: 400 }));
      expect([method, [400, 405].includes(answer.status)]).toEqual([method, true]);
    }
    for (const path of ['/api/v1/insights/decisions', '/api/v1/alerts/acknowledgements']) {
      expect((await send(port, path, { cookie }, '', 'GET')).status).toBe(404);
    }
    expect((await collector.storedMetrics()).map(({ name }) => name)).toEqual([]);
  });

  it('cannot put ours into a frame, run a script in it, or read across', async () => {
    const { port, write } = await startApi();
    for (const [path, headers] of [
      ['/', {}],
      ['/', { authorization: `Bearer ${write}` }],
      ['/api/v1/overview', { authorization: `Bearer ${write}` }],
      ['/api/v1/overview', {}],
      ['/nothing.js', { authorization: `Bearer ${write}` }],
      ['/login?token=wrong', {}],
      ['/openapi.json', { authorization: `Bearer ${write}` }],
    ] as const) {
      const answer = await send(port, path, headers, '', 'GET');
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|\*/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(answer.headers['server']).toBeUndefined();
      expect(answer.headers['x-powered-by']).toBeUndefined();
      expect(String(answer.headers['cache-control'])).toMatch(/no-store|private/);
      expect(answer.body.toString()).not.toMatch(/ at .*\.ts:\d+|node_modules/);
    }
  });
});
