import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { openMetrics } from '../../../../src/metrics-collector.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { openToldServer } from '../../../support/told-server.ts';

const MAIN = fileURLToPath(new URL('../../../../src/surfaces/cli/main.ts', import.meta.url));
const { FORCE_COLOR: _, CONTEXT_BUS_DIR: __, ...OUTER } = process.env;
const SECRET = Buffer.from('a key of twenty-four byte').toString('base64');

/** Runs `up` until something, then as Ctrl-C does. */
async function runUp(cwd: string, until: Promise<unknown>) {
  // Not the histories of this machine's agents.
  const child = spawn(process.execPath, [MAIN, 'up'], {
    cwd,
    env: { ...OUTER, AMICUS_METRICS_TIME_ZONE: 'UTC', NO_COLOR: '1', HOME: cwd, TEAM_SECRET: SECRET },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => void (text += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const printed = (wanted: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (wanted.test(text) && resolve());
      child.stdout.on('data', look);
      look();
    });
  await Promise.race([until, ended]);
  return { printed, end: async () => (child.kill('SIGINT'), { code: await ended, text }) };
}

describe('alerts while up runs', () => {
  it('tells a webhook when a rule fires, once, whoever starts up again', async () => {
    const server = await openToldServer([500, 200, 200]);
    const cwd = temporaryFolder();
    const directory = join(cwd, '.ai');
    mkdirSync(directory);
    writeFileSync(
      join(directory, 'amicus-metrics.toml'),
      `sources.git = "off"
otlp.port = 0
[alerts.queue]
metric = "task.claimed"
aggregation = "max(queue_seconds)"
window = "1h"
group_by = "node_id"
warn = 300
notify = ["terminal", "team"]
[notify.team]
kind = "webhook"
url = "${server.url}/hook"
secret_env = "TEAM_SECRET"
`,
    );
    const metrics = openMetrics({ directory });
    const timestamp = Date.now() / 1_000 - 1_200;
    for (const node of ['Node-A', 'Node-B']) {
      metrics.record('task.claimed', { task_id: 't1', node_id: node, queue_seconds: 1_000 }, { timestamp });
    }
    await metrics.flush();

    const first = await runUp(cwd, server.got(3));
    const { code, text } = await first.end();
    const { events: deliveries } = await metrics.query({ metric: 'alert.delivered' });
    const reached = { rule: 'queue', channel: 'team', outcome: 'delivered' };
    expect(deliveries).toMatchObject([{ data: { ...reached, attempts: 2 } }, { data: { ...reached, attempts: 1 } }]);
    expect(code).toBe(0);
    expect(text).toContain(
      'alert: queue warns: max(queue_seconds) of task.claimed in 1 h of node_id Node-A is 16 min 40 s, above 5 min',
    );
    const [failed, request] = server.received;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request?.headers ?? {};
    expect(failed?.headers['webhook-id']).toBe(id);
    const mac = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(
      `${String(id)}.${String(at)}.${request?.body}`,
    );
    expect(signature).toBe(`v1,${mac.digest('base64')}`);

    // It evaluates the rule with its first look, long before its second line of what is now.
    const again = await runUp(cwd, Promise.resolve());
    await again.printed(/stored[^]*stored/);
    expect(await again.end()).toMatchObject({ code: 0, text: expect.not.stringContaining('alert:') });
    expect(server.received).toHaveLength(3);
    const { events } = await metrics.query({ metric: 'alert.changed' });
    const told = { rule: 'queue', state: 'warn', notified: true, value: '1000' };
    expect(events).toMatchObject([{ data: { ...told, group: 'Node-A' } }, { data: { ...told, group: 'Node-B' } }]);
    await metrics.close();
  }, 300_000);
});
