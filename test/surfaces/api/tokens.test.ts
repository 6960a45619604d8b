import { chmodSync, linkSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApiTokens, TOKEN_FILES } from '../../../src/surfaces/api/api-tokens.ts';
import { send } from '../../support/http-receiver.ts';
import { stillClock } from '../../support/recording.ts';
import { startApi } from '../../support/running-api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MICROS = 86_400_000_000;

describe('tokens', () => {
  it('are 256 random bits in files of this user alone, and stay the same', () => {
    const directory = temporaryFolder();
    const made = new ApiTokens(directory).writeToken;
    for (const name of Object.values(TOKEN_FILES)) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(directory, name), 'utf8')).toMatch(/^[\w-]{43}$/);
    }
    expect(new ApiTokens(directory).writeToken).toBe(made);
    expect(new ApiTokens(temporaryFolder()).writeToken).not.toBe(made);
  });

  it.each<readonly [string, (path: string, other: string) => void]>([
    ['others could read', (path) => chmodSync(path, 0o640)],
    ['others could write', (path) => chmodSync(path, 0o602)],
    [
      'is a link',
      (path, other) => (rmSync(path), writeFileSync(other, 'A'.repeat(43), { mode: 0o600 }), symlinkSync(other, path)),
    ],
    ['has a second name', (path, other) => linkSync(path, other)],
    ['holds something else', (path) => writeFileSync(path, 'password')],
    ['is empty', (path) => writeFileSync(path, '')],
    ['is huge', (path) => writeFileSync(path, 'A'.repeat(1e6))],
  ])('are made anew where a file %s', (_, spoil) => {
    const directory = temporaryFolder();
    const path = join(directory, TOKEN_FILES.write);
    const before = new ApiTokens(directory).writeToken;
    spoil(path, join(directory, 'other'));
    const after = new ApiTokens(directory).writeToken;
    expect(after).toMatch(/^[\w-]{43}$/);
    expect(after).not.toBe(before);
    expect(after).not.toBe('A'.repeat(43));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('open the API as they allow: one reads, the other also changes', async () => {
    const { port, read, write } = await startApi();
    const status = async (token: string, method: string, path: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return (await send(port, path, headers, method === 'POST' ? '{"statement":"SELECT 1"}' : '', method)).status;
    };
    expect(await status(read, 'GET', '/api/v1/metrics')).toBe(200);
    expect(await status(write, 'GET', '/api/v1/metrics')).toBe(200);
    expect(await status(write, 'POST', '/api/v1/sql')).toBe(200);
    for (const path of [
      '/api/v1/sql',
      '/api/v1/insights/decisions',
      '/api/v1/alerts/acknowledgements',
      '/api/v1/x',
      '/',
    ]) {
      expect([path, await status(read, 'POST', path)]).toEqual([path, 403]);
    }
  });

  it('are needed for everything but the way in', async () => {
    const { port } = await startApi();
    for (const path of [
      '/api/v1/overview',
      '/api/v1/live',
      '/api/v1/nothing',
      '/openapi.json',
      '/metrics',
      '/',
      '/tasks',
      '/x.js',
    ]) {
      const { status, body } = await send(port, path, {}, '', 'GET');
      expect([path, status]).toEqual([path, 401]);
      expect(body.toString()).not.toMatch(/api\/v1\/(?!overview)/);
    }
    expect((await send(port, '/api/v1/sql', { 'content-type': 'application/json' }, '{}')).status).toBe(401);
  });

  it('that are wrong open nothing, and are soon answered less often; the right one always opens', async () => {
    const { port, write, read } = await startApi();
    const guesses = [
      '',
      'x',
      write.slice(0, -1),
      `${write}A`,
      ` ${write.slice(1)}`,
      write.toUpperCase(),
      write.toLowerCase(),
      `${write},${read}`,
      'null',
      'undefined',
      'A'.repeat(43),
      'A'.repeat(4_000),
      '%00',
      '../api.token',
      "' OR 1=1",
    ];
    const seen: number[] = [];
    for (const guess of guesses) {
      const bearer = await send(port, '/api/v1/overview', { authorization: `Bearer ${guess}` }, '', 'GET');
      const link = await send(port, `/login?token=${encodeURIComponent(guess)}`, {}, '', 'GET');
      expect([guess.slice(0, 50), link.headers['set-cookie']]).toEqual([guess.slice(0, 50), undefined]);
      seen.push(bearer.status, link.status);
      expect(bearer.body.toString()).not.toContain(write);
    }
    expect(new Set(seen)).toEqual(new Set([401, 429]));
    const elsewhere: readonly Record<string, string>[] = [
      { authorization: `Basic ${Buffer.from(`x:${write}`).toString('base64')}` },
      { authorization: write },
      { authorization: `Token ${write}` },
      { authorization: `Bearer  ${write}` },
      { 'x-api-key': write },
      { 'x-amicus-token': write },
      { cookie: `token=${write}` },
      { cookie: `amicus-metrics-${port}=${write}` },
      { cookie: `amicus-metrics-${port}=write.9999999999.${write}` },
    ];
    for (const headers of elsewhere) {
      const { status } = await send(port, '/api/v1/overview', headers, '', 'GET');
      expect([Object.keys(headers), [401, 429].includes(status)]).toEqual([Object.keys(headers), true]);
    }
    expect((await send(port, `/api/v1/overview?token=${write}`, {}, '', 'GET')).status).toBe(401);
    expect((await send(port, '/api/v1/overview', { authorization: `Bearer ${write}` }, '', 'GET')).status).toBe(200);
  });
});

describe('the link', () => {
  it('gives a cookie for its token and leads away from itself', async () => {
    const { port, write } = await startApi();
    const { status, headers } = await send(port, `/login?token=${write}`, { 'sec-fetch-site': 'none' }, '', 'GET');
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    expect(cookie).not.toContain(write);
    expect(headers['cache-control']).toBe('no-store');
    const shown = { cookie: `other=1; ${cookie.split(';')[0]}` };
    expect((await send(port, '/api/v1/metrics', shown, '', 'GET')).status).toBe(200);
    const twice = { cookie: `${cookie.split(';')[0]}; ${cookie.split(';')[0]}` };
    expect((await send(port, '/api/v1/metrics', twice, '', 'GET')).status).toBe(401);
  });

  it('of the token that only reads gives a cookie that only reads', async () => {
    const { port, read } = await startApi();
    const { headers } = await send(port, `/login?token=${read}`, {}, '', 'GET');
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await send(port, '/api/v1/metrics', { cookie }, '', 'GET')).status).toBe(200);
    const own = { cookie, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
    expect((await send(port, '/api/v1/sql', own, '{"statement":"SELECT 1"}')).status).toBe(403);
    const raised = { ...own, cookie: cookie.replace('=read.', '=write.') };
    expect((await send(port, '/api/v1/sql', raised, '{"statement":"SELECT 1"}')).status).toBe(401);
  });

  it('opens for a month, and no longer, whatever the cookie says of it', async () => {
    const clock = stillClock();
    const { port, write } = await startApi({ clock });
    const { headers } = await send(port, `/login?token=${write}`, {}, '', 'GET');
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const status = async (shown: string): Promise<number> =>
      (await send(port, '/openapi.json', { cookie: shown }, '', 'GET')).status;
    clock.micros += 29 * DAY_MICROS;
    expect(await status(cookie)).toBe(200);
    clock.micros += 2 * DAY_MICROS;
    expect(await status(cookie)).toBe(401);
    expect(await status(cookie.replace(/\.\d+\./, '.9999999999.'))).toBe(401);
  });
});
