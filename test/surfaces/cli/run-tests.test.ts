import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { REPORT_SAMPLES } from '../../support/test-report-samples.ts';

const MAIN = fileURLToPath(new URL('../../../src/surfaces/cli/main.ts', import.meta.url));

function workspace(): { folder: string; ai: string; argv: (...more: string[]) => string[] } {
  const folder = temporaryFolder();
  const ai = join(folder, '.ai');
  mkdirSync(ai);
  return { folder, ai, argv: (...more) => [MAIN, '--dir', ai, 'run-tests', ...more] };
}

const environment = { PATH: process.env['PATH'], AMICUS_NODE_ID: 'Node-A1B2' };

async function recorded(ai: string): Promise<unknown[]> {
  const collector = openMetrics({ directory: ai });
  const { events } = await collector.query({ metric: 'tests.executed' });
  await collector.close();
  return events.map(({ data, source }) => Object.assign({ source }, data));
}

describe('run-tests', () => {
  it('passes output, errors, input and exit code, and records the closing lines', async () => {
    const { folder, ai, argv } = workspace();
    const script =
      'process.stdin.on("data", (d) => process.stdout.write(d)).on("end", () => {' +
      'process.stdout.write("==== 1 failed, 4 passed in 0.12s ====\\n\\xff"); process.stderr.write("err"); process.exitCode = 7 })';
    const run = spawnSync(
      process.execPath,
      argv('--task', 't-1', '--suite', 'unit', '--', process.execPath, '-e', script),
      {
        cwd: folder,
        env: environment,
        input: 'in\0put\n',
      },
    );
    expect(run.status).toBe(7);
    expect(run.stdout.toString()).toBe('in\0put\n==== 1 failed, 4 passed in 0.12s ====\n\u00ff');
    expect(run.stderr.toString()).toBe('err');
    const figures = { total_tests: 5, passed: 4, failed: 1, duration_seconds: 0.12 };
    expect(await recorded(ai)).toEqual([
      { source: 'test-report', node_id: 'Node-A1B2', task_id: 't-1', suite: 'unit', ...figures },
    ]);
  });

  it('asks node:test for a report with --collect, and keeps its output', async () => {
    const { folder, ai, argv } = workspace();
    const text = `import { test } from 'node:test'; test('a', () => {}); test('b', () => { throw new Error('secret-name') });`;
    writeFileSync(join(folder, 'x.test.mjs'), text);
    const run = spawnSync(process.execPath, argv('--collect', '--', process.execPath, '--test', 'x.test.mjs'), {
      cwd: folder,
      env: environment,
    });
    expect(run.status).toBe(1);
    expect(run.stdout.toString()).toContain('ℹ fail 1');
    const [event] = await recorded(ai);
    expect(event).toMatchObject({ total_tests: 2, passed: 1, failed: 1 });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  it('counts a report once that is read twice, and refuses one that is none', async () => {
    const { folder, ai, argv } = workspace();
    const path = join(folder, 'junit.xml');
    writeFileSync(path, REPORT_SAMPLES[0]?.text ?? '');
    const read = () => spawnSync(process.execPath, argv('--report', path), { cwd: folder, env: environment }).status;
    expect([read(), read()]).toEqual([0, 0]);
    expect(await recorded(ai)).toMatchObject([{ total_tests: 5, passed: 2, failed: 2 }]);
    writeFileSync(path, '<testsuites>');
    expect(read()).toBe(2);
  });

  it('keeps the exit code where nothing can be found or recorded', () => {
    const { folder, ai, argv } = workspace();
    const options = { cwd: folder, env: environment };
    const quiet = ['--', process.execPath, '-e', 'process.exit(3)'];
    const run = spawnSync(process.execPath, argv(...quiet), options);
    expect([run.status, run.stdout.toString()]).toEqual([3, '']);
    expect(run.stderr.toString()).toContain('nothing was recorded');
    expect(spawnSync(process.execPath, argv('--report', 'none.xml', ...quiet), options).status).toBe(3);
    expect(spawnSync(process.execPath, argv('--', join(folder, 'none')), options).status).toBe(127);
    writeFileSync(join(ai, 'file'), '');
    const nowhere = [MAIN, '--dir', join(ai, 'file', 'in'), 'run-tests', '--'];
    const passing = [process.execPath, '-e', 'console.log("3 passed in 1.00s")'];
    expect(spawnSync(process.execPath, [...nowhere, ...passing], options).status).toBe(0);
  });

  it('passes signals and ends by the same one', async () => {
    const { folder, argv } = workspace();
    const script = 'console.log("up"); setInterval(() => {}, 1000)';
    const child = spawn(process.execPath, argv('--', process.execPath, '-e', script), {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'exit')) as unknown[];
    expect([code, signal]).toEqual([null, 'SIGTERM']);
  });

  it('loses no byte of much output to a slow reader', async () => {
    const { folder, ai, argv } = workspace();
    const script = 'process.stdout.write("x".repeat(5e6) + "\\n2 passed in 1.00s\\n")';
    const child = spawn(process.execPath, argv('--', process.execPath, '-e', script), {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let bytes = 0;
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(bytes).toBe(5e6 + '\n2 passed in 1.00s\n'.length);
    expect(await recorded(ai)).toMatchObject([{ total_tests: 2 }]);
  });
});
