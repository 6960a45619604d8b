import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { StoreError } from '../../../src/model/errors.ts';
import { toReported } from '../../../src/surfaces/cli/report-error.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('errors', () => {
  it.each([
    [['statsu'], 2, "Unknown command 'statsu'.", 'Did you mean status?'],
    [['tasks', '--limt', '3'], 2, "Unknown option '--limt'.", 'Did you mean --limit?'],
    [['query'], 2, "Missing required argument 'metric'.", 'amicus-metrics query --help'],
    [['trace', 'a', 'b'], 2, 'Too many arguments', 'amicus-metrics trace --help'],
    [['tasks', '--limit'], 2, "--limit <count>' argument missing", 'amicus-metrics tasks --help'],
    [['tasks', '--limit', '0'], 2, '--limit needs a whole number above 0, and got "0".', '--limit 20'],
    [['tasks', '--state', 'lost'], 2, '--state does not know "lost".', 'pending, working, completed, released'],
    [['status', '--tz', 'Mars/Olympus'], 2, 'there is no time zone "Mars/Olympus"', 'Europe/Paris'],
    [['status', '--json', '--csv'], 2, '--json and --csv exclude each other.', 'Give one of them.'],
    [
      ['record', 'task.complete', 'task_id=t'],
      2,
      'There is no metric "task.complete".',
      'Did you mean task.completed?',
    ],
    [['record', 'task.completed', 'task_id'], 2, '"task_id" is neither field=value nor a JSON object.', 'For example'],
    [['record', 'task.completed', '{"a"'], 1, 'That is no JSON object', 'task-42'],
    [['sql'], 2, 'There is no statement.', 'SELECT'],
    [['sql', 'SELECT 1', '--max-memory', '64'], 2, '--max-memory needs at least 128 MiB, and got 64.', '1024'],
    [['metrics', 'nothing.alike'], 2, 'There is no metric "nothing.alike".', 'amicus-metrics metrics'],
    [['completion', 'tcsh'], 2, 'There is no completion for "tcsh".', 'bash'],
  ])('says what is wrong with %j, and what to do', async (line, code, sentence, hint) => {
    const run = await runInProcess(line, { cwd: temporaryFolder() });
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr).toContain(hint);
    expect(run.stderr).not.toContain('    at ');
  });

  it('says where nothing was recorded yet, for every place that there may be', async () => {
    const workspace = temporaryFolder();
    const file = join(workspace, 'file');
    writeFileSync(file, '');
    mkdirSync(join(workspace, 'empty'));
    for (const [folder, sentence] of [
      ['missing', 'There is no folder'],
      ['empty', 'Nothing has been recorded in'],
      ['file', 'is a file, not a folder'],
    ] as const) {
      const run = await runInProcess(['status', '--dir', folder], { cwd: workspace });
      expect([run.code, run.stdout]).toEqual([3, '']);
      expect(run.stderr).toContain(sentence);
    }
  });

  it('asks wrong questions back, with what would be right', async () => {
    const workspace = temporaryFolder();
    await runInProcess(['record', 'task.created', 'task_id=t'], { cwd: workspace });
    for (const [line, sentence] of [
      [['query', 'task.creatd'], 'task.created'],
      [['query', 'task.created', '--where', 'colour=red'], 'colour'],
      [['query', 'task.created', '--since', 'soonish'], 'soonish'],
      [['aggregate', 'task.created', 'harmonic(task_id)'], 'harmonic'],
      [['sql', 'DELETE FROM task_created'], ''],
      [['sql', 'SELECT x FROM nowhere'], 'nowhere'],
    ] as const) {
      const run = await runInProcess(line, { cwd: workspace });
      expect([line, run.code]).toEqual([line, 2]);
      expect(run.stderr).toContain(sentence);
    }
    const missing = await runInProcess(['trace', 'other'], { cwd: workspace });
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain('No event names the task "other".');
  });

  it('gives programs the code and the hint as JSON on stderr', async () => {
    const run = await runInProcess(['status', '--json'], { cwd: temporaryFolder() });
    expect(run.stdout).toBe('');
    expect(JSON.parse(run.stderr)).toMatchObject({ code: 'STORE_MISSING', error: expect.stringContaining('.ai') });
    const wrong = await runInProcess(['statsu', '--json'], { cwd: temporaryFolder() });
    expect(JSON.parse(wrong.stderr)).toMatchObject({ code: 'WRONG_USAGE' });
  });

  it('prints no control character that was typed', async () => {
    const run = await runInProcess(['\u001b[2Jx'], { cwd: temporaryFolder() });
    expect(run.stderr).toBe(
      "error: Unknown command '\ufffd[2Jx'.\nRun `amicus-metrics --help` to see what there is.\n",
    );
  });

  it('answers from a damaged store, or says in a sentence that it cannot', async () => {
    const workspace = temporaryFolder();
    mkdirSync(join(workspace, '.ai'));
    writeFileSync(join(workspace, '.ai', 'metrics.db'), 'SQLite format 3\0 and then nothing of the kind'.repeat(50));
    const run = await runInProcess(['status'], { cwd: workspace });
    expect([0, 1]).toContain(run.code);
    expect(run.stderr).not.toContain('    at ');
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder cannot be written', async () => {
    const workspace = temporaryFolder();
    mkdirSync(join(workspace, '.ai'));
    chmodSync(join(workspace, '.ai'), 0o500);
    const run = await runInProcess(['record', 'task.created', 'task_id=t'], { cwd: workspace });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/could be written|EACCES/);
  });

  it('never shows the stack of an error that nobody expected', () => {
    const odd = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    expect(toReported(odd)).toEqual({
      error: 'EROFS: read-only file system',
      code: 'FAILED',
      hint: 'The file system is read-only; choose another place.',
      exitCode: 1,
    });
    expect(toReported('text')).toMatchObject({ error: 'text', code: 'FAILED', exitCode: 1 });
    expect(toReported(new StoreError('STORE_BUSY', 'Busy.'))).toMatchObject({ code: 'STORE_BUSY', exitCode: 1 });
  });
});

