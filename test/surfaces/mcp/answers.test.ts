import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIZE_TOKENS, SIZES } from '../../../src/surfaces/mcp/answer.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { countTokens } from '../../support/count-tokens.ts';
import { type Asked, type RunningMcp, startMcp } from '../../support/mcp-asking.ts';
import { type SimulatedStore, simulatedStore } from '../../support/simulated-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A Wednesday, 16:00 UTC. */
const NOW = Date.UTC(2026, 9, 28, 16) * 1_000;
const DAYS = 15;

let store: SimulatedStore;
beforeAll(async () => {
  const fault = (kind: 'failing_tests' | 'low_cache_use') => ({
    kind,
    strength: 'strong' as const,
    fromDay: 13,
    toDay: DAYS,
  });
  const plan = { seed: 7, days: DAYS, nodes: 5, faults: [fault('failing_tests'), fault('low_cache_use')] };
  store = await simulatedStore(plan, NOW);
}, 300_000);
afterAll(() => store.remove());

const start = (): Promise<RunningMcp> => startMcp(store.directory, { clock: store.clock });
const listOf = (value: unknown): Record<string, unknown>[] => value as Record<string, unknown>[];
/** Any `undefined`, `null` of ours or NaN would be a figure that nobody knows. */
const WORDS_FOR_NOTHING = /NaN|Infinity|undefined/;

describe('every answer', () => {
  const QUESTIONS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['get_metrics_insights', {}],
    ['get_cluster_clock', { since: '7d' }],
    ['get_costs', { by: ['task'], since: '14d' }],
    ['get_costs', { by: ['day', 'model'], since: '14d' }],
    ['get_costs', { by: ['role'] }],
  ];
  it.each(QUESTIONS.flatMap(([tool, args]) => SIZES.map((size) => [tool, { ...args, size }, size] as const)))(
    '%s %j keeps to its size, has evidence that can be asked again, and one next question that works',
    async (tool, args, size) => {
      const mcp = await start();
      const { text, json, isError } = await mcp.ask(tool, args);
      expect(isError).toBe(false);
      expect(countTokens(text)).toBeLessThanOrEqual(SIZE_TOKENS[size]);
      expect(text).not.toMatch(WORDS_FOR_NOTHING);
      const ids = [...text.matchAll(/"(e-[0-9a-z]+)"/g)].map(([, id]) => id ?? '');
      expect(ids.length).toBeGreaterThan(0);
      for (const evidence of new Set(ids)) {
        const again = await mcp.ask('query_metrics', { evidence });
        expect(again).toMatchObject({ isError: false, json: { metric: expect.any(String), evidence: [evidence] } });
        expect(countTokens(again.text)).toBeLessThanOrEqual(SIZE_TOKENS.normal);
      }
      const next = json['next'] as { tool: string; arguments: Record<string, unknown>; tells: string };
      expect(next.tells).not.toBe('');
      expect(await mcp.ask(next.tool, next.arguments)).toMatchObject({ isError: false });
    },
  );

  it('to a query keeps to its size, whatever is asked for', async () => {
    const mcp = await start();
    const { text, json } = await mcp.ask('query_metrics', {
      metric: 'tokens.consumed',
      group_by: ['task_id', 'model', 'node_id'],
      aggregations: ['count', 'sum(input_tokens)', 'avg(output_tokens)', 'p95(duration_ms)'],
      since: '14d',
      limit: 100,
    });
    expect(countTokens(text)).toBeLessThanOrEqual(SIZE_TOKENS.normal);
    expect(json['not_shown']).toBeGreaterThan(0);
  });
});

describe('insights', () => {
  it('say what is wrong, what it costs, what to do, and where that is from', async () => {
    const { json } = await (await start()).ask('get_metrics_insights');
    expect(json).toMatchObject({ state: 'attention' });
    const failing = listOf(json['insights']).find(({ id }) => id === 'failing_tests/cluster');
    expect(failing).toMatchObject({
      subject: { kind: 'cluster' },
      seen: { unit: 'share', value: expect.any(Number), samples: expect.any(Number) },
      action: { name: expect.any(String), does: expect.any(String), state: 'open' },
    });
  });

  it('are told in the short form too, two at least', async () => {
    const { json } = await (await start()).ask('get_metrics_insights', { size: 'short' });
    expect(listOf(json['insights']).length).toBeGreaterThanOrEqual(2);
  });

  it('are of one node only where one is asked for', async () => {
    const { json } = await (await start()).ask('get_metrics_insights', { node_id: 'Node-NOBODY' });
    expect(json).toMatchObject({ insights: [] });
  });

  it('refuse a window that cannot be judged', async () => {
    const { json, isError } = await (await start()).ask('get_metrics_insights', { window: '300d' });
    expect(isError).toBe(true);
    expect(json['hint']).toContain('14d');
  });
});

