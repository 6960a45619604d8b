import { describe, expect, it } from 'vitest';
import { UnreadableEvents } from '../../../src/query/unreadable-events.ts';
import { lackingJson, MAX_DAMAGED } from '../../../src/surfaces/mcp/lacking-json.ts';
import { countTokens } from '../../support/count-tokens.ts';
import { completed, damagedStore, used } from '../../support/damaged-store.ts';
import { startMcp } from '../../support/mcp-asking.ts';

const DAMAGED = [{ metric: 'task.completed', from: '2026-11-18T12:00:00Z', to: '2026-11-18T21:59:00Z' }];
const ASKED: readonly (readonly [tool: string, args: Record<string, unknown>])[] = [
  ['get_metrics_insights', { window: '7d' }],
  ['get_cluster_clock', { since: '7d' }],
  ['get_costs', { by: ['task'], since: '7d' }],
  ['query_metrics', { metric: 'task.completed', aggregations: ['distinct(task_id)'], since: '7d' }],
];

describe('an answer to an agent that needed events that cannot be read', () => {
  it.each(ASKED)('says of which metric and time: %s', async (tool, args) => {
    const store = await damagedStore();
    const mcp = await startMcp(store.directory, store);
    // The clock has nothing to tell without them, which is an error, and says it too.
    expect(await mcp.ask(tool, args)).toMatchObject({
      isError: tool === 'get_cluster_clock',
      json: { events_damaged: DAMAGED },
    });
  });

  it('says only what it lacks itself, also when others are asked at once', async () => {
    const store = await damagedStore([used, completed]);
    const mcp = await startMcp(store.directory, store);
    const answers = await Promise.all(ASKED.slice(1).map(([tool, args]) => mcp.ask(tool, args)));
    expect(answers.map(({ json }) => json['events_damaged'] !== undefined)).toEqual([false, true, false]);
  });

  it('counts what would be too long to say', () => {
    const events = new UnreadableEvents();
    for (let i = 0; i < MAX_DAMAGED + 4; i++) events.add('task.completed', [{ from: i * 1_000, to: i * 1_000 + 10 }]);
    const told = lackingJson(events);
    expect(told).toMatchObject({ events_damaged: { length: MAX_DAMAGED }, damaged_left_out: 4 });
    expect(countTokens(JSON.stringify(told))).toBeLessThan(200);
  });
});

it('an answer to an agent from a store that is whole has no word of damage', async () => {
  const store = await damagedStore([completed], { isDamaged: false });
  const mcp = await startMcp(store.directory, store);
  for (const [tool, args] of ASKED) {
    const { text, isError } = await mcp.ask(tool, args);
    expect([tool, isError, text.includes('damaged')]).toEqual([tool, false, false]);
  }
});
