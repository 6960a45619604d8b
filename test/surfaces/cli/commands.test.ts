import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AFTER_HISTORY, HISTORY_START_SECONDS, recordHistory } from '../../support/recorded-history.ts';
import { type CliSettings, runInProcess } from '../../support/run-cli.ts';

const workspace = mkdtempSync(join(tmpdir(), 'amicus-test-'));
const directory = join(workspace, '.ai');

beforeAll(() => recordHistory(directory));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const run = (line: readonly string[], settings: CliSettings = {}) =>
  runInProcess(line, { cwd: workspace, clock: AFTER_HISTORY, ...settings });

/** What a command prints for people, with what differs from machine to machine written the same. */
async function shown(...line: string[]): Promise<string> {
  const { stdout, stderr, code } = await run(line);
  const text = `$ amicus-metrics ${line.join(' ')}\n${stdout}${stderr}exit ${code}\n`;
  return text.replaceAll(directory, '<folder>').replace(/\d+(\.\d+)? kB/g, '<size>');
}

describe('commands, for people', () => {
  it.each([
    ['status', ['status']],
    ['overview', ['overview', '--since', '2026-02-02T09:59']],
    ['nodes', ['nodes']],
    ['tasks', ['tasks']],
    ['trace', ['trace', 'task-1', '--events']],
    ['trace-open', ['trace', 'task-2']],
    ['query', ['query', 'task.claimed', '--where', 'queue_seconds>3']],
    ['aggregate', ['aggregate', 'task.claimed', 'count', 'p50(queue_seconds)', '--by', 'node_id']],
    ['series', ['series', 'tool.called', '--since', '2026-02-02T10:00', '--bucket', '10s', '--by', 'tool']],
    ['sql', ['sql', 'SELECT tool, duration_ms, task_id FROM tool_called ORDER BY 1']],
    ['metrics', ['metrics']],
    ['metrics-task', ['metrics', 'task.released']],
  ])('%s prints what a reader needs', async (name, line) => {
    await expect(await shown(...line)).toMatchFileSnapshot(`../../fixtures/expected/cli-${name}.txt`);
  });

  it('reads and prints times in the zone that was asked for', async () => {
    const { stdout } = await run(['query', 'task.completed', '--tz', 'Asia/Kolkata', '--since', '2026-02-02T15:31']);
    expect(stdout).toContain('2026-02-02 15:31:04.000');
    const later = await run(['query', 'task.completed', '--tz', 'Asia/Kolkata', '--since', '2026-02-02T15:31:30']);
    expect(later).toMatchObject({ code: 0, stdout: '', stderr: 'No events match.\n' });
  });

  it('cuts tables to the terminal and leaves them whole in pipes', async () => {
    const narrow = await run(['nodes'], { columns: 60 });
    expect(Math.max(...narrow.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    const piped = await run(['nodes']);
    expect(Math.max(...piped.stdout.split('\n').map((line) => line.length))).toBeGreaterThan(100);
  });

  it('colours a terminal, and neither a pipe nor one with NO_COLOR or --no-color', async () => {
    const colours = async (settings: CliSettings, ...more: string[]) =>
      (await run(['tasks', ...more], settings)).stdout.includes('\u001b[');
    const env = { NO_COLOR: '' };
    expect([
      await colours({ columns: 120, env }),
      await colours({ env }),
      await colours({ columns: 120, env: { NO_COLOR: '1' } }),
      await colours({ columns: 120, env }, '--no-color'),
      await colours({ columns: 120, env }, '--json'),
    ]).toEqual([true, false, false, false, false]);
  });
});

describe('commands, for programs', () => {
  const json = async (...line: string[]): Promise<unknown> => JSON.parse((await run([...line, '--json'])).stdout);

  it('answers in JSON with values in their own units', async () => {
    expect(await json('tasks', '--state', 'completed')).toEqual([
      {
        task_id: 'task-1',
        state: 'completed',
        outcome: 'success',
        node_id: 'Node-C3D4',
        priority: 'high',
        attempts: 2,
        queue_seconds: 6,
        work_seconds: 56,
        last_timestamp: HISTORY_START_SECONDS + 64,
      },
    ]);
    expect(await json('aggregate', 'state.read', 'max(duration_ms)')).toMatchObject({
      rows: [{ values: { 'max(duration_ms)': 1.5 } }],
    });
    expect(await json('sql', 'SELECT 1 AS one')).toEqual({ columns: ['one'], rows: [[1]], truncated: false });
    expect(await json('status')).toMatchObject({ queue: { pending: 0, inProgress: 1 }, store: { events: 22 } });
    expect(await json('trace', 'task-1')).toMatchObject({ history: { state: 'completed' } });
    expect(await json('doctor')).toMatchObject({ conservation: { holds: true } });
    expect(await json('series', 'task.completed')).toMatchObject({ series: [{ group: {} }] });
    expect(await json('metrics', 'task.completed')).toMatchObject({ name: 'task.completed' });
    expect(await json('overview')).toMatchObject({ completed: 1, outcomes: { success: 1 } });
    expect(await json('upkeep')).toMatchObject({ expiredEvents: 0 });
  });

  it('answers in CSV, a line of keys first', async () => {
    const { stdout } = await run(['query', 'task.completed', '--csv']);
    expect(stdout.split('\r\n').slice(0, 1)).toEqual([
      'timestamp,node_id,task_id,duration_seconds,outcome,files_modified,tests_passed,tests_failed,source,inferred,id',
    ]);
    for (const line of [['nodes'], ['tasks'], ['status'], ['series', 'task.completed'], ['doctor'], ['metrics']]) {
      expect((await run([...line, '--csv'])).stdout).toMatch(/^[a-z_]+,.*\r\n/);
    }
  });

  it('goes on where an answer ended', async () => {
    const first = (await json('query', 'node.status', '--limit', '5')) as { events: unknown[]; nextCursor: string };
    const second = (await json('query', 'node.status', '--cursor', first.nextCursor)) as { events: unknown[] };
    expect([first.events.length, second.events.length]).toEqual([5, 2]);
  });
});

describe('commands that write', () => {
  it('records fields and JSON, and says nothing when all is well', async () => {
    const folder = join(workspace, 'records');
    const record = (...line: string[]) => run(['--dir', folder, 'record', ...line], { stdin: '' });
    expect(await record('task.completed', 'task_id=a=b', 'duration_seconds=1.5', 'outcome=success')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await record('code.changed', 'files_modified=a.ts,b.ts', 'lines_added=3')).code).toBe(0);
    expect((await record('tests.executed', '{"total_tests": 4, "passed": 4}', '--identity', 'run-1')).code).toBe(0);
    expect((await record('tests.executed', '{"total_tests": 4, "passed": 4}', '--identity', 'run-1')).code).toBe(0);
    const answer = await run(['--dir', folder, 'query', 'code.changed', '--json']);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      events: [{ data: { files_modified: ['a.ts', 'b.ts'], lines_added: 3 } }],
    });
    const runs = await run(['--dir', folder, 'aggregate', 'tests.executed', '--csv']);
    expect(runs.stdout).toBe('count\r\n1\r\n');
  });

  it('says what it left out, and fails when the event itself was refused', async () => {
    const folder = join(workspace, 'refusals');
    const kept = await run(['--dir', folder, 'record', 'task.completed', 'task_id=t', 'colour=red']);
    expect(kept).toEqual({ code: 0, stdout: '', stderr: '1 of 1 recorded; 1 dropped: unknown_field 1.\n' });
    const refused = await run(['--dir', folder, 'record', 'task.completed', 'outcome=success']);
    expect(refused).toEqual({ code: 1, stdout: '', stderr: '0 of 1 recorded; 1 dropped: missing_field 1.\n' });
  });

  it('records lines of standard input, and names the line that it does not understand', async () => {
    const folder = join(workspace, 'lines');
    const lines = [
      '{"metric":"message.sent","timestamp":1770026400,"data":{"kind":"direct"}}',
      '',
      '{"metric":"message.sent"}',
    ];
    expect((await run(['--dir', folder, 'record', '-'], { stdin: lines.join('\n') })).code).toBe(0);
    const bad = await run(['--dir', folder, 'record', '-'], { stdin: `${lines[0]}\nnot json` });
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.stderr).toContain('Line 2 of standard input is no JSON object.');
  });

  it('copies the store and puts the copy back', async () => {
    const folder = join(workspace, 'copied');
    const copy = join(workspace, 'copy.db');
    const act = (...line: string[]) => run(['--dir', folder, ...line]);
    await act('record', 'task.created', 'task_id=one');
    expect((await act('backup', copy)).stdout).toContain(`Wrote ${copy}`);
    expect((await act('backup', copy)).stderr).toContain('is there already');
    expect((await act('backup', copy, '--force')).code).toBe(0);
    await act('record', 'task.created', 'task_id=two');
    await act('status');
    // What is still spooled goes into the restored store again: nothing is lost by going back.
    expect((await act('restore', copy)).stdout).toContain('Restored 2 events');
    expect(readdirSync(folder).some((name) => name.includes('before-restore'))).toBe(true);
    const elsewhere = join(workspace, 'elsewhere');
    expect((await run(['--dir', elsewhere, 'restore', copy])).stdout).toContain('Restored 1 events');
    const counted = await run(['--dir', elsewhere, 'aggregate', 'task.created', '--csv']);
    expect(counted.stdout).toBe('count\r\n1\r\n');
    expect((await act('restore', join(workspace, 'nowhere.db'))).code).toBe(3);
  });

  it('makes no store by asking', async () => {
    const folder = join(workspace, 'empty');
    expect((await run(['--dir', folder, 'status'])).code).toBe(3);
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses to restore what is no store', async () => {
    const file = join(workspace, 'letter.txt');
    writeFileSync(file, 'Dear reader');
    const { code, stderr } = await run(['--dir', join(workspace, 'copied'), 'restore', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: /);
  });
});
