import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { stillClock } from '../../support/recording.ts';
import { runInProcess } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openToldServer } from '../../support/told-server.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 2) * 1_000;
const RULES = `[alerts.queue]
metric = "task.claimed"
aggregation = "p95(queue_seconds)"
window = "1h"
warn = 300
critical = 900

[alerts.failures]
metric = "task.completed"
window = "6h"
where = { outcome = "failure" }
group_by = "node_id"
warn = 1
`;

type Settings = { readonly rules?: string; readonly env?: Readonly<Record<string, string>> };

/** A cluster whose last claim waited for long, two days after another such. */
async function openCluster({ rules = RULES, env = {} }: Settings = {}) {
  const directory = join(temporaryFolder(), '.ai');
  const clock = stillClock(NOW);
  const metrics = openMetrics({ directory, clock });
  const at = (hoursAgo: number) => ({ timestamp: NOW / 1e6 - hoursAgo * 3_600 });
  for (const [i, hours] of [0.5, 48, 47.9, 72, 100].entries()) {
    const queued = hours < 49 ? 1_000 : 20;
    metrics.record('task.claimed', { task_id: `t${i}`, node_id: 'Node-A', queue_seconds: queued }, at(hours));
  }
  for (const node of ['Node-A', 'Node-A', 'Node-B']) {
    metrics.record('task.completed', { task_id: 't', node_id: node, outcome: 'failure', duration_seconds: 9 }, at(2));
  }
  await metrics.flush();
  if (rules !== '') writeFileSync(join(directory, 'amicus-metrics.toml'), rules);
  const run = (...line: string[]) => runInProcess(['alerts', ...line, '--dir', directory], { clock, env });
  return { metrics, directory, clock, run };
}

/** As `up` tells that a rule has begun to fire. */
const FIRES = {
  rule: 'queue',
  cause: 'measured',
  state: 'warn',
  announced: 'warn',
  notified: true,
  value: '400',
} as const;

