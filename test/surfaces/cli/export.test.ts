import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parquetMetadata } from 'hyparquet';
import { beforeEach, describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = resolve('src/surfaces/cli/main.ts');
let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder();
});

/** A store with two ended tasks and one read of the state. */
async function recorded(): Promise<void> {
  const metrics = openMetrics({ directory: join(cwd, '.ai') });
  metrics.record('task.completed', { task_id: 'a', node_id: '=1+1', duration_seconds: 4.5, outcome: 'success' });
  metrics.record('task.completed', { task_id: 'b', node_id: 'Node-B', duration_seconds: 9, outcome: 'failure' });
  metrics.record('state.read', { duration_ms: 1.5 });
  await metrics.flush();
  await metrics.close();
}

const run = (...argv: string[]) => runInProcess(argv, { cwd });

describe('export', () => {
  it('writes NDJSON to standard output unless told otherwise', async () => {
    await recorded();
    const { code, stdout, stderr } = await run('export', 'task.completed');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      metric: 'task.completed',
      node_id: '=1+1',
      source: 'library',
      inferred: false,
      data: { task_id: 'a', duration_seconds: 4.5, outcome: 'success' },
    });
    expect(events[0]?.['id']).toMatch(/^\w+:task\.completed:\d+$/);
    expect(Number(events[0]?.['at_micros']) / 1e6).toBeCloseTo(Number(events[0]?.['timestamp']), 5);
  });

  it('writes all metrics that have events, as JSON and CSV on demand', async () => {
    await recorded();
    const all = JSON.parse((await run('export', '--json')).stdout) as { metric: string }[];
    expect(all.map(({ metric }) => metric).toSorted()).toEqual(['state.read', 'task.completed', 'task.completed']);
    const { stdout } = await run('export', 'task.completed', '--csv', '--where', 'outcome=success');
    const [header, row, end] = stdout.split('\r\n');
    expect(header).toMatch(/^id,metric,at,timestamp,source,inferred,cluster,node_id,task_id,duration_seconds,/);
    expect(row).toContain(',"\'=1+1",a,4.5,success');
    expect(end).toBe('');
  });

  it('writes files by their name: whole, private, compressed', async () => {
    await recorded();
    for (const name of ['e.ndjson', 'e.csv', 'e.json.gz', 'e.parquet']) {
      const { code, stdout, stderr } = await run('export', '-o', name);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^Wrote 3 events to ${join(cwd, name)} \\([\\d.]+ k?B\\)\\.\n$`));
      expect(statSync(join(cwd, name)).mode & 0o777).toBe(0o600);
    }
    expect(JSON.parse(gunzipSync(readFileSync(join(cwd, 'e.json.gz'))).toString())).toHaveLength(3);
    const parquet = new Uint8Array(readFileSync(join(cwd, 'e.parquet')));
    expect(Number(parquetMetadata(parquet.buffer).num_rows)).toBe(3);
    const report = await run('export', '-o', 'e.ndjson', '--json');
    expect(JSON.parse(report.stdout)).toMatchObject({ format: 'ndjson', events: 3, compressed: false });
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    [
      ['export', '-o', 'e.txt'],
      2,
      /e\.txt does not say which format .* End it in one of \.ndjson, \.json, \.csv, \.parquet/,
    ],
    [['export', '--format', 'xml'], 2, /--format does not know "xml"\. Choose one of ndjson, json, csv, parquet/],
    [['export', '-o', 'missing/e.csv'], 1, /There is no folder \S+missing\. Make it first/],
    [['export', '-o', 'folder.csv'], 1, /folder\.csv is a folder\. Give the path of a file/],
    [['export', 'task.complete'], 2, /task\.complete.*task\.completed/],
    [['export', '--where', 'outcome=success'], 2, /--where needs to know of which metrics/],
    [['export', 'task.completed', '--since', 'yesterdayish'], 2, /yesterdayish/],
  ])('says what is wrong with %j', async (argv, code, sentence) => {
    await recorded();
    mkdirSync(join(cwd, 'folder.csv'));
    const outcome = await run(...argv);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr.replaceAll('\n', ' ')).toMatch(sentence);
    expect(outcome.stdout).toBe('');
  });

  it('keeps the columns of a metric that has no events', async () => {
    await recorded();
    const { code, stdout } = await run('export', 'tests.executed', '--csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id,metric,at.*total_tests.*\r\n$/);
  });

  it('leaves the file that was there when there is no store', async () => {
    writeFileSync(join(cwd, 'e.csv'), 'before');
    expect((await run('export', '-o', 'e.csv')).code).toBe(3);
    expect(readFileSync(join(cwd, 'e.csv'), 'utf8')).toBe('before');
  });

  it('ends quietly when its reader has enough', async () => {
    const metrics = openMetrics({ directory: join(cwd, '.ai') });
    for (let i = 0; i < 20_000; i++) metrics.record('state.read', { duration_ms: i / 1_000 });
    await metrics.close();
    const child = spawn(process.execPath, [MAIN, 'export'], { cwd });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((done) => child.once('close', done));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
