import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { damageBlock } from '../support/damage-block.ts';
import { stillClock } from '../support/recording.ts';
import { runInProcess } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NOW_MICROS = Date.UTC(2026, 10, 23, 12) * 1_000;
const OLDEST = NOW_MICROS / 1e6 - 5 * 86_400;
const EVENTS = 600;
const METRIC = 'task.completed';

type Tell = (metrics: MetricsCollector, i: number, at: { readonly timestamp: number }) => void;

const completed: Tell = (metrics, i, at) => {
  const data = { task_id: `task-${i}`, node_id: `Node-${i % 3}`, duration_seconds: i / 7, outcome: 'success' } as const;
  metrics.record(METRIC, data, at);
};

const used: Tell = (metrics, i, at) => {
  const ids = { session_id: `session-${i}`, task_id: `task-${i}`, client: 'claude-code', feed: 'events' } as const;
  metrics.record(
    'tokens.consumed',
    { ...ids, model: 'claude-opus-5-5', input_tokens: 10, output_tokens: 5, requests: 1 },
    at,
  );
};

/** A store with one sealed block of events, in which a bit is flipped, and that nobody has looked at since. */
async function damagedStore(
  tell = completed,
): Promise<{ readonly metrics: MetricsCollector; readonly directory: string }> {
  const whole = join(temporaryFolder(), '.ai');
  const clock = stillClock(NOW_MICROS);
  const recorder = openMetrics({ directory: whole, clock });
  for (let i = 0; i < EVENTS; i++) tell(recorder, i, { timestamp: OLDEST + i * 60 });
  await recorder.drain();
  await recorder.upkeep();
  await recorder.close();
  damageBlock(join(whole, 'metrics.db'));
  const directory = join(temporaryFolder(), '.ai');
  cpSync(whole, directory, { recursive: true });
  const metrics = openMetrics({ directory, clock });
  onTestFinished(() => metrics.close());
  return { metrics, directory };
}

const LOST = { from: OLDEST, to: OLDEST + (EVENTS - 1) * 60 + 1e-6 };
const SENTENCE =
  /^Some events of task\.completed from 2026-.* to 2026-.* cannot be read, because the file was damaged\.$/m;

/** About what it was said that it lacks. */
const close = (span: { readonly from: number; readonly to: number }) => ({
  from: expect.closeTo(span.from, 3),
  to: expect.closeTo(span.to, 3),
});

describe('the first answer that meets a damaged block', () => {
  it('says so, of figures that need each event', async () => {
    const { metrics } = await damagedStore();
    const { rows, plan } = await metrics.aggregate({ metric: METRIC, aggregations: ['distinct(task_id)', 'count'] });
    expect(rows[0]?.values).toEqual({ 'distinct(task_id)': 0, count: 0 });
    expect(plan).toMatchObject({ exact: false, damaged: [close(LOST)] });
    expect(metrics.unreadable.list()).toEqual([{ metric: METRIC, ...close(LOST) }]);
  });

  it('says so over time', async () => {
    const { metrics } = await damagedStore();
    const { plan } = await metrics.series({ metric: METRIC, aggregation: 'distinct(task_id)', since: '6d' });
    expect(plan).toMatchObject({ exact: false, damaged: [close(LOST)] });
  });

  it('lacks nothing where rollups give the figure', async () => {
    const { metrics } = await damagedStore();
    const until = Math.floor((OLDEST + 86_400) / 3_600) * 3_600;
    const { rows, plan } = await metrics.aggregate({
      metric: METRIC,
      aggregations: ['count'],
      since: OLDEST - (OLDEST % 3_600),
      until,
    });
    expect(rows[0]?.values).toEqual({ count: EVENTS });
    expect(plan.damaged).toBeUndefined();
    expect(metrics.unreadable.list()).toEqual([]);
  });

  it.each(['oldest_first', 'newest_first', '-duration_seconds'])('says so of events, %s', async (order) => {
    const { metrics } = await damagedStore();
    metrics.record(METRIC, { task_id: 'late', node_id: 'Node-1', duration_seconds: 1, outcome: 'success' });
    const { events, damaged } = await metrics.query({ metric: METRIC, order });
    expect(events.map(({ data }) => data['task_id'])).toEqual(['late']);
    expect(damaged).toEqual([close(LOST)]);
  });

  it('does not say so of events that lie before all that was looked at', async () => {
    const { metrics } = await damagedStore();
    for (let i = 0; i < 3; i++)
      metrics.record(METRIC, { task_id: `late-${i}`, node_id: 'Node-1', duration_seconds: 1, outcome: 'success' });
    const { events, damaged } = await metrics.query({ metric: METRIC, order: 'newest_first', limit: 2 });
    expect(events.length).toBe(2);
    expect(damaged).toBeUndefined();
  });

  it('says so of all events in batches, when they have been given', async () => {
    const { metrics } = await damagedStore();
    expect(await Array.fromAsync(metrics.events({ metric: METRIC }))).toEqual([]);
    expect(metrics.unreadable.list()).toEqual([{ metric: METRIC, ...close(LOST) }]);
  });

  it('says so to SQL, and again when the block has been set aside; not of other metrics', async () => {
    const { metrics } = await damagedStore();
    const count = 'SELECT count(*) AS n FROM task_completed';
    expect(await metrics.sql(count)).toMatchObject({ rows: [[0]], damaged: [{ metric: METRIC, ...close(LOST) }] });
    await metrics.verify();
    expect(await metrics.sql(count)).toMatchObject({ rows: [[0]], damaged: [{ metric: METRIC, ...close(LOST) }] });
    expect((await metrics.sql("SELECT value FROM metadata WHERE key = 'version'")).damaged).toBeUndefined();
  });

  it.each([
    ['aggregate', METRIC, 'distinct(task_id)'],
    ['query', METRIC],
    ['sql', 'SELECT count(*) FROM events'],
    ['export', '--format', 'ndjson'],
    ['export', METRIC, '--format', 'csv'],
    ['tasks', '--since', '7d'],
  ])('says so on standard error of the command line: %s %s %s', async (...argv) => {
    const { directory } = await damagedStore();
    const clock = stillClock(NOW_MICROS);
    const run = await runInProcess([...argv, '--dir', directory], { clock });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(SENTENCE);
    expect(run.stderr.match(/cannot be read/g)).toHaveLength(1);
    expect(run.stdout).not.toMatch(/cannot be read/);
  });

  it('says so of what the ledger tells', async () => {
    const { directory } = await damagedStore(used);
    const argv = ['costs', '--by', 'task', '--since', '7d', '--dir', directory];
    const { code, stderr } = await runInProcess(argv, { clock: stillClock(NOW_MICROS) });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Some events of tokens\.consumed from 2026-.* cannot be read/m);
  });
});
