import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { measuredRun, type RunRequest } from '../../../src/surfaces/setup/measured-run.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { run, start } from '../../support/wrapped-process.ts';

const MAIN = fileURLToPath(new URL('../../../src/surfaces/cli/main.ts', import.meta.url));
const REQUEST: RunRequest = {
  command: 'claude',
  args: ['-p', 'hello'],
  node: 'Node-X9J2',
  task: undefined,
  address: 'http://127.0.0.1:4318',
  environment: {},
};

describe('a measured run', () => {
  it('switches the telemetry of Claude Code on, and names the node', () => {
    expect(measuredRun(REQUEST)).toEqual({
      args: ['-p', 'hello'],
      notes: [],
      variables: {
        CLAUDE_CODE_ENABLE_TELEMETRY: '1',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        OTEL_RESOURCE_ATTRIBUTES: 'amicus.node_id=Node-X9J2',
        AMICUS_NODE_ID: 'Node-X9J2',
      },
    });
  });

  it('keeps attributes that are there, and replaces the node and the task', () => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'team=blue,amicus.node_id=Old,amicus.role=dev' };
    const { variables } = measuredRun({ ...REQUEST, task: 'task-7', environment });
    expect(variables['OTEL_RESOURCE_ATTRIBUTES']).toBe(
      'team=blue,amicus.node_id=Node-X9J2,amicus.role=dev,amicus.task_id=task-7',
    );
  });

  it('leaves variables that the person has set, and says so', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://own.example' };
    const { variables, notes } = measuredRun({ ...REQUEST, environment });
    expect(variables).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(notes).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT is set already and stays as it is.']);
  });

  it('tells Codex by lines of its configuration', () => {
    const { args } = measuredRun({ ...REQUEST, command: '/opt/bin/codex', args: ['exec', 'x'] });
    expect(args).toEqual([
      '-c',
      'otel.exporter={ otlp-http = { endpoint = "http://127.0.0.1:4318/v1/logs", protocol = "json" } }',
      '-c',
      'otel.metrics_exporter={ otlp-http = { endpoint = "http://127.0.0.1:4318/v1/metrics", protocol = "binary" } }',
      'exec',
      'x',
    ]);
  });

  it.each(['gemini', 'copilot', 'opencode', 'qwen'])('knows %s', (command) => {
    const { variables, notes } = measuredRun({ ...REQUEST, command });
    expect(JSON.stringify(variables)).toContain('http://127.0.0.1:4318');
    expect(notes).toEqual([]);
  });

  it('says what it cannot switch on', () => {
    expect(measuredRun({ ...REQUEST, command: 'constructor' }).notes).toEqual([expect.stringContaining('no client')]);
  });

  it('passes input, output, options of the command and its end through', async () => {
    const folder = temporaryFolder();
    const client = join(folder, 'claude');
    writeFileSync(client, '#!/bin/sh\necho "$OTEL_RESOURCE_ATTRIBUTES|$*|$(cat)"\necho no >&2\nexit 42\n');
    chmodSync(client, 0o755);
    const line = [
      process.execPath,
      MAIN,
      'run',
      '--node',
      'Node-A',
      '--task',
      't-1',
      '--',
      client,
      '--json',
      '-p',
      'a b',
    ];
    const seen = await run(line, join(folder, '.ai'), 'typed');
    expect([seen.code, seen.stdout.toString(), seen.stderr.toString()]).toEqual([
      42,
      'amicus.node_id=Node-A,amicus.task_id=t-1|--json -p a b|typed\n',
      'no\n',
    ]);
  });

  it('passes signals on and ends by the signal that the command ended by', async () => {
    const script = `process.on('SIGTERM', () => { console.log('told'); process.kill(process.pid, 'SIGKILL'); });
      setInterval(() => {}, 1000); console.log('up')`;
    const line = [process.execPath, MAIN, 'run', '--', process.execPath, '-e', script];
    const { child, seen } = start(line, temporaryFolder());
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    const { stdout, signal } = await seen;
    expect([stdout.toString(), signal]).toEqual(['up\ntold\n', 'SIGKILL']);
  });

  it('refuses a node that some client would read otherwise, and a run of nothing', async () => {
    const wrong = await runInProcess(['run', '--node', 'a=b', '--', 'x'], { cwd: temporaryFolder() });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--node')]);
    expect((await runInProcess(['run', '--node', 'A'], { cwd: temporaryFolder() })).code).toBe(2);
  });
});
