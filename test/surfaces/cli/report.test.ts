import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Told } from '../../support/clock-events.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { storeOf } from '../../support/told-store.ts';

const HOUR = 3_600;

/** Two developers with twenty tasks each, the second one twice as slow; half of the tasks are urgent. */
const TOLD: readonly Told[] = Array.from({ length: 40 }, (_, place): Told[] => {
  const node = place % 2 === 0 ? 'Node-A' : 'Node-B<b>';
  const at = place * HOUR;
  const id = `task-${place}`;
  const length = (place % 2 === 0 ? 600 : 1_300) + (place % 7) * 20;
  const priority = place % 4 < 2 ? 'high' : 'low';
  return [
    [at, 'task.created', undefined, { task_id: id, priority }],
    [at + 30, 'task.claimed', node, { task_id: id, priority, queue_seconds: 30 }],
    [at + 40, 'state.write', node, { duration_ms: 12, lock_wait_ms: 1 }],
    [at + 60, 'tokens.consumed', node, { task_id: id, model: 'm', input_tokens: 9, reported_cost_usd: 0.25 }],
    [at + 70, 'tests.executed', node, { task_id: id, suite: 'unit', failed: place % 5 === 0 ? 1 : 0 }],
    [at + 75, 'tests.executed', node, { task_id: id, suite: 'unit', failed: 0 }],
    [at + 80, 'code.changed', node, { task_id: id, files_modified: ['a.ts'], lines_added: 3, lines_deleted: 1 }],
    [at + 30 + length, 'task.completed', node, { task_id: id, outcome: 'success', duration_seconds: length }],
  ];
}).flat();

async function reportOf(words: readonly string[], told: readonly Told[] = TOLD) {
  const { directory, clock } = await storeOf(
    [
      [0, 'node.registered', 'Node-A', { role: 'developer' }],
      [0, 'node.registered', 'Node-B<b>', { role: 'developer' }],
      ...told,
    ],
    41 * HOUR,
  );
  return { directory, ...(await runInProcess(['report', ...words, '--dir', directory], { clock, cwd: directory })) };
}

describe('report', () => {
  it('is the week on one page when nothing else is asked for', async () => {
    const { code, stdout } = await reportOf([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^The week {2}2026-11-19 .* to 2026-11-26 .* \(UTC\), compared with the four weeks before$/m,
    );
    expect(stdout).toContain(
      '40 tasks completed, and $10.00 spent: $0.25 each. There is too little to compare it with.',
    );
    expect(stdout).toMatch(/^wait in the queue, median +30 s .*too few weeks before$/m);
    expect(stdout).toContain('What to change');
    expect(stdout).not.toMatch(/NaN|undefined|null/);
  });

  it('compares nodes at like tasks, and says what is too few', async () => {
    const { stdout } = await reportOf(['nodes']);
    expect(stdout).toContain('Of 2 nodes 2 could be compared. At like tasks slower: Node-B<b>; faster: Node-A.');
    expect(stdout).toMatch(
      /^Node-B<b> +developer +20 +2\.\d\d × \(2\.\d\d to 2\.\d\d\) +slower +100 % of 20 \(84 to 100 %\)/m,
    );
    const few = await reportOf(['nodes'], TOLD.slice(0, 8 * 6));
    expect(few.stdout).toMatch(/too few \(0 against 0\)/);
  });

  it('tells what a completed and an accepted task cost', async () => {
    const { stdout } = await reportOf(['cost']);
    expect(stdout).toContain('$10.00 in all: $0.25 for each of 40 completed, $0.25 for each of 40 accepted.');
    expect(stdout).toMatch(/^accepted tasks +40 +\$10\.00 +100 %$/m);
  });

  it('tells tests, rework and churn', async () => {
    const { stdout } = await reportOf(['quality']);
    expect(stdout).toMatch(/^unit +80 % of 40 \(\d+ to \d+ %\) +100 % of 40/m);
    expect(stdout).toMatch(/^tasks whose files another task changed within 3 days +39 of 40/m);
  });

  it('tells flow, state and overview', async () => {
    expect((await reportOf(['flow'])).stdout).toMatch(/^completed +[▁-█]+$/m);
    expect((await reportOf(['state'])).stdout).toMatch(/^write +40 +12 ms/m);
    expect((await reportOf(['overview'])).stdout).toContain('40 attempts ended (40 success)');
  });

  it('says so where there is nothing, in every report', async () => {
    for (const name of ['week', 'overview', 'flow', 'nodes', 'cost', 'quality', 'state']) {
      const { code, stdout } = await reportOf([name], []);
      expect(code).toBe(0);
      expect(stdout).toMatch(/[Nn]othing|[Nn]o |0 tasks|Too few/);
      expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('tells programs the same, in seconds and dollars', async () => {
    const cost = JSON.parse((await reportOf(['cost', '--json'])).stdout) as Record<string, unknown>;
    expect(cost).toMatchObject({
      total_usd: 10,
      parts: [{ part: 'accepted', tasks: 40, usd: 10 }],
      completed: { tasks: 40, all_usd: 0.25 },
    });
    const nodes = JSON.parse((await reportOf(['nodes', '--json'])).stdout) as Record<string, unknown>;
    expect(nodes).toMatchObject({
      compared: 2,
      nodes: [{ node_id: 'Node-B<b>', speed: { state: 'slower', attempts: 20 } }, { node_id: 'Node-A' }],
    });
    for (const name of ['week', 'overview', 'flow', 'quality', 'state']) {
      const { code, stdout } = await reportOf([name, '--json']);
      expect([name, code]).toEqual([name, 0]);
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    }
  });

  it('writes all of them as one file that is readable by its owner only', async () => {
    const { code, directory, stderr } = await reportOf(['--html', 'week.html']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('week.html')]);
    const path = join(directory, 'week.html');
    const html = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const name of ['week', 'overview', 'flow', 'nodes', 'cost', 'quality', 'state'])
      expect(html).toContain(`<article id="${name}"`);
    expect(html).toContain('Node-B&lt;b&gt;');
    expect(html).not.toContain('Node-B<b>');
    expect(html).not.toMatch(/NaN|undefined/);
    expect(html.length).toBeLessThan(300_000);
    const one = await reportOf(['nodes', '--html', '-']);
    expect(one.stdout.match(/<article/g)).toHaveLength(1);
  });

  it('refuses what does not go together, with what to do instead', async () => {
    expect(await reportOf(['month'])).toMatchObject({ code: 2, stderr: expect.stringContaining('overview') });
    expect(await reportOf(['week', '--since', '30d'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--until'),
    });
    expect(await reportOf(['--html', 'a.html', '--json'])).toMatchObject({ code: 2 });
    expect(await reportOf(['nodes', '--html', 'no/such/folder.html'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be written'),
    });
  });
});
