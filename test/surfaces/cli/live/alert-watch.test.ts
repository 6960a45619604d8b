import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';

import { openMetrics } from '../../../../src/metrics-collector.ts';
import { AlertWatch } from '../../../../src/surfaces/cli/live/watch-alerts.ts';
import { stillClock } from '../../../support/recording.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { openToldServer } from '../../../support/told-server.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 5) * 1_000;
const MINUTE = 60_000_000;
const BACKLOG = { id: 'backlog/cluster', kind: 'backlog', severity: 'critical', value: 12 } as const;

async function openWatch(rules: string, kind: 'slack' | 'alertmanager') {
  const server = await openToldServer();
  const directory = join(temporaryFolder(), '.ai');
  const clock = stillClock(NOW);
  const metrics = openMetrics({ directory, clock });
  metrics.record('task.created', { task_id: 't' });
  await metrics.flush();
  const channel = `[notify.team]\nkind = "${kind}"\nurl = "${server.url}"\n`;
  writeFileSync(join(directory, 'amicus-metrics.toml'), rules + channel);
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const notes: string[] = [];
  const context = { clock, directory, env: {}, cwd: directory, stderr };
  const watch = new AlertWatch(context, metrics, (text) => notes.push(text));
  onTestFinished(async () => {
    await watch.close();
    await metrics.close();
  });
  const texts = (): string[] => server.received.map(({ body }) => body);
  return { server, clock, metrics, watch, notes, stderr, texts };
}

const FINDINGS = '[alerts.found]\nfinding = "*"\nnotify = ["terminal", "team"]\n';
const CREATED = '[alerts.created]\nmetric = "task.created"\nwindow = "5m"\nwarn = 0\nnotify = ["team"]\n';

describe('watching alerts', () => {
  it('goes by what insights find, and tells its end', async () => {
    const { server, clock, watch, notes, stderr, texts } = await openWatch(FINDINGS, 'slack');
    await watch.takeFindings([BACKLOG, { ...BACKLOG, id: 'hot_file/file/x', kind: 'hot_file', severity: 'info' }]);
    clock.micros += 5 * MINUTE;
    await watch.takeFindings([BACKLOG]);
    clock.micros += 5 * MINUTE;
    await watch.takeFindings([]);
    await server.got(2);
    expect(texts()).toEqual([
      '{"text":"found: backlog/cluster is critical"}',
      '{"text":"found: backlog/cluster is not found any more"}',
    ]);
    expect(notes).toEqual([
      'alert: found: backlog/cluster is critical',
      'alert: found: backlog/cluster is not found any more',
    ]);
    expect(String(stderr.read())).toContain('\u001b]9;found: backlog/cluster is critical\u0007');
  });

  it('goes on in silence when another process has acknowledged', async () => {
    const { server, clock, metrics, watch, texts } = await openWatch(FINDINGS, 'slack');
    await watch.takeFindings([{ ...BACKLOG, severity: 'warning' }]);
    await server.got(1);
    clock.micros += MINUTE;
    const state = { rule: 'found', group: BACKLOG.id, state: 'warn', announced: 'warn', notified: false } as const;
    metrics.record('alert.changed', { ...state, cause: 'acknowledged', acknowledged: 'warn' });
    clock.micros += 90 * MINUTE;
    await watch.takeFindings([{ ...BACKLOG, severity: 'warning' }]);
    expect((await metrics.query({ metric: 'alert.changed' })).events).toHaveLength(2);
    await watch.takeFindings([BACKLOG]);
    await server.got(2);
    expect(texts()[1]).toContain('is critical');
  });

  it('tells after a restart what was to be told shortly before it, and nothing that was told', async () => {
    const { server, metrics, watch, clock } = await openWatch(FINDINGS, 'slack');
    const fired = { rule: 'found', cause: 'measured', state: 'warn', announced: 'warn', notified: true } as const;
    metrics.record('alert.changed', { ...fired, group: 'backlog/cluster' });
    clock.micros += MINUTE;
    await watch.look();
    await server.got(1);
    expect(server.received).toMatchObject([{ body: '{"text":"found: backlog/cluster is a warning"}' }]);
  });

  it('tells an Alertmanager again and again of what fires, and remembers that once', async () => {
    const { server, clock, metrics, watch } = await openWatch(CREATED, 'alertmanager');
    clock.micros += MINUTE;
    await watch.look();
    await server.got(1);
    // As soon as the first one has been delivered, and two minutes have passed.
    for (let i = 0; i < 20 && server.received.length < 2; i++) {
      clock.micros += 10_000_000;
      await watch.look();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await server.got(2);
    const [first, again] = server.received.map(
      ({ body }) => JSON.parse(body) as { labels: object; startsAt: string; endsAt: string }[],
    );
    expect(again).toMatchObject([{ labels: first?.[0]?.labels, startsAt: first?.[0]?.startsAt }]);
    expect(Date.parse(again?.[0]?.endsAt ?? '')).toBeGreaterThan(clock.micros / 1_000);
    await watch.close();
    expect((await metrics.query({ metric: 'alert.delivered' })).events).toHaveLength(1);
  });

  it('says once that a rule cannot be evaluated, and evaluates the others', async () => {
    const broken = '[alerts.broken]\nmetric = "task.created"\naggregation = "sum(x)"\nwindow = "5m"\nwarn = 1\n';
    const { server, clock, watch, notes } = await openWatch(broken + CREATED, 'slack');
    clock.micros += MINUTE;
    await watch.look();
    clock.micros += MINUTE;
    await watch.look();
    await server.got(1);
    expect(notes).toEqual(['alert rule broken cannot be evaluated: The metric "task.created" has no field "x".']);
  });
});
