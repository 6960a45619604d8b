import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openMetrics } from '../../../src/metrics-collector.ts';
import { openPriceBook } from '../../../src/pricing/index.ts';
import { stillClock } from '../../support/recording.ts';
import {
  CLAUDE_REQUESTS,
  OPENCODE_REQUESTS,
  openUsage,
  pricedRequests,
  recordRequests,
  type Request,
  USAGE_NOW_MICROS,
} from '../../support/recorded-usage.ts';
import { type CliSettings, runInProcess } from '../../support/run-cli.ts';

const workspace = mkdtempSync(join(tmpdir(), 'amicus-test-'));
const directory = join(workspace, '.ai');
const clock = stillClock(USAGE_NOW_MICROS);

beforeAll(async () => {
  const metrics = openMetrics({ directory, clock });
  metrics.record('node.registered', { node_id: 'Node-1', role: 'developer' });
  const book = openPriceBook({ directory });
  recordRequests(
    metrics,
    pricedRequests(book, [
      ...CLAUDE_REQUESTS.map((request) => Object.assign({}, request, { node_id: 'Node-1', task_id: 'task-1' })),
      ...OPENCODE_REQUESTS,
      {
        at: 1_795_340_000,
        client: 'codex',
        session_id: 's',
        feed: 'transcript',
        model: 'gpt-6.1-sol',
        input_tokens: 1_000,
      },
      { at: 1_795_340_000, client: 'codex', session_id: 's', feed: 'events', model: 'gpt-6.1-sol', input_tokens: 999 },
    ]),
  );
  await metrics.flush();
  await metrics.close();
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const run = (line: readonly string[], settings: CliSettings = {}) =>
  runInProcess(line, { cwd: workspace, clock, ...settings });
const json = async (...line: string[]) => JSON.parse((await run(['costs', '--json', ...line])).stdout);

describe('costs', () => {
  it('prints what a reader needs', async () => {
    const { stdout, stderr, code } = await run(['costs']);
    await expect(`$ amicus-metrics costs\n${stdout}${stderr}exit ${code}\n`).toMatchFileSnapshot(
      '../../fixtures/expected/cli-costs.txt',
    );
  });

  it.each(['model', 'role', 'node', 'task', 'client', 'session', 'agent', 'cluster', 'feed', 'day', 'day,client'])(
    'by %s add up to the total, and are told to programs to the nano-dollar',
    async (by) => {
      const { total, groups } = await json('--by', by);
      expect(total).toMatchObject({
        events: 11,
        cost_usd: 0.096_297_25,
        own_cost_usd: 0.068_741_25,
        unpriced_events: 1,
      });
      for (const part of ['events', 'requests', 'output_tokens', 'cached_tokens', 'unpriced_events']) {
        expect(groups.reduce((sum: number, group: Record<string, number>) => sum + (group[part] ?? 0), 0)).toBe(
          total[part],
        );
      }
      const nanos = groups.map(({ cost_usd: usd = 0 }: { cost_usd?: number }) => Math.round(usd * 1e9));
      expect(nanos.reduce((a: number, b: number) => a + b, 0)).toBe(96_297_250);
    },
  );

  it('show spending that nobody can be named for as such', async () => {
    const { stdout } = await run(['costs', '--by', 'role,task']);
    expect(stdout).toMatch(/^developer +task-1 /m);
    expect(stdout).toMatch(/^\(unattributed\) +\(unattributed\) /m);
  });

  it('leave the cost of unknown models out of CSV and JSON rather than writing 0', async () => {
    const { groups } = await json('--by', 'model');
    const unknown = groups.find(({ model }: { model: string }) => model === 'gpt-6.1-sol');
    expect(unknown).toMatchObject({ unpriced_events: 1, unpriced_tokens: 1_000 });
    expect(unknown).not.toHaveProperty('cost_usd');
    const { stdout } = await run(['costs', '--by', 'model', '--csv']);
    const [heads = '', ...rows] = stdout.trim().split('\n');
    const at = heads.split(',').indexOf('cost_usd');
    expect(rows.find((row) => row.startsWith('gpt-6.1-sol'))?.split(',')[at]).toBe('');
    expect(rows.find((row) => row.startsWith('claude-opus-5-5'))?.split(',')[at]).toBe('0.092932');
  });

  it('of flat plans are told as what the API would take, billed 0', async () => {
    writeFileSync(join(directory, 'amicus-metrics.toml'), '[prices]\nflat_plans = ["claude-code"]\n');
    const { stdout } = await run(['costs', '--by', 'client']);
    rmSync(join(directory, 'amicus-metrics.toml'));
    expect(stdout).toMatch(/^claude-code .* \$0\.0929 +\$0\n/m);
    expect(stdout).toContain('On flat plans: $0.0929 is what the API would take');
  });

  it('follow the days of the reader', async () => {
    const days = async (zone: string) =>
      (await json('--by', 'day', '--tz', zone)).groups.map(({ day }: { day: string }) => day);
    expect(await days('UTC')).toEqual(['2026-11-22']);
    expect(await days('Pacific/Pago_Pago')).toEqual(['2026-11-21']);
  });

  it('of a time without usage say so', async () => {
    expect(await run(['costs', '--since', '1h'])).toMatchObject({
      code: 0,
      stderr: 'No usage has been told in that span.\n',
    });
  });

  it('refuse what they cannot be told by', async () => {
    expect(await run(['costs', '--by', 'mood'])).toMatchObject({ code: 2 });
  });
});

describe('costs that nobody told the node or task of', () => {
  async function openJoined() {
    const { metrics, directory: folder, clock: still } = openUsage();
    const [first, second, third] = CLAUDE_REQUESTS.slice(0, 3) as [Request, Request, Request];
    const session = { client: first.client, session_id: first.session_id };
    metrics.record('session.started', { ...session, node_id: 'Node-1' }, { timestamp: first.at - 60 });
    metrics.record('task.claimed', { task_id: 'task-1', node_id: 'Node-1' }, { timestamp: second.at - 0.1 });
    recordRequests(metrics, [first, second, Object.assign({}, third, { task_id: 'task-9', node_id: 'Node-9' })]);
    recordRequests(metrics, OPENCODE_REQUESTS.slice(0, 1));
    await metrics.flush();
    return (...line: string[]) => runInProcess([...line, '--dir', folder], { clock: still });
  }

  it('are told with how they were concluded, and what stays unattributed has a row of its own', async () => {
    const costs = await openJoined();
    const nodes = (await costs('costs', '--by', 'node')).stdout;
    expect(nodes).toMatch(/^Node-1 .* \$0\.0215 +100\.0 %$/m);
    expect(nodes).toMatch(/^\(unattributed\) .* \$0\.00112$/m);
    expect(nodes).toContain(
      "Cost by node: $0.0215 (61.7 %) concluded from the client's session, $0.0123 (35.1 %) told by its source, " +
        '$0.00112 (3.2 %) unattributed.',
    );
    const tasks = (await costs('costs', '--by', 'task')).stdout;
    expect(tasks).toMatch(/^task-1 .* \$0\.0113 +100\.0 %$/m);
    expect(tasks).toContain('$0.0113 (32.3 %) concluded from the task that the node held');
    expect((await costs('costs')).stdout).not.toContain('concluded');
  });

  it('are told to programs by way, to the nano-dollar', async () => {
    const costs = await openJoined();
    const { groups, tasks_known_by, nodes_known_by, total } = JSON.parse(
      (await costs('costs', '--json', '--by', 'node,task')).stdout,
    );
    const ways = (rows: { way: string; cost_usd: number }[]) => rows.map(({ way, cost_usd: usd }) => [way, usd]);
    expect(ways(nodes_known_by)).toEqual([
      ['session', 0.021_532],
      ['told', 0.012_272],
      ['unattributed', 0.001_120_5],
    ]);
    expect(ways(tasks_known_by)).toEqual([
      ['told', 0.012_272],
      ['unattributed', 0.011_384_5],
      ['claim', 0.011_268],
    ]);
    expect(total.concluded_cost_usd).toBe(0.021_532);
    expect(groups).toContainEqual(expect.objectContaining({ node: 'Node-1', task: 'task-1', cost_usd: 0.011_268 }));
  });

  it('are counted by sources as well, and balance in the audit', async () => {
    const costs = await openJoined();
    const { stdout } = await costs('sources');
    expect(stdout).toContain('Of 5 events of clients, 2 (40 %) name a node and 1 (20 %) a task.');
    expect(stdout).toContain(
      '2 (40 %); to a task by the session for 0 (0 %), and by the task that the node held for 1',
    );
    const audited = await costs('audit');
    expect([audited.code, audited.stdout]).toEqual([
      0,
      expect.stringContaining('holds  attributed and unattributed equal all: by node: 21532000 session + '),
    ]);
  });
});

describe('costs --reprice', () => {
  it('shows what the present prices change, and lets it count when that is accepted', async () => {
    const { metrics, directory: folder, clock: still } = openUsage();
    recordRequests(metrics, pricedRequests(openPriceBook({ directory: folder }), OPENCODE_REQUESTS));
    recordRequests(metrics, [
      { ...OPENCODE_REQUESTS[0], key: 'mine', at: 1_795_339_400, model: 'mine', reported_cost_usd: undefined },
    ]);
    await metrics.flush();
    writeFileSync(join(folder, 'amicus-metrics-prices.toml'), '[models.mine]\ninput = 1\noutput = 1\ncache_read = 0\n');
    const costs = (...more: string[]) => runInProcess(['costs', '--dir', folder, ...more], { clock: still });
    const shown = await costs('--reprice');
    expect(shown.stdout).toMatch(/^mine +1 +\$0 +\$0\.000255 +\$0\.000255 +1 +1 +0$/m);
    expect(shown.stdout).toContain('Costs that would change: 1. Nothing was changed');
    expect((await costs()).stdout).toContain('Without a price');
    expect((await costs('--reprice', '--accept')).stdout).toContain('Costs accepted: 1.');
    const after = await costs();
    expect(after.stdout).not.toContain('Without a price');
    expect(after.stdout).toMatch(/^mine .* \$0\.000255 +\$0\.000255$/m);
    expect((await costs('--reprice')).stdout).toContain('Nothing would change.');
    expect(JSON.parse((await costs('--reprice', '--json')).stdout)).toMatchObject({ changed_events: 0 });
  });

  it('is what --accept is for', async () => {
    expect(await run(['costs', '--accept'])).toMatchObject({ code: 2 });
  });
});
