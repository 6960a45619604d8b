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
