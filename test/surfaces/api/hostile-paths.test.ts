import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawAnswer } from '../../support/raw-answer.ts';
import { startApi } from '../../support/running-api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECRET = 'this file is nobody elses business';

/** A built dashboard with something beside it, and links that lead out of it. */
function webFolder(): string {
  const folder = temporaryFolder();
  const web = join(folder, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), SECRET);
  writeFileSync(join(folder, 'secret'), SECRET);
  writeFileSync(
    join(web, 'index.html'),
    '<meta name="csp-nonce" content="__CSP_NONCE__"><script src="/assets/app-abcdef12.js">',
  );
  writeFileSync(join(web, 'assets', 'app-abcdef12.js'), `/* ${'x'.repeat(2_000)} */`);
  writeFileSync(join(web, 'assets', 'app-abcdef12.js.map'), SECRET);
  writeFileSync(join(web, '.env'), SECRET);
  symlinkSync(join(folder, 'secret.js'), join(web, 'link.js'));
  symlinkSync(folder, join(web, 'out'));
  return web;
}

const PATHS: readonly string[] = [
  '/../secret.js',
  '/assets/../../secret.js',
  '/assets/../../../secret.js',
  '/..;/secret.js',
  '/.%2e/secret.js',
  '/%2e%2e/secret.js',
  '/%2e%2e%2fsecret.js',
  '/assets/%2e%2e/%2e%2e/secret.js',
  '/%252e%252e/secret.js',
  '/%252e%252e%252fsecret.js',
  '/..%5csecret.js',
  '/%5c..%5csecret.js',
  '/..%c0%afsecret.js',
  '/..%ef%bc%8fsecret.js',
  '/%uff0e%uff0e/secret.js',
  '/assets//..//..//secret.js',
  '/assets/./../../secret.js',
  '/link.js',
  '/out/secret.js',
  '/out/secret',
  '/assets/app-abcdef12.js.map',
  '/.env',
  '/api.token',
  '/.ai/api.token',
  '/.ai/metrics.db',
  '/metrics.db',
  '/metrics.db-wal',
  '/secret.js%00.js',
  '/assets/app-abcdef12.js%00',
  '/proc/self/environ',
  '/%2fetc%2fpasswd',
  '/file:///etc/passwd',
  '/package.json',
  '/index.html/../../secret.js',
  '/api/v1/../../secret.js',
  '/api/v1/..%2f..%2fsecret.js',
  '/api/v1/tasks/..%2f..%2fsecret.js',
  '/api/v1/tasks/%2e%2e%2f%2e%2e%2fsecret.js',
  '/api/v1/tasks/%00',
  '/api/v1/tasks/{id}',
  '/api/v1/tasks/:id',
  '/api/v1//overview',
  '/api//v1/overview',
  '/API/V1/OVERVIEW.js',
  '/api/v1/overview/',
  '/api/v1/overview;x=1',
  '/api/v1/overview%20',
  '/login/../api/v1/overview.js',
];

describe('paths', () => {
  it('lead to nothing but the files that were built', async () => {
    const { port, write } = await startApi({ web: webFolder() });
    expect(PATHS.length).toBeGreaterThanOrEqual(32);
    for (const path of PATHS) {
      // As bytes: a client would tidy them up.
      const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${write}\r\nconnection: close\r\n\r\n`;
      const answer = await rawAnswer(port, request);
      expect([path, answer.startsWith('HTTP/1.1 ')]).toEqual([path, true]);
      // A place in the dashboard has its page, which is the same for all; everything else has nothing.
      expect([path, / (40[0-9]|200) /.test(answer)]).toEqual([path, true]);
      for (const secret of [SECRET, write, 'root:', 'SQLite format', 'PATH=', '"dependencies"', '"completed"']) {
        expect([path, answer.slice(0, 4_000).includes(secret)]).toEqual([path, false]);
      }
    }
  });

  it('that are too long, or are no paths, are refused', async () => {
    const { port, write } = await startApi({ web: webFolder() });
    const head = `HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${write}\r\nconnection: close\r\n\r\n`;
    for (const [path, status] of [
      [`/${'a'.repeat(8_300)}`, 414],
      [`/api/v1/overview?since=${'1'.repeat(8_300)}`, 414],
      [`/${'a'.repeat(65_000)}`, 431],
      ['/ä', 400],
      ['/\x7f', 400],
      ['/a\\b', 400],
      ['//a', 400],
      ['*', 400],
    ] as const) {
      expect([path.slice(0, 20), await rawAnswer(port, `GET ${path} ${head}`)]).toEqual([
        path.slice(0, 20),
        expect.stringContaining(`HTTP/1.1 ${status} `),
      ]);
    }
  });

  it('of the dashboard give its page with a nonce of its own, and its files with their kinds', async () => {
    const api = await startApi({ web: webFolder() });
    const [one, two] = [await api.get('/'), await api.get('/tasks/some-task')];
    const nonces = [one, two].map(({ body }) => /content="([^"]+)"/.exec(body.toString())?.[1] ?? '');
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/);
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonces[0]}'`);
    expect(one.headers['content-security-policy']).toContain("script-src 'self';");
    expect(one.headers['cache-control']).toBe('no-store');
    const script = await api.get('/assets/app-abcdef12.js', { 'accept-encoding': 'br, gzip' });
    expect([script.status, script.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.headers['cache-control']).toContain('immutable');
    const known = await api.get('/assets/app-abcdef12.js', { 'if-none-match': script.headers.etag ?? '' });
    expect([known.status, known.body.length]).toEqual([304, 0]);
  });

  it('of a dashboard that was not built say how to build it', async () => {
    const api = await startApi();
    const answer = await api.get('/');
    expect([answer.status, answer.body.toString()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
