import { describe, expect, it } from 'vitest';

import { budgetReport, type BudgetRule, periodOf } from '../../../src/analysis/reports/budget-report.ts';
import { openZone } from '../../../src/model/time.ts';
import { CLAUDE_REQUESTS, OPENCODE_REQUESTS, openUsage, recordRequests } from '../../support/recorded-usage.ts';

const at = (time: string): number => Date.parse(time) * 1_000;
/** Seven requests of Claude Code and three of OpenCode are an hour old: 0.09629725 dollars. */
const NOW = at('2026-11-22T10:00:00Z');

const budget = (rule: Partial<BudgetRule>): BudgetRule => ({
  name: 'team',
  unit: 'usd',
  limit: 1,
  per: 'day',
  scope: {},
  stages: [50, 80, 100],
  ...rule,
});

async function stateOf(rule: Partial<BudgetRule>, plans: readonly string[] = []) {
  const { metrics } = openUsage(NOW);
  recordRequests(metrics, [
    ...CLAUDE_REQUESTS.map((request) => Object.assign({}, request, { node_id: 'Node-1' })),
    ...OPENCODE_REQUESTS,
  ]);
  metrics.record('node.registered', { node_id: 'Node-1', role: 'developer' });
  for (const task of ['task-1', 'task-2', 'task-3']) {
    metrics.record('task.claimed', { task_id: task, node_id: task === 'task-3' ? 'Node-2' : 'Node-1' });
  }
  const [state] = await budgetReport(metrics, [budget(rule)], NOW, 'UTC', plans);
  if (state === undefined) throw new Error('no state');
  return state;
}

describe('the state of a budget', () => {
  it('counts dollars to the nano-dollar', async () => {
    expect(await stateOf({})).toMatchObject({
      used: 96_297_250n,
      limit: 1_000_000_000n,
      exceeded: false,
      stage: undefined,
    });
  });

  it('reaches a stage exactly at its part, and is exceeded only above the whole', async () => {
    expect(await stateOf({ limit: 0.192_594_5 })).toMatchObject({ stage: 50, exceeded: false });
    expect(await stateOf({ limit: 0.192_594_501 })).toMatchObject({ stage: undefined });
    expect(await stateOf({ limit: 0.096_297_25 })).toMatchObject({ stage: 100, exceeded: false });
    expect(await stateOf({ limit: 0.096_297_249 })).toMatchObject({ stage: 100, exceeded: true });
  });

  it('counts whose usage it is for', async () => {
    expect(await stateOf({ scope: { role: 'developer' } })).toMatchObject({ used: 92_932_000n });
    expect(await stateOf({ scope: { node: 'Node-1', model: 'gpt-5.5' } })).toMatchObject({ used: 0n });
    expect(await stateOf({ scope: { client: 'opencode' } })).toMatchObject({ used: 3_365_250n });
    expect(await stateOf({ scope: { cluster: 'elsewhere' } })).toMatchObject({ used: 0n });
  });

  it('counts what names no node for the node of its session, and says how much that is', async () => {
    const { metrics } = openUsage(NOW);
    recordRequests(metrics, [...CLAUDE_REQUESTS, ...OPENCODE_REQUESTS]);
    const { client, session_id } = CLAUDE_REQUESTS[0] ?? {};
    metrics.record('session.started', { client, session_id, node_id: 'Node-1' }, { timestamp: NOW / 1e6 - 7_200 });
    const rules = [budget({ scope: { node: 'Node-1' } }), budget({})];
    const [ofNode, ofAll] = await budgetReport(metrics, rules, NOW, 'UTC', []);
    expect(ofNode).toMatchObject({ used: 92_932_000n, concludedNanos: 92_932_000n });
    expect(ofAll).toMatchObject({ used: 96_297_250n, concludedNanos: 0n });
  });

  it('counts tokens of every kind once', async () => {
    const tokens = 728 + 616 + 140_000 + 7_000 + 537 + 231 + 3_072;
    expect(await stateOf({ unit: 'tokens', limit: 100_000 })).toMatchObject({ used: BigInt(tokens), exceeded: true });
  });

  it('counts runs as attempts at tasks', async () => {
    expect(await stateOf({ unit: 'runs', limit: 3 })).toMatchObject({ used: 3n, stage: 100, exceeded: false });
    expect(await stateOf({ unit: 'runs', limit: 1, scope: { role: 'developer' } })).toMatchObject({
      used: 2n,
      exceeded: true,
    });
  });

  it('counts nothing in dollars for flat plans, and tells what the API would take', async () => {
    expect(await stateOf({}, ['claude-code'])).toMatchObject({ used: 3_365_250n, planNanos: 92_932_000n });
  });
});

describe('periods', () => {
  it.each([
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['day', 'America/New_York', '2026-11-22T03:00:00Z', '2026-11-21T05:00:00Z', '2026-11-22T05:00:00Z'],
    ['week', 'UTC', '2026-11-22T10:00:00Z', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z'],
    ['week', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-22T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['month', 'Asia/Kolkata', '2026-11-30T18:30:00Z', '2026-11-30T18:30:00Z', '2026-12-31T18:30:00Z'],
  ] as const)('of a %s in %s follow its calendar', async (per, zone, now, from, until) => {
    expect(periodOf(per, at(now), await openZone(zone))).toEqual({ fromMicros: at(from), untilMicros: at(until) });
  });
});
