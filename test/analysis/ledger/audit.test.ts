import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';

import { audit } from '../../../src/analysis/ledger/audit.ts';
import type { MetricsCollector } from '../../../src/metrics-collector.ts';
import { damageBlock } from '../../support/damage-block.ts';
import {
  CLAUDE_REQUESTS,
  OPENCODE_REQUESTS,
  openUsage,
  recordRequests,
  type Request,
  USAGE_NOW_MICROS,
} from '../../support/recorded-usage.ts';

const DAY_SECONDS = 86_400;

/** Usage and other events over several days, rolled up. */
async function openBooks() {
  const opened = openUsage();
  const { metrics } = opened;
  for (const daysBack of [0, 1, 2]) {
    const back = (request: Request): Request =>
      Object.assign({}, request, { at: request.at - daysBack * DAY_SECONDS, key: `${request.key}-${daysBack}` });
    recordRequests(metrics, [...CLAUDE_REQUESTS, ...OPENCODE_REQUESTS].map(back));
    const timestamp = USAGE_NOW_MICROS / 1e6 - daysBack * DAY_SECONDS - 3_600;
    metrics.record('task.claimed', { task_id: 'task-1', node_id: 'Node-1', queue_seconds: 0.1 }, { timestamp });
    metrics.record('state.lock', { wait_ms: 0.001, hold_ms: 12.345 }, { timestamp });
  }
  await metrics.drain();
  await metrics.upkeep();
  return opened;
}

/** Changes the store behind its back. */
function tamper(directory: string, statement: string): void {
  const database = new DatabaseSync(join(directory, 'metrics.db'));
  database.exec(statement);
  database.close();
}

const failing = async (metrics: MetricsCollector) =>
  (await audit(metrics, USAGE_NOW_MICROS)).filter(({ holds }) => !holds).map(({ name }) => name);

describe('an audit', () => {
  it('holds for what was recorded and rolled up, and says what it compared', async () => {
    const { metrics } = await openBooks();
    const checks = await audit(metrics, USAGE_NOW_MICROS);
    expect(checks.flatMap(({ problems }) => problems)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'blocks are as they were written',
      'rollups equal events',
      'no identity twice',
      'no request told twice',
      'ledger equals store',
      'trees equal their parts',
      'attributed and unattributed equal all',
      'every event accounted for',
    ]);
    expect(checks[1]?.figures).toMatch(
      /^36 events of 3 metrics counted one by one; \d+ figures of 9 days compared, [1-9]/,
    );
    expect(checks[4]?.figures).toBe('30 events counted + 0 set aside = 30 stored');
  });

  it('holds of an empty store', async () => {
    const { metrics } = openUsage();
    expect((await audit(metrics, USAGE_NOW_MICROS)).map(({ holds }) => holds)).toEqual([true, true]);
  });

  it('finds rollups that events have gone from', async () => {
    const { metrics, directory } = await openBooks();
    tamper(directory, 'DELETE FROM "m_state.lock" WHERE t = (SELECT min(t) FROM "m_state.lock")');
    expect(await failing(metrics)).toEqual(['rollups equal events', 'every event accounted for']);
  });

  it('finds a figure that was changed behind its rollup', async () => {
    const { metrics, directory } = await openBooks();
    tamper(directory, 'UPDATE "m_state.lock" SET wait_ms = wait_ms + 1');
    const [, rollups] = await audit(metrics, USAGE_NOW_MICROS);
    expect(rollups?.problems).toHaveLength(1);
    expect(rollups?.problems[0]).toMatch(/^state\.lock, 2026-11-\d\d: wait_ms is 2 by the events and 1 by/);
  });

  it('finds a sealed block that was changed, says what cannot be read, and recounts all other days', async () => {
    const { metrics, directory } = await openBooks();
    damageBlock(join(directory, 'metrics.db'));
    const [blocks, rollups] = await audit(metrics, USAGE_NOW_MICROS);
    expect(blocks?.problems).toEqual([expect.stringMatching(/^\S+: \d+ events from 2026-.* cannot be read/)]);
    expect(rollups?.problems).toEqual([]);
  });

  it('finds a request that two feeds told under different identities', async () => {
    const { metrics } = await openBooks();
    const [first] = CLAUDE_REQUESTS;
    if (first === undefined) throw new Error('no sample');
    recordRequests(metrics, [{ ...first, at: first.at + 0.2, key: 'another', feed: 'transcript' }]);
    const checks = await audit(metrics, USAGE_NOW_MICROS);
    expect(checks.filter(({ holds }) => !holds)).toMatchObject([
      { name: 'no request told twice', problems: [expect.stringContaining('10264000 nano-dollars too much')] },
    ]);
  });

  it('does not take a second equal request of one feed for the same', async () => {
    const { metrics } = await openBooks();
    const [first] = CLAUDE_REQUESTS;
    if (first === undefined) throw new Error('no sample');
    recordRequests(metrics, [{ ...first, at: first.at + 0.2, key: 'another' }]);
    expect(await failing(metrics)).toEqual([]);
  });
});
