import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const BIN = fileURLToPath(new URL('../../../bin/amicus-metrics.js', import.meta.url));
const { FORCE_COLOR: _, CONTEXT_BUS_DIR: __, ...OUTER } = process.env;
const ENV = { ...OUTER, AMICUS_METRICS_TIME_ZONE: 'UTC', NO_COLOR: '1' };

function run(line: readonly string[], cwd: string) {
  return spawnSync(process.execPath, [BIN, ...line], { cwd, env: ENV, encoding: 'utf8' });
}

/** A running command, what it has printed so far, and its end. */
function start(line: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [BIN, ...line], { cwd, env: { ...ENV, ...env } });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      text += part.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const printed = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (text.includes(wanted) && resolve());
      listeners.add(look);
      void ended.then(() => reject(new Error(`ended without "${wanted}":\n${text}`)));
      look();
    });
  return { child, ended, printed, text: () => text };
}

const stateOf = (status: string, at: number): string =>
  JSON.stringify({
    summary: '',
    last_updated: at,
    next_steps: [
      { id: 'task-9', task: 'x', status, priority: 'high', created_at: at - 60, assigned_to: 'Node-A', claimed_at: at },
    ],
    cluster_nodes: {
      'Node-A': { role: 'developer', model: 'm', last_heartbeat: at, status: 'working', current_task_id: 'task-9' },
    },
  });

function writeState(folder: string, text: string): void {
  writeFileSync(join(folder, 'state.json.tmp'), text);
  renameSync(join(folder, 'state.json.tmp'), join(folder, 'state.json'));
}

describe('amicus-metrics as a process', () => {
  it('records, asks and ends with the documented codes', () => {
    const cwd = temporaryFolder();
    expect(run(['record', 'task.created', 'task_id=t'], cwd)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run(['aggregate', 'task.created', '--csv'], cwd)).toMatchObject({ status: 0, stdout: 'count\r\n1\r\n' });
    expect(run(['doctor'], cwd).status).toBe(0);
    expect(run(['statsu'], cwd).status).toBe(2);
    expect(run(['trace', 'nothing'], cwd).status).toBe(3);
  });

  it('ends quietly when the reader of its pipe has had enough', () => {
    const cwd = temporaryFolder();
    run(['record', 'task.created', 'task_id=t'], cwd);
    const shell = spawnSync('sh', ['-c', `"${process.execPath}" "${BIN}" metrics --csv | head -n 1`], {
      cwd,
      env: ENV,
      encoding: 'utf8',
    });
    expect([shell.status, shell.stderr]).toEqual([0, '']);
  });

  it('says what to do on an older Node, and shows no stack', () => {
    // The check itself, with the version that an older Node would state.
    const source = readFileSync(BIN, 'utf8').replaceAll('process.versions.node', "'18.20.0'");
    const copy = join(temporaryFolder(), 'bin.mjs');
    writeFileSync(copy, source);
    const old = spawnSync(process.execPath, [copy, 'status'], { encoding: 'utf8' });
    expect([old.status, old.stdout]).toEqual([1, '']);
    expect(old.stderr).toMatch(/^amicus-metrics needs Node 24 or newer, and this is Node 18\.20\.0\..*npm.*\n$/);
  });

  it('follows a cluster that does not know of it, and ends cleanly on Ctrl-C', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, '.ai');
    mkdirSync(folder);
    const now = Date.now() / 1_000;
    writeState(folder, stateOf('in_progress', now - 30));
    const up = start(['up'], cwd);
    await up.printed('1 live: 1 working');
    writeState(folder, stateOf('completed', now));
    await up.printed('Node-A ended task-9');
    up.child.kill('SIGINT');
    expect(await up.ended).toBe(0);
    expect(up.text()).toContain('1 ended (1 unknown)');
    expect(run(['doctor'], cwd).status).toBe(0);
  });

  it('ends cleanly on Ctrl-C where nothing but the dashboard is left to close', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.ai'));
    const ports = { AMICUS_METRICS_OTLP_PORT: '0', AMICUS_METRICS_API_PORT: String(await freePort()) };
    const up = start(['up'], cwd, ports);
    await up.printed('none seen yet');
    up.child.kill('SIGINT');
    expect(await up.ended).toBe(0);
    expect(up.text()).toContain('Next:');
  });

  it('shows an example where there is no cluster, and says where it is kept', async () => {
    const cwd = temporaryFolder();
    const up = start(['up', '--for', '110s'], cwd);
    await up.printed('4 live');
    up.child.kill('SIGINT');
    expect(await up.ended).toBe(0);
    const text = up.text();
    expect(text).toContain('There is no cluster here');
    const [, directory = ''] = /amicus-metrics --dir (\S+) doctor/.exec(text) ?? [];
    expect(basename(dirname(directory))).toMatch(/^amicus-example-/);
    onTestFinished(() => rmSync(dirname(directory), { recursive: true, force: true }));
    expect(existsSync(join(directory, 'metrics.db'))).toBe(true);
    expect(existsSync(join(cwd, '.ai'))).toBe(false);
    const law = run(['--dir', directory, 'doctor'], cwd);
    expect([law.status, law.stdout]).toEqual([0, expect.stringContaining('Every recorded event is accounted for.')]);
    expect(run(['--dir', directory, 'nodes', '--csv'], cwd).stdout.split('\r\n').length).toBeGreaterThan(4);
  });
});
