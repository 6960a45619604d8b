import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { runInProcess } from '../../support/run-cli.ts';
import { stillClock } from '../../support/recording.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const clock = stillClock();

describe('amicus-metrics example', () => {
  it('writes a history that ends now into a folder of its own, and says how to go on', async () => {
    const cwd = temporaryFolder();
    const run = await runInProcess(['example', '--days', '3', '--into', 'demo', '--quiet'], { cwd, clock });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^[\d,]+ events of an invented cluster, the last 3 days: .*demo\n\n {2}amicus-metrics insights --dir demo {2}/,
    );
    const asked = ['aggregate', 'task.created', 'count', '--dir', 'demo', '--since', '3d', '--json'];
    const answer = await runInProcess(asked, { cwd, clock });
    expect(JSON.parse(answer.stdout)).toMatchObject({ rows: [{ values: { count: expect.any(Number) } }] });
  });

  it('names what goes wrong, as it was asked for', async () => {
    const cwd = temporaryFolder();
    const argv = ['example', '--days', '2', '--fault-days', '1', '--fault', 'hot_file:strong', '--json'];
    const run = await runInProcess(argv, { cwd, clock });
    expect(JSON.parse(run.stdout)).toMatchObject({
      days: 2,
      seed: 1,
      faults: [{ kind: 'hot_file', strength: 'strong', fromDay: 1, toDay: 2 }],
    });
  });

  it('writes anew what it wrote before, and leaves everything else alone', async () => {
    const cwd = temporaryFolder();
    const argv = ['example', '--days', '1', '--into', 'demo', '--json'];
    const first = await runInProcess(argv, { cwd, clock });
    expect((await runInProcess(argv, { cwd, clock })).stdout).toBe(first.stdout);
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine', 'state.json'), '{}');
    const refused = await runInProcess(['example', '--days', '1', '--into', 'mine'], { cwd, clock });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('holds something else');
  });

  it('refuses faults and lengths it does not know, with those it does', async () => {
    const fault = await runInProcess(['example', '--fault', 'gremlins'], { cwd: temporaryFolder(), clock });
    expect(fault.code).toBe(2);
    expect(fault.stderr).toContain('Choose one of slow_tasks, backlog,');
    const both = await runInProcess(['example', '--quiet', '--fault', 'backlog'], { cwd: temporaryFolder(), clock });
    expect(both.code).toBe(2);
    const days = await runInProcess(['example', '--days', '1000'], { cwd: temporaryFolder(), clock });
    expect(days.stderr).toContain('up to 400 days');
  });
});
