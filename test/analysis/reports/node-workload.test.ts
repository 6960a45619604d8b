import { describe, expect, it } from 'vitest';
import { nodeWorkload, type NodeWorkload } from '../../../src/analysis/reports/node-workload.ts';
import { second, type Told } from '../../support/clock-events.ts';
import { storeOf } from '../../support/told-store.ts';

const NOW = 100_000;
const NODE = 'Node-A';

/** Tasks of one priority that a node had, each for so many seconds, one after the other. */
function turns(nodeId: string, seconds: number, count: number, outcome = 'success'): Told[] {
  return Array.from({ length: count }, (_, i): Told[] => {
    const from = 50_000 + i * 2_000;
    const task_id = `task-${nodeId}-${i}`;
    return [
      [from, 'task.created', undefined, { task_id, priority: 'high' }],
      [from + 10, 'task.claimed', nodeId, { task_id, priority: 'high', queue_seconds: 10 }],
      [from + 10 + seconds, 'task.completed', nodeId, { task_id, duration_seconds: seconds, outcome }],
    ];
  }).flat();
}

const HELD: readonly Told[] = [
  [NOW - 500, 'task.created', undefined, { task_id: 'task-now', priority: 'high' }],
  [NOW - 400, 'task.claimed', NODE, { task_id: 'task-now', priority: 'high', queue_seconds: 100 }],
];

async function workloadOf(told: readonly Told[], more: Partial<Parameters<typeof nodeWorkload>[1]> = {}) {
  const { metrics } = await storeOf(told, NOW);
  const found = await nodeWorkload(metrics, {
    nodeId: NODE,
    nowMicros: second(NOW),
    timeZone: 'UTC',
    seen: [],
    budgets: [],
    plans: [],
    ...more,
  });
  return found as NodeWorkload & { known?: readonly string[] };
}

describe('the workload of a node', () => {
  it('is what it has in hand, against what others took for the like', async () => {
    const { tasks, like, ownMedianSeconds, signal } = await workloadOf([
      ...turns('Node-B', 300, 10),
      ...turns(NODE, 600, 9),
      ...HELD,
    ]);
    expect(tasks).toEqual([{ taskId: 'task-now', seconds: 400 }]);
    expect(like).toMatchObject({ p50: 300, samples: 10, priority: 'high' });
    expect(ownMedianSeconds).toBeCloseTo(600, 3);
    expect(signal).toBe('carry_on');
  });

  it('compares with nothing where too little ended', async () => {
    const { like, ownMedianSeconds, queue, budget } = await workloadOf([...turns('Node-B', 300, 3), ...HELD]);
    expect([like, ownMedianSeconds, queue, budget]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('asks for a person after three failures in a row, and no more after a success', async () => {
    const failed = turns(NODE, 60, 3, 'failure');
    expect(await workloadOf(failed)).toMatchObject({
      signal: 'ask_human',
      reason: { figure: 'failed_in_a_row', value: 3 },
    });
    const better: Told[] = [
      [NOW - 90, 'task.claimed', NODE, { task_id: 'task-z', queue_seconds: 1 }],
      [NOW - 10, 'task.completed', NODE, { task_id: 'task-z', duration_seconds: 80, outcome: 'success' }],
    ];
    expect((await workloadOf([...failed, ...better])).signal).not.toBe('ask_human');
  });

  it('asks for a person as long as one is waited for', async () => {
    const asked: Told[] = [[NOW - 50, 'human.asked', NODE, { waiting: true }]];
    expect(await workloadOf([...HELD, ...asked])).toMatchObject({
      signal: 'ask_human',
      reason: { figure: 'human_wait_seconds', value: 50 },
    });
    const came: Told[] = [[NOW - 10, 'human.asked', NODE, { waiting: false, waited_seconds: 40 }]];
    expect((await workloadOf([...HELD, ...asked, ...came])).signal).toBe('carry_on');
  });

  it('slows down what is refused for asking too much', async () => {
    const refused = [1, 2, 3].map((i): Told => [NOW - i * 60, 'api.failed', NODE, { failure: 'rate_limited' }]);
    expect(await workloadOf([...HELD, ...refused])).toMatchObject({ signal: 'slow_down', reason: { value: 3 } });
  });

  it('offers what waits to who has nothing, and not to who hands out work', async () => {
    const idle = (role: string): Told[] => [
      [10, 'node.registered', NODE, { role }],
      [20, 'node.status', NODE, { status: 'idle' }],
      [NOW - 30, 'cluster.snapshot', undefined, { pending_tasks: 4, in_progress_tasks: 0, active_nodes: 1 }],
    ];
    expect(await workloadOf(idle('developer'))).toMatchObject({ signal: 'take_more_work', reason: { value: 4 } });
    expect((await workloadOf(idle('bootstrap_manager'))).signal).toBe('carry_on');
  });

  it('tells the budget that is used most of those it spends from', async () => {
    const spent: Told[] = [
      [10, 'node.registered', NODE, { role: 'developer' }],
      [NOW - 60, 'tokens.consumed', NODE, { client: 'own', feed: 'events', input_tokens: 1, reported_cost_usd: 9 }],
    ];
    const budget = (name: string, limit: number, scope = {}) =>
      ({ name, unit: 'usd', limit, per: 'day', scope, stages: [80] }) as const;
    const budgets = [
      budget('large', 100),
      budget('own', 10, { role: 'developer' }),
      budget('other', 1, { role: 'architect' }),
    ];
    expect(await workloadOf(spent, { budgets })).toMatchObject({
      budget: { name: 'own', usedShare: 0.9 },
      signal: 'slow_down',
    });
  });

  it('of a node that nobody saw is a list of those that were seen', async () => {
    expect(await workloadOf(HELD, { nodeId: 'Node-X' })).toEqual({ known: [NODE] });
  });
});
