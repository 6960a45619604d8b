import { createHmac } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { AlertLevel, MetricRule } from '../../../src/analysis/alerts/alert-rule.ts';
import type { NotifyChannel } from '../../../src/config/index.ts';
import { type AlertMessage, toAlertMessage, toRepeat } from '../../../src/surfaces/notify/alert-message.ts';
import { DeliveryQueue, type Settled } from '../../../src/surfaces/notify/delivery-queue.ts';
import { noticeFor } from '../../../src/surfaces/notify/desktop-notice.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openToldServer } from '../../support/told-server.ts';

const RULE: MetricRule = {
  kind: 'metric',
  name: 'queue',
  metric: 'task.claimed',
  aggregation: 'p95(queue_seconds)',
  windowMicros: 3_600_000_000,
  stepMicros: 300_000_000,
  where: {},
  groupBy: 'node_id',
  direction: 'above',
  warn: 300,
  critical: 900,
  forMicros: 0,
  noData: 'ok',
  cooldownMicros: 3_600_000_000,
  notify: ['team'],
};
const SECRET = Buffer.from('a key of twenty-four byte').toString('base64');
const AT = Date.UTC(2026, 10, 24, 12) * 1_000;

function messageOf(level: AlertLevel, was: AlertLevel = 'ok', group = 'Node-A'): AlertMessage {
  const before = { announced: was, toldMicros: { [was]: AT - 600_000_000 } };
  return toAlertMessage(RULE, group, { announced: level, atMicros: AT, value: 1_100 }, before);
}

function channelOf(kind: 'webhook' | 'slack' | 'alertmanager', url: string): NotifyChannel {
  return { name: 'team', kind, url, urlEnv: undefined, secretEnv: kind === 'slack' ? undefined : 'TEAM_SECRET' };
}

function openQueue(environment: Readonly<Record<string, string | undefined>> = { TEAM_SECRET: SECRET }) {
  const time = new ManualTime();
  // To a moment after the messages.
  time.pass(12.1 * 3_600_000);
  const settled: Settled[] = [];
  const queue = new DeliveryQueue({
    clock: time,
    timers: time,
    random: () => 0.5,
    environment,
    onSettled: (one) => settled.push(one),
  });
  onTestFinished(() => queue.close());
  return { queue, time, settled };
}

