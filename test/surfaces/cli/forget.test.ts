import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startBusyWriter } from '../../support/busy-writer.ts';
import { findBytes } from '../../support/byte-search.ts';
import { AFTER_HISTORY, recordHistory } from '../../support/recorded-history.ts';
import { runInProcess, startInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NODE = 'Node-A1B2';
let workspace = '';
const directory = (): string => join(workspace, '.ai');
const run = (...line: string[]) => runInProcess(line, { cwd: workspace, clock: AFTER_HISTORY });

beforeEach(async () => {
  workspace = temporaryFolder();
  await recordHistory(directory());
});

describe('forget', () => {
  it('shows what would go and changes nothing without a word of consent', async () => {
    const { code, stdout, stderr } = await run('forget', '--node', NODE);
    expect(code).toBe(0);
    expect(stdout).toContain('state.lock');
    expect(stdout).toContain('10 events would go.');
    expect(stdout).toContain('Backups and exports elsewhere, and what agents keep themselves, are not reached.');
    expect(stderr).toBe('Nothing was changed. Add --yes to remove it for good.\n');
    expect(findBytes(directory(), NODE)).not.toEqual([]);
  });

  it('removes with --yes, and every other command goes on without it', async () => {
    const { code, stdout } = await run('forget', '--node', NODE, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('10 events removed.\nThe file was written anew: no byte of it is left in the store.\n');
    expect(findBytes(directory(), NODE)).toEqual([]);
    expect((await run('nodes')).stdout).not.toContain(NODE);
    const doctor = await run('doctor');
    expect(doctor.stdout).toContain('Every recorded event is accounted for.');
    expect(doctor.stdout).toContain('forgotten 10');
    expect((await run('audit')).code).toBe(0);
  });

  it('takes tasks and several at once, and tells as JSON', async () => {
    const { stdout } = await run('forget', '--task', 'task-1', '--task', 'task-2', '--yes', '--json');
    const report = JSON.parse(stdout) as { state: string; metrics: { metric: string; events: number }[] };
    expect(report.state).toBe('erased');
    expect(report.metrics.map(({ metric, events }) => [metric, events])).toContainEqual(['task.claimed', 3]);
    expect((await run('tasks', '--json')).stdout).not.toContain('task-1');
  });

  it('says that it waits while another process writes, and leaves all as it was when it is stopped then', async () => {
    expect((await run('upkeep')).code).toBe(0);
    const before = await run('nodes', '--json');
    const writer = await startBusyWriter(join(directory(), 'metrics.db'));
    const settings = { cwd: workspace, clock: AFTER_HISTORY, errorColumns: 100 };
    const forgetting = startInProcess(['forget', '--node', NODE, '--yes'], settings);
    await forgetting.printed('waiting for other writers');
    expect(await forgetting.end()).toMatchObject({ code: 130, stdout: '' });
    await writer.end();
    expect((await run('nodes', '--json')).stdout).toBe(before.stdout);
    expect((await run('doctor')).code).toBe(0);
    expect((await run('forget', '--node', NODE, '--yes')).stdout).toContain('10 events removed.');
    expect(findBytes(directory(), NODE)).toEqual([]);
  });

  it('ends with 3 when nothing of that name is there, and with 2 when nothing is named', async () => {
    expect(await run('forget', '--session', 'none-such')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('No event of it is in the store.'),
    });
    expect(await run('forget')).toMatchObject({ code: 2, stderr: expect.stringContaining('Give --node') });
  });
});
