import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../src/index.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_SECONDS = 86_400;

/** A folder with ten tasks of two nodes in the last hours of today and of yesterday. */
async function folderWithTasks(): Promise<string> {
  const directory = join(temporaryFolder(), '.ai');
  const metrics = openMetrics({ directory });
  const now = Date.now() / 1_000;
  for (let i = 0; i < 10; i++) {
    metrics.record(
      'task.completed',
      {
        task_id: `task-${i}`,
        node_id: i % 2 === 0 ? 'Node-A' : 'Node-B',
        duration_seconds: 10 * (i + 1),
        outcome: 'success',
      },
      { timestamp: now - 60 - (i < 6 ? 0 : DAY_SECONDS) },
    );
  }
  await metrics.drain();
  await metrics.close();
  return directory;
}

const linesOf = (text: string): string[] => text.trimEnd().split('\n');

describe('aggregate', () => {
  it('shows figures by group beside those of the period before, with how they were found', async () => {
    const dir = await folderWithTasks();
    const asked = ['aggregate', 'task.completed', 'count', 'max(duration_seconds)', '--by', 'node_id', '--compare'];
    const shown = ['--explain', '--order', '-max(duration_seconds)', '--limit', '5'];
    const run = await runInProcess(['--dir', dir, '--since', '24h', ...asked, ...shown]);
    expect(run.code).toBe(0);
    const [head = '', first = '', second = ''] = linesOf(run.stdout);
    expect(head).toContain('node_id');
    expect(first).toMatch(/^Node-B +3 .* 1 min/);
    expect(second).toMatch(/^Node-A +3 .* 50 s/);
    expect(run.stderr).toMatch(/Answered from .*events/);
  });

  it('shows buckets with their times, in a table and as CSV', async () => {
    const dir = await folderWithTasks();
    const line = [
      '--dir',
      dir,
      '--since',
      '7d',
      'aggregate',
      'task.completed',
      'sum(duration_seconds)',
      '--bucket',
      '1d',
    ];
    const table = await runInProcess(line, { columns: 100 });
    expect([table.code, linesOf(table.stdout).length]).toEqual([0, 3]);
    const csv = await runInProcess([...line, '--csv']);
    expect(
      csv.stdout
        .split('\r\n')
        .slice(1, 3)
        .map((row) => row.split(',').at(-1)),
    ).toEqual(['340', '210']);
  });

  it('says so when no event matches', async () => {
    const dir = await folderWithTasks();
    const run = await runInProcess([
      '--dir',
      dir,
      'aggregate',
      'task.completed',
      '--by',
      'outcome',
      '-w',
      'node_id=nobody',
    ]);
    expect([run.code, run.stderr]).toEqual([0, 'No events match.\n']);
  });
});

describe('doctor', () => {
  it('tells the sum, the store, what is wrong with the configuration, and what the state file holds', async () => {
    const dir = await folderWithTasks();
    writeFileSync(join(dir, 'state.json'), '{"summary":"x","next_steps":[],"wholly_new":1}');
    writeFileSync(join(dir, 'amicus-metrics.toml'), 'colour = "red"\n');
    writeFileSync(join(dir, 'metrics.db.corrupt-1-abcd'), 'damaged');
    const run = await runInProcess(['--dir', dir, 'doctor', '--verbose'], { columns: 120 });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('Every recorded event is accounted for.');
    expect(run.stdout).toMatch(/Events +10, from /);
    expect(run.stdout).toContain('metrics.db.corrupt-1-abcd');
    expect(run.stdout).toContain('Configuration: ');
    expect(run.stdout).toContain('wholly_new');
  });

  it('fails when a row is missing, and says whose', async () => {
    const dir = await folderWithTasks();
    const db = new DatabaseSync(join(dir, 'metrics.db'));
    db.exec('DELETE FROM "m_task.completed" WHERE t = (SELECT max(t) FROM "m_task.completed")');
    db.close();
    const text = await runInProcess(['--dir', dir, 'doctor'], { columns: 120 });
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('Not accounted for: 1 of 1 producers do not add up.');
    const json = await runInProcess(['--dir', dir, 'doctor', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ conservation: { holds: false, total: { difference: 1 } } });
    const csv = await runInProcess(['--dir', dir, 'doctor', '--csv']);
    expect(linesOf(csv.stdout)[1]?.trim().endsWith(',1')).toBe(true);
  });
});