describe('delivery', () => {
  it('posts a webhook that its receiver can verify, with names and figures and nothing else', async () => {
    const server = await openToldServer();
    const { queue, settled } = openQueue();
    queue.send(channelOf('webhook', server.url), messageOf('critical', 'warn'));
    await queue.settled();
    const [request] = server.received;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request?.headers ?? {};
    const mac = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(
      `${String(id)}.${String(at)}.${request?.body}`,
    );
    expect(signature).toBe(`v1,${mac.digest('base64')}`);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'alert.changed',
      timestamp: '2026-11-24T12:00:00.000Z',
      data: {
        id,
        rule: 'queue',
        group: 'Node-A',
        status: 'firing',
        level: 'critical',
        was: 'warn',
        since: '2026-11-24T11:50:00.000Z',
        value: 1_100,
        metric: 'task.claimed',
        aggregation: 'p95(queue_seconds)',
        window_seconds: 3_600,
        group_by: 'node_id',
        direction: 'above',
        warn: 300,
        critical: 900,
        summary:
          'queue is critical: p95(queue_seconds) of task.claimed in 1 h of node_id Node-A is 18 min 20 s, above 15 min',
      },
    });
    expect(settled).toMatchObject([{ outcome: 'delivered', attempts: 1, reason: undefined }]);
  });

  it('tries again what a receiver could not take, under the same id, and delivers it once', async () => {
    const server = await openToldServer([500, 500, 200]);
    const { queue, time, settled } = openQueue();
    queue.send(channelOf('webhook', server.url), messageOf('warn'));
    await queue.settled();
    time.pass(500);
    await queue.settled();
    expect(server.received).toHaveLength(1);
    time.pass(250);
    await queue.settled();
    time.pass(1_500);
    await queue.settled();
    time.pass(3_600_000);
    await queue.settled();
    expect(server.received).toHaveLength(3);
    expect(new Set(server.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(settled).toMatchObject([{ outcome: 'delivered', attempts: 3 }]);
  });

  it('waits as long as a receiver asks for, and keeps the order of what follows', async () => {
    const server = await openToldServer([429, 200], { 'retry-after': '60' });
    const { queue, time } = openQueue();
    queue.send(channelOf('slack', server.url), messageOf('warn'));
    queue.send(channelOf('slack', server.url), messageOf('ok', 'warn'));
    await queue.settled();
    time.pass(59_000);
    await queue.settled();
    expect(server.received).toHaveLength(1);
    time.pass(1_000);
    await queue.settled();
    expect(server.received.map(({ body }) => /warns|is over/.exec(body)?.[0])).toEqual(['warns', 'warns', 'is over']);
  });

  it('gives up in the end, and says why', async () => {
    const server = await openToldServer([503]);
    const { queue, time, settled } = openQueue();
    queue.send(channelOf('slack', server.url), messageOf('warn'));
    for (let i = 0; i < 12; i++) {
      await queue.settled();
      time.pass(300_000);
    }
    expect(server.received).toHaveLength(8);
    expect(settled).toMatchObject([{ outcome: 'failed', attempts: 8, reason: 'status_503' }]);
  });

  it('follows no redirect', async () => {
    const elsewhere = await openToldServer();
    const server = await openToldServer([307], { location: elsewhere.url });
    const { queue, settled } = openQueue();
    queue.send(channelOf('webhook', server.url), messageOf('warn'));
    await queue.settled();
    expect(settled).toMatchObject([{ outcome: 'failed', reason: 'status_307' }]);
    expect(elsewhere.received).toEqual([]);
  });

  it.each([
    ['a secret that is not set', {}, channelOf('webhook', 'http://127.0.0.1:9'), 'not_configured'],
    ['a secret that is no key', { TEAM_SECRET: '!' }, channelOf('webhook', 'http://127.0.0.1:9'), 'not_configured'],
    [
      'an address in a variable that is none',
      { HOOK: 'file:///etc/passwd' },
      { name: 'team', kind: 'slack', url: undefined, urlEnv: 'HOOK', secretEnv: undefined } as const,
      'not_configured',
    ],
  ])('does not try with %s', async (_, environment, channel, reason) => {
    const { queue, settled } = openQueue(environment);
    queue.send(channel, messageOf('warn'));
    await queue.settled();
    expect(settled).toMatchObject([{ outcome: 'failed', attempts: 1, reason }]);
  });

  it('holds a hundred messages for a channel, and lets the oldest go', async () => {
    const { queue, settled } = openQueue();
    for (let i = 0; i < 103; i++)
      queue.send(channelOf('slack', 'http://127.0.0.1:1'), messageOf('warn', 'ok', `Node-${i}`));
    await queue.settled();
    expect(settled.map(({ reason, message }) => [reason, message.group])).toEqual([
      ['queue_full', 'Node-1'],
      ['queue_full', 'Node-2'],
      ['queue_full', 'Node-3'],
    ]);
  });

  it('shows Slack a text in which nothing is markup', async () => {
    const server = await openToldServer();
    const { queue } = openQueue();
    queue.send(channelOf('slack', server.url), messageOf('warn', 'ok', '<!channel>'));
    await queue.settled();
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ text: expect.stringContaining('&lt;!channel&gt;') });
  });

  it('tells an Alertmanager of beginnings, of levels as alerts of their own, and of ends', async () => {
    const server = await openToldServer();
    const { queue, time } = openQueue();
    const channel = channelOf('alertmanager', `${server.url}/am/`);
    queue.send(channel, messageOf('warn'));
    queue.send(channel, messageOf('critical', 'warn'));
    queue.send(channel, messageOf('ok', 'critical'));
    await queue.settled();
    expect(new Set(server.received.map(({ path }) => path))).toEqual(new Set(['/am/api/v2/alerts']));
    expect(server.received[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    const alerts = server.received.map(({ body }) =>
      (JSON.parse(body) as { labels: Record<string, string>; endsAt: string }[]).map(({ labels, endsAt }) => [
        labels['severity'],
        Date.parse(endsAt) > time.nowMicros() / 1_000 ? 'fires' : 'ended',
      ]),
    );
    expect(alerts).toEqual([
      [['warning', 'fires']],
      [
        ['warning', 'ended'],
        ['critical', 'fires'],
      ],
      [['critical', 'ended']],
    ]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject([
      { labels: { alertname: 'queue', group: 'Node-A', source: 'amicus-metrics' }, annotations: { value: '1100' } },
    ]);
  });

  it('says since when: of what begins its beginning, whatever was told before', () => {
    const told = { warn: AT - 90_000_000, ok: AT - 60_000_000 };
    const change = { announced: 'warn', atMicros: AT, value: 400 } as const;
    expect(toAlertMessage(RULE, undefined, change, { announced: 'ok', toldMicros: told }).sinceMicros).toBe(AT);
    const end = { announced: 'ok', atMicros: AT, value: 4 } as const;
    expect(toAlertMessage(RULE, undefined, end, { announced: 'warn', toldMicros: told })).toMatchObject({
      sinceMicros: AT - 90_000_000,
      summary: 'queue is over: p95(queue_seconds) of task.claimed in 1 h of node_id (none) is 4 s',
    });
  });

  it('tells again what fires, as it was told first', () => {
    const first = messageOf('warn');
    const memory = {
      state: 'warn',
      sinceMicros: AT,
      changedMicros: AT,
      announced: 'warn',
      toldMicros: { warn: AT },
      acknowledged: undefined,
      value: 1_100,
    } as const;
    expect(toRepeat(RULE, 'Node-A', memory)).toMatchObject({ id: first.id, atMicros: AT, isRepeat: true });
  });
});

describe('a notice on the desktop', () => {
  it('gives texts to commands as arguments, never to a shell', async () => {
    const folder = temporaryFolder();
    const command = join(folder, process.platform === 'darwin' ? 'osascript' : 'notify-send');
    writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$@" > "${join(folder, 'said')}"\n`);
    chmodSync(command, 0o755);
    const { queue, settled } = openQueue({ PATH: `${folder}:/bin:/usr/bin` });
    queue.send({ name: 'desktop', kind: 'desktop' }, messageOf('warn', 'ok', `$(touch ${join(folder, 'run')})`));
    await queue.settled();
    expect(settled).toMatchObject([{ outcome: 'delivered' }]);
    expect(readFileSync(join(folder, 'said'), 'utf8')).toContain(`$(touch ${join(folder, 'run')})`);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  it('says so where there is no desktop', async () => {
    const { queue, settled } = openQueue({ PATH: temporaryFolder() });
    queue.send({ name: 'desktop', kind: 'desktop' }, messageOf('warn'));
    await queue.settled();
    expect(settled).toMatchObject([{ outcome: 'failed', reason: 'no_desktop' }]);
  });

  it.each(['linux', 'darwin', 'win32'] as const)(
    'has a command on %s in which no text is part of a script',
    (platform) => {
      const message = { ...messageOf('critical'), summary: `"; do shell script "x` };
      const { command, words, environment } = noticeFor(platform, message);
      expect(command).toMatch(/^(notify-send|osascript|powershell)$/);
      const holding = [...words, ...Object.values(environment)].filter((word) => word.includes('do shell script'));
      expect(holding).toEqual([message.summary]);
    },
  );
});
