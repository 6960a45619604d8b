import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { MetricsPage } from '../../../src/surfaces/prometheus/metrics-page.ts';
import { eventually } from '../../support/eventually.ts';
import { exposed } from '../../support/exposed.ts';
import { freePort } from '../../support/free-port.ts';
import { findProgram } from '../../support/prometheus-tools.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const HOSTILE_TOOL = 'a"} 9\\ # {x="y"} 1';

/** Serves the page on a loopback port, as any server that mounts it does. */
async function serve(page: MetricsPage): Promise<{ readonly port: number; readonly accepts: string[] }> {
  const accepts: string[] = [];
  const server = createServer((request, response) => {
    accepts.push(request.headers.accept ?? '');
    const answer = async (): Promise<void> => {
      const { contentType, body } = await page.answer(request.headers.accept);
      response.writeHead(200, { 'content-type': contentType }).end(body);
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, accepts };
}

async function startPrometheus(path: string, target: number): Promise<(query: string) => Promise<unknown>> {
  const folder = temporaryFolder();
  const port = await freePort();
  const config = {
    global: { scrape_interval: '500ms' },
    scrape_configs: [{ job_name: 'amicus', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    path,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  });
  return async (question) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${question}`);
    return ((await answer.json()) as { data: unknown }).data;
  };
}

type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] };

describe('a real Prometheus', () => {
  it('scrapes all of it as OpenMetrics, exemplars included', { timeout: 300_000 }, async ({ skip }) => {
    const path = findProgram('prometheus') ?? skip('prometheus is not on this machine (Debian: prometheus)');
    const world = exposed();
    // It refuses samples of another time than its own.
    world.clock.micros = Date.now() * 1_000;
    const timestamp = world.clock.nowMicros() / 1e6 - 1;
    world.collector.record(
      'task.completed',
      { task_id: 'task-7', outcome: 'success', duration_seconds: 42 },
      { timestamp },
    );
    world.collector.record('tool.called', { tool: HOSTILE_TOOL, duration_ms: 5 }, { timestamp });
    const { port, accepts } = await serve(new MetricsPage(world.context));
    const ask = await startPrometheus(path, port);
    const query = async (expression: string): Promise<Vector> =>
      (await ask(`query?query=${encodeURIComponent(expression)}`)) as Vector;

    const done = await eventually(
      () => query('amicus_task_completed_total'),
      ({ result }) => result.length > 0,
    );
    expect(Object.fromEntries(done.result.map(({ metric, value }) => [metric['outcome'], value[1]]))).toEqual({
      abandoned: '0',
      failure: '0',
      partial: '0',
      success: '1',
      unknown: '0',
    });
    expect(accepts[0]).toContain('application/openmetrics-text');
    const up = await query('up');
    expect(up.result[0]?.value[1]).toBe('1');
    const tools = await query('amicus_tool_called_total');
    expect(tools.result.map(({ metric }) => metric['tool'])).toEqual([HOSTILE_TOOL]);
    const median = await query('histogram_quantile(0.5, amicus_task_completed_duration_seconds_bucket)');
    expect(Number(median.result[0]?.value[1])).toBeGreaterThan(30);
    const metadata = (await ask('metadata?metric=amicus_task_completed_duration_seconds')) as Record<
      string,
      { type: string; unit: string }[]
    >;
    expect(metadata['amicus_task_completed_duration_seconds']?.[0]).toMatchObject({
      type: 'histogram',
      unit: 'seconds',
    });
    const exemplars = await eventually(
      async () =>
        (await ask(
          `query_exemplars?query=amicus_task_completed_duration_seconds_bucket&start=${timestamp - 60}&end=${timestamp + 60}`,
        )) as { exemplars: { labels: Record<string, string>; value: string }[] }[],
      (answer) => answer.length > 0,
    );
    expect(exemplars[0]?.exemplars[0]).toMatchObject({ labels: { task_id: 'task-7' }, value: '42' });
  });
});
