import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { SystemClock } from '../../../src/model/clock.ts';
import type { CommandContext } from '../../../src/surfaces/cli/context.ts';
import { openApi } from '../../../src/surfaces/cli/live/open-api.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { send } from '../../support/http-receiver.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { contextOf, startApi } from '../../support/running-api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TLS = { cert: 'test/fixtures/tls/test-only-cert.pem', key: 'test/fixtures/tls/test-only-key.pem' };

/** A folder in which something was recorded. */
async function contextFolder(): Promise<string> {
  const directory = temporaryFolder();
  const metrics = openMetrics({ directory });
  metrics.record('task.created', { task_id: 'task-1' });
  await metrics.close();
  return directory;
}

const up = (directory: string, env: Readonly<Record<string, string>>) =>
  runInProcess(['up', '--dir', directory, '--for', '1s'], { env: { AMICUS_METRICS_OTLP_PORT: '0', ...env } });

const statusOf = async (port: number, path: string, headers: Record<string, string>): Promise<number> =>
  (await send(port, path, headers, '', 'GET')).status;

describe('the dashboard in up', () => {
  it('answers while up runs, says where it is, and tells a log no token', async () => {
    const directory = await contextFolder();
    const port = await freePort();
    const stop = new AbortController();
    const running = runInProcess(['up', '--dir', directory], {
      env: { AMICUS_METRICS_OTLP_PORT: '0', AMICUS_METRICS_API_PORT: String(port) },
      signal: stop.signal,
    });
    expect(await eventually(() => statusOf(port, '/', {}))).toBe(401);
    const token = readFileSync(join(directory, 'api.token'), 'utf8');
    const authorization = `Bearer ${token}`;
    expect(await statusOf(port, '/api/v1/events?metric=task.created', { authorization })).toBe(200);
    stop.abort();
    const { code, stderr, stdout } = await running;
    expect(code).toBe(0);
    expect(stderr).toContain(`Dashboard: http://127.0.0.1:${port}, with the token in ${join(directory, 'api.token')}`);
    expect(stderr + stdout).not.toContain(token);
    await expect(send(port, '/', {}, '', 'GET')).rejects.toThrow('ECONNREFUSED');
  });

  it('gives a person at a terminal a link that opens it', async () => {
    const directory = await contextFolder();
    const notes: string[] = [];
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const env = { AMICUS_METRICS_API_PORT: String(await freePort()) };
    const collector = openMetrics({ directory });
    const context = { ...contextOf(directory, collector, new SystemClock()), env, stderr };
    const server = await openApi({ ...context, note: (text: string) => notes.push(text) } as unknown as CommandContext);
    const [, port = '', path = ''] =
      /^Dashboard: http:\/\/127\.0\.0\.1:(\d+)(\/login\?token=[\w-]{43})$/.exec(notes[0] ?? '') ?? [];
    expect((await send(Number(port), path, {}, '', 'GET')).status).toBe(303);
    await server?.close();
    await collector.close();
  });

  it('goes without where the port is taken, and says why', async () => {
    const taken = await startApi();
    const { code, stderr } = await up(await contextFolder(), { AMICUS_METRICS_API_PORT: String(taken.port) });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`No dashboard at 127.0.0.1:${taken.port}: it is taken`),
    ]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['no certificate', {}, 'api.tls_cert and api.tls_key must be set'],
    ['a certificate without a key', { AMICUS_METRICS_API_TLS_CERT: 'x.pem' }, 'belong together'],
    [
      'files that are not there',
      { AMICUS_METRICS_API_TLS_CERT: 'x.pem', AMICUS_METRICS_API_TLS_KEY: 'y.pem' },
      'ENOENT',
    ],
  ])('is not opened to other machines with %s', async (_, env, why) => {
    const place = { AMICUS_METRICS_API_HOST: '0.0.0.0', AMICUS_METRICS_API_PORT: String(await freePort()) };
    const { code, stderr } = await up(await contextFolder(), { ...place, ...env });
    expect([code, stderr]).toEqual([0, expect.stringContaining(why)]);
    expect(stderr).toContain('No dashboard at 0.0.0.0:');
    expect(stderr).not.toContain('Dashboard: ');
  });

  it('refuses a certificate that is none, and speaks TLS with one that is', async () => {
    const directory = await contextFolder();
    const port = String(await freePort());
    writeFileSync(join(directory, 'bad.pem'), 'not a certificate');
    copyFileSync(TLS.cert, join(directory, 'cert.pem'));
    copyFileSync(TLS.key, join(directory, 'key.pem'));
    const env = {
      AMICUS_METRICS_API_PORT: port,
      AMICUS_METRICS_API_HOST: '0.0.0.0',
      AMICUS_METRICS_API_TLS_KEY: 'key.pem',
    };
    const bad = await up(directory, { ...env, AMICUS_METRICS_API_TLS_CERT: 'bad.pem' });
    expect(bad.stderr).toContain(`No dashboard at 0.0.0.0:${port}: the certificate and its key are not in PEM`);
    const good = await up(directory, { ...env, AMICUS_METRICS_API_TLS_CERT: 'cert.pem' });
    expect(good.stderr).toContain(`Dashboard: https://0.0.0.0:${port}`);
  });

  it('gives over TLS a cookie that is for it alone', async () => {
    const tls = { cert: readFileSync(TLS.cert, 'utf8'), key: readFileSync(TLS.key, 'utf8') };
    const { port, write } = await startApi({ tls });
    const cookie = await new Promise<string>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: `/login?token=${write}`, ca: tls.cert };
      request(options, (answer) => resolve(String(answer.headers['set-cookie']?.[0])))
        .on('error', reject)
        .end();
    });
    expect(cookie).toMatch(/^__Host-amicus-metrics-\d+=.*; HttpOnly; SameSite=Strict; .*; Secure$/);
    await expect(send(port, '/', {}, '', 'GET')).rejects.toThrow(/hang up|ECONNRESET/);
  });
});