describe('a decision', () => {
  it('is remembered, shows in the next answer, and can be taken back', async () => {
    const mcp = await start();
    const stateOf = async (): Promise<unknown> => {
      const { json } = await mcp.ask('get_metrics_insights');
      const found = listOf(json['insights']).find(({ id }) => id === 'failing_tests/cluster');
      return (found?.['action'] as { state: string } | undefined)?.state;
    };
    const decide = (decision: string): Promise<Asked> =>
      mcp.ask('decide_insight', { id: 'failing_tests/cluster', decision });
    expect(await decide('accept')).toMatchObject({ isError: false, json: { decision: 'accepted' } });
    expect(await stateOf()).toBe('accepted');
    await decide('reopen');
    expect(await stateOf()).toBe('open');
    const collector = openMetrics({ directory: store.directory, clock: store.clock });
    const { events } = await collector.query({ metric: 'advice.decided', order: 'oldest_first' });
    await collector.close();
    expect(events.map(({ data }) => data['decision'])).toEqual(['accepted', 'reopened']);
  });

  it('on nothing names what there is', async () => {
    const { text, isError } = await (await start()).ask('decide_insight', { id: 'nothing', decision: 'accept' });
    expect(isError).toBe(true);
    expect(text).toContain('failing_tests/cluster');
  });
});

describe('errors', () => {
  it.each([
    ['query_metrics', { metric: 'task.complete' }, 'task.completed'],
    ['query_metrics', { metric: 'task.completed', aggregations: ['p95(duration)'] }, 'duration_seconds'],
    ['query_metrics', { metric: 'task.completed', where: { outcome: { is: 'success' } } }, 'prefix'],
    ['query_metrics', { evidence: 'e-unknown' }, 'Ask again'],
    ['query_metrics', {}, 'task.completed'],
    ['query_metrics', { metric: 'task.completed', group: 'node_id' }, 'group_by'],
    ['get_cluster_clock', { since: 'soon' }, '24h'],
    ['get_cluster_clock', { task_id: 'task-none' }, 'since'],
    ['get_my_workload', {}, 'node_id'],
    ['get_my_workload', { node_id: 'Node-NOBODY' }, 'known'],
  ] as const)('%s %j teaches what would be right', async (tool, args, taught) => {
    const { text, isError } = await (await start()).ask(tool, args);
    expect(isError).toBe(true);
    expect(text).toContain(taught);
    expect(text).not.toContain('node_modules');
  });
});

describe('the prompts', () => {
  it.each([
    ['get_metrics_insights', { window: '7d', size: 'full' }],
    ['get_costs', { by: ['day', 'model'], since: '48h' }],
    ['query_metrics', { metric: 'task.completed', group_by: ['outcome'], since: '14d', until: '7d' }],
  ] as const)('ask for nothing that cannot be asked: %s %j', async (tool, args) => {
    expect(await (await start()).ask(tool, args)).toMatchObject({ isError: false });
  });
});

describe('what is not known', () => {
  it('is left out, where a count of nothing is 0', async () => {
    const directory = join(temporaryFolder(), '.ai');
    const collector = openMetrics({ directory });
    collector.record('task.created', { task_id: 'task-1' });
    collector.record('tokens.consumed', {
      model: 'unheard-of',
      client: 'own',
      feed: 'events',
      input_tokens: 10,
      output_tokens: 5,
    });
    await collector.close();
    const mcp = await startMcp(directory);
    const { json: costs } = await mcp.ask('get_costs');
    expect(costs).toMatchObject({ total: { tokens: 15, unpriced_tokens: 15 } });
    expect(costs['total']).not.toHaveProperty('cost_usd');
    const { json: ended } = await mcp.ask('query_metrics', {
      metric: 'task.completed',
      aggregations: ['count', 'p95(duration_seconds)'],
    });
    expect(ended['rows']).toEqual([{ count: 0 }]);
  });
});

describe('budgets', () => {
  it('reach the agents that spend from them', async () => {
    writeFileSync(join(store.directory, 'amicus-metrics.toml'), '[budgets.small]\nlimit_usd = 1\nper = "month"\n');
    const mcp = await start();
    const { json } = await mcp.ask('query_metrics', { metric: 'task.claimed', group_by: ['node_id'], since: '7d' });
    const node = listOf(json['rows'])[0]?.['node_id'];
    const { json: workload } = await mcp.ask('get_my_workload', { node_id: node });
    expect(workload).toMatchObject({ signal: 'finish_and_stop', because: { figure: 'budget_used_share', limit: 1 } });
  });
});
