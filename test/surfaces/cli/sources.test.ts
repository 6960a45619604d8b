import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENT_SAMPLES, sampleRequest } from '../../support/client-samples.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { JSON_TYPE, send } from '../../support/http-receiver.ts';
import { openOtlpStore } from '../../support/otlp-store.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('sources', () => {
  it('says which lines to set where nothing was told yet', async () => {
    const { code, stdout } = await runInProcess(['--dir', join(temporaryFolder(), '.ai'), 'sources']);
    expect(code).toBe(0);
    for (const client of ['claude-code', 'codex', 'gemini-cli', 'copilot-cli', 'opencode', 'qwen-code']) {
      expect(stdout).toContain(client);
    }
    expect(stdout).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318');
    expect(stdout).toContain('amicus.node_id=');
  });

  it('names the port of the settings in the lines to set', async () => {
    const env = { AMICUS_METRICS_OTLP_PORT: '14318' };
    const { stdout } = await runInProcess(['sources', '--setup', '--json'], { cwd: temporaryFolder(), env });
    expect(JSON.parse(stdout)).toHaveLength(6);
    expect(stdout).toContain('http://127.0.0.1:14318/v1/logs');
  });

  it('shows who told what, how much of it is attributed, and what was not kept', async () => {
    const { translator, collector, directory } = openOtlpStore();
    for (const sample of CLIENT_SAMPLES) translator.receive(sampleRequest(sample, 'json'));
    translator.refuse(413);
    translator.release();
    await collector.drain();
    translator.save();
    await collector.close();
    writeFileSync(
      join(directory, 'sources.notices.json'),
      '{"amicus-native":{"native_unreadable":{"count":2,"atMicros":1}}}',
    );
    const args = ['--dir', directory, '--since', '2026-11-01', '--until', '2026-12-01', 'sources'];
    const { code, stdout } = await runInProcess(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/claude-code +events +7 +7 +7 +0 +2026-11-22 09:12:24/);
    expect(stdout).toMatch(/codex +events +2 +2 +0 +0 /);
    expect(stdout).toMatch(/Of \d+ events of clients, \d+ \(\d+ %\) .*node and \d+ \(\d+ %\)/);
    expect(stdout).toMatch(/any +1 +requests refused with status 413/);
    expect(stdout).toMatch(/claude-code +\d+ +attributes with content or personal data/);
    expect(stdout).toContain("Amicus's own metrics.db cannot be read");
    const json = JSON.parse((await runInProcess([...args, '--json'])).stdout) as {
      clients: { client: string; feed: string; requests?: number }[];
    };
    expect(json.clients.find(({ client, feed }) => client === 'copilot-cli' && feed === 'spans')?.requests).toBe(3);
    const csv = (await runInProcess([...args, '--csv'])).stdout.split('\r\n');
    expect(csv[0]).toBe(
      'client,feed,events,requests,events_with_node,events_with_task,nodes_by_session,tasks_by_session,tasks_by_claim,last_event',
    );
    expect(csv.length).toBeGreaterThan(12);
  });
});

describe('up', () => {
  const context = (): string => {
    const directory = join(temporaryFolder(), '.ai');
    mkdirSync(directory);
    return directory;
  };

  it('takes telemetry while it runs, prices it, and goes on without where the port is taken', async () => {
    const directory = context();
    const port = await freePort();
    const env = { AMICUS_METRICS_OTLP_PORT: String(port) };
    const stop = new AbortController();
    const first = runInProcess(['--dir', directory, 'up'], { env, signal: stop.signal });
    const sample = CLIENT_SAMPLES[0];
    if (sample === undefined) throw new Error('There are no samples.');
    // While it comes up it says that it is not there yet.
    await eventually(
      () => send(port, '/v1/logs', JSON_TYPE, sampleRequest(sample, 'json').bytes),
      ({ status }) => status === 200,
    );
    const second = await runInProcess(['--dir', context(), 'up', '--for', '1s'], { env });
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('it is taken by another program')]);
    stop.abort();
    const { code, stderr } = await first;
    expect([code, stderr]).toEqual([0, expect.stringContaining(`http://127.0.0.1:${port}`)]);
    const asked = await runInProcess([
      '--dir',
      directory,
      'aggregate',
      'tokens.consumed',
      'sum(requests)',
      'sum(reported_cost_usd)',
      '--json',
    ]);
    expect(asked.stdout).toContain('0.092932');
    const priced = await runInProcess(['--dir', directory, 'query', 'tokens.consumed', '--json']);
    expect(priced.stdout).toContain('estimated_cost_usd');
  });

  it('lets nobody else in without a token, and shows the token to nobody', async () => {
    const env = { AMICUS_METRICS_OTLP_HOST: '0.0.0.0', AMICUS_METRICS_OTLP_PORT: String(await freePort()) };
    const open = await runInProcess(['--dir', context(), 'up', '--for', '1s'], { env });
    expect(open.stderr).toContain('otlp.token must be set');
    const token = 'f00dfeedf00dfeedf00d';
    for (const format of [[], ['--json'], ['--csv']]) {
      const shown = await runInProcess(['config', ...format], { env: { AMICUS_METRICS_OTLP_TOKEN: token } });
      expect(shown.stdout + shown.stderr).not.toContain(token);
      expect(shown.stdout).toContain('set, not shown');
    }
    const bad = await runInProcess(['config'], { env: { AMICUS_METRICS_OTLP_TOKEN: 'my secret' } });
    expect(bad.stdout + bad.stderr).not.toContain('my secret');
  });

  it('ends well when it is told to while it still begins', async () => {
    const env = { AMICUS_METRICS_OTLP_PORT: '0' };
    const { code, stdout } = await runInProcess(['--dir', context(), 'up'], { env, signal: AbortSignal.abort() });
    expect([code, stdout]).toEqual([0, expect.stringContaining('Next:')]);
  });

  it('takes nothing with the port 0', async () => {
    const env = { AMICUS_METRICS_OTLP_PORT: '0' };
    const { stderr } = await runInProcess(['--dir', context(), 'up', '--for', '1s'], { env });
    expect(stderr).not.toMatch(/[Tt]elemetry/);
  });
});