describe('the context folder', () => {
  it('comes from the option, else the environment, else the working folder', async () => {
    const workspace = temporaryFolder();
    const named = async (line: readonly string[], env: Readonly<Record<string, string>>) =>
      (await runInProcess([...line, 'status'], { cwd: workspace, env })).stderr.match(/no folder (.*)\.\n/)?.[1];
    expect([
      await named(['--dir', 'a'], { CONTEXT_BUS_DIR: 'b' }),
      await named([], { CONTEXT_BUS_DIR: 'b' }),
      await named([], {}),
    ]).toEqual([join(workspace, 'a'), join(workspace, 'b'), join(workspace, '.ai')]);
  });

  it('is found in a workspace that is named instead', async () => {
    const workspace = temporaryFolder();
    await runInProcess(['record', 'task.created', 'task_id=t'], { cwd: workspace });
    const run = await runInProcess(['--dir', workspace, 'aggregate', 'task.created', '--csv']);
    expect(run.stdout).toBe('count\r\n1\r\n');
  });
});

describe('help', () => {
  it('lists every command with its summary, on stdout and with exit code 0', async () => {
    const run = await runInProcess([], { columns: 100 });
    expect(run.code).toBe(0);
    await expect(run.stdout).toMatchFileSnapshot('../../fixtures/expected/cli-help.txt');
    expect((await runInProcess(['--help'], { columns: 100 })).stdout).toBe(run.stdout);
  });

  it('tells what a command takes, by option and by command', async () => {
    const run = await runInProcess(['aggregate', '--help'], { columns: 100 });
    await expect(run.stdout).toMatchFileSnapshot('../../fixtures/expected/cli-help-aggregate.txt');
    expect((await runInProcess(['help', 'aggregate'], { columns: 100 })).stdout).toBe(run.stdout);
  });

  it('prints the version', async () => {
    expect((await runInProcess(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