describe('alerts', () => {
  it('lists rules with their states, figures and levels', async () => {
    const { metrics, run } = await openCluster();
    metrics.record('alert.changed', FIRES);
    await metrics.flush();
    const { stdout, code } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('Alerts  2 rules, 1 fires');
    expect(stdout).toMatch(/^queue +– +warn +2026-11-24 12:02:00 +16 min 40 s +> 5 min +> 15 min +12:05:00 /m);
    expect(stdout).toMatch(/^failures +Node-A +ok +– +2 +> 1 +– /m);
    const { alerts } = JSON.parse((await run('--json')).stdout) as { alerts: unknown[] };
    expect(alerts).toMatchObject([
      { rule: 'queue', state: 'warn', value: 1_000, warn: 300, critical: 900, next_evaluation: NOW / 1e6 + 180 },
      { rule: 'failures', group: 'Node-A', state: 'ok', value: 2 },
      { rule: 'failures', group: 'Node-B', state: 'ok', value: 1 },
    ]);
  });

  it('shows a rule to paste where there is none, and that rule works', async () => {
    const { directory, run } = await openCluster({ rules: '' });
    const { stdout } = await run();
    const pasted = stdout.split('\n').filter((line) => line.startsWith('    '));
    writeFileSync(join(directory, 'amicus-metrics.toml'), pasted.join('\n'));
    expect(await run('check')).toMatchObject({ stderr: '', stdout: expect.stringContaining('queue') });
  });

  it('ends with 1 for CI when a rule fires, has to be left out, or cannot be evaluated', async () => {
    const { directory, run } = await openCluster();
    expect(await run('check')).toMatchObject({ code: 1, stdout: expect.stringMatching(/^queue +– +critical/m) });
    expect(await run('check', 'failures')).toMatchObject({ code: 1 });
    expect(await run('check', 'failures', '--fail-on', 'critical')).toMatchObject({ code: 0 });
    expect(await run('check', 'nothing')).toMatchObject({ code: 3 });
    const rule = '[alerts.a]\nmetric = "task.claimed"\nwindow = "1h"\nwarn = 300\n';
    writeFileSync(join(directory, 'amicus-metrics.toml'), rule);
    expect(await run('check')).toMatchObject({ code: 0 });
    writeFileSync(join(directory, 'amicus-metrics.toml'), `${rule}warm = 1\n`);
    expect(await run('check')).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean warn?') });
    writeFileSync(join(directory, 'amicus-metrics.toml'), `${rule}aggregation = "p95(queue)"\n`);
    expect(await run('check')).toMatchObject({ code: 1, stderr: expect.stringContaining('no field "queue"') });
  });

  it('says when a rule would have fired, before it is enabled', async () => {
    const { run } = await openCluster({ rules: '' });
    const line = [
      '--metric',
      'task.claimed',
      '--aggregation',
      'p95(queue_seconds)',
      '--warn',
      '300',
      '--critical',
      '900',
    ];
    const { stdout, code } = await run('test', ...line);
    expect(code).toBe(0);
    expect(stdout).toContain('new  p95(queue_seconds) of task.claimed in 1 h, above 15 min (critical), 5 min (warn)');
    expect(stdout).toContain('Would have fired twice in 4 days, for 1 h 32 min in all.');
    expect(stdout).toMatch(/^level +─.*█.*█ {2}▒ warn/m);
    expect(stdout).toMatch(/^2026-11-22 12:05:00 +1 h 05 min +critical$/m);
    expect(stdout).toMatch(/^2026-11-24 11:35:00 +27 min +critical +still$/m);
    expect(JSON.parse((await run('test', ...line, '--since', '2d', '--json')).stdout)).toMatchObject({
      fired: 2,
      told: 2,
      told_ends: 1,
      episodes: [{ level: 'critical' }, { level: 'critical' }],
    });
  });

  it('tries other levels of a declared rule, and suggests one', async () => {
    const { run } = await openCluster();
    const { stdout } = await run('test', 'queue', '--warn', '2000');
    expect(stdout).toContain('Would not have fired in 4 days.');
    expect(stdout).toMatch(/It never fires\. A level from its own history, an estimate: warn = \d+ would have fired/);
  });

  it('keeps what is acknowledged and resolved, and says what changed when', async () => {
    const { metrics, run } = await openCluster();
    metrics.record('alert.changed', FIRES);
    await metrics.flush();
    expect(await run('ack', 'queue')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Acknowledged: queue'),
    });
    expect((await run()).stdout).toMatch(/^queue +– +warn, acknowledged/m);
    expect(await run('resolve', 'queue')).toMatchObject({ code: 0 });
    expect(await run('resolve', 'queue')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Nothing of "queue" fires'),
    });
    expect(JSON.parse((await run('history', 'queue', '--json')).stdout)).toMatchObject([
      { state: 'ok', cause: 'resolved', told: false },
      { state: 'warn', cause: 'acknowledged' },
      { state: 'warn', cause: 'measured', told: true, value: 400 },
    ]);
  });

  it('tells a channel something, and says where that fails', async () => {
    const server = await openToldServer([200, 403]);
    const rules = `[notify.team]\nkind = "slack"\nurl_env = "HOOK"\n`;
    const { run } = await openCluster({ rules, env: { HOOK: server.url } });
    expect(await run('send-test', 'team')).toMatchObject({ code: 0, stdout: 'Delivered to team.\n' });
    expect(server.received[0]?.body).toContain('A test of the channel team');
    expect(await run('send-test', 'team')).toMatchObject({ code: 1, stdout: 'Not delivered to team: status_403.\n' });
    expect(await run('send-test', 'tam')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('terminal, desktop, team'),
    });
    const without = await openCluster({ rules });
    expect((await without.run('send-test', 'team')).stdout).toContain('A variable that url_env or secret_env names');
  });

  it('shows which channel was not reached', async () => {
    const { metrics, run } = await openCluster();
    const about = { rule: 'queue', channel: 'team', delivery_id: 'alert_1', attempts: 8 };
    metrics.record('alert.delivered', { ...about, outcome: 'failed', reason: 'status_503' });
    await metrics.flush();
    expect((await run()).stdout).toContain('team was not reached after 8 tries: status_503');
    metrics.record('alert.delivered', { ...about, delivery_id: 'alert_2', outcome: 'delivered' });
    await metrics.flush();
    expect((await run()).stdout).not.toContain('was not reached');
  });

  it('understands the rules and channels of the reference page', async () => {
    const page = readFileSync('docs/reference/settings.md', 'utf8');
    const blocks = [...page.matchAll(/```toml\n([^]*?)```/g)].map(([, block]) => block ?? '');
    const rules = blocks.filter((block) => /\[(?:alerts|notify)\./.test(block)).join('\n');
    const { run } = await openCluster({ rules });
    const { stdout, stderr } = await run('--json');
    expect(stderr).toBe('');
    const { alerts } = JSON.parse(stdout) as { alerts: { problem?: string }[] };
    expect(alerts.length).toBeGreaterThan(2);
    expect(alerts.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });
});
