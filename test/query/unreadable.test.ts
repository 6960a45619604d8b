import { describe, expect, it, onTestFinished } from 'vitest';
import { type MetricsCollector, openMetrics } from '../../src/metrics-collector.ts';
import { UnreadableEvents } from '../../src/query/unreadable-events.ts';
import { completed, type DamagedStore, damagedStore, used } from '../support/damaged-store.ts';
import { runInProcess } from '../support/run-cli.ts';

const METRIC = 'task.completed';
const EVENTS = 600;

async function damagedMetrics(): Promise<DamagedStore & { readonly metrics: MetricsCollector }> {
  const store = await damagedStore();
  const metrics = openMetrics(store);
  onTestFinished(() => metrics.close());
  return { ...store, metrics };
}

const SENTENCE =
  /^Some events of task\.completed from 2026-.* to 2026-.* cannot be read, because the file was damaged\.$/m;

/** About what it was said that it lacks. */
const close = (span: { readonly from: number; readonly to: number }) => ({
  from: expect.closeTo(span.from, 3),
  to: expect.closeTo(span.to, 3),
});

describe('the first answer that meets a damaged block', () => {
  it('says so, of figures that need each event', async () => {
    const { metrics, lost } = await damagedMetrics();
    const { rows, plan } = await metrics.aggregate({ metric: METRIC, aggregations: ['distinct(task_id)', 'count'] });
    expect(rows[0]?.values).toEqual({ 'distinct(task_id)': 0, count: 0 });
    expect(plan).toMatchObject({ exact: false, damaged: [close(lost)] });
    expect(metrics.unreadable.list()).toEqual([{ metric: METRIC, ...close(lost) }]);
  });

  it('says so over time', async () => {
    const { metrics, lost } = await damagedMetrics();
    const { plan } = await metrics.series({ metric: METRIC, aggregation: 'distinct(task_id)', since: '6d' });
    expect(plan).toMatchObject({ exact: false, damaged: [close(lost)] });
  });

  it('lacks nothing where rollups give the figure', async () => {
    const { metrics, lost } = await damagedMetrics();
    const until = Math.floor((lost.from + 86_400) / 3_600) * 3_600;
    const { rows, plan } = await metrics.aggregate({
      metric: METRIC,
      aggregations: ['count'],
      since: lost.from - (lost.from % 3_600),
      until,
    });
    expect(rows[0]?.values).toEqual({ count: EVENTS });
    expect(plan.damaged).toBeUndefined();
    expect(metrics.unreadable.list()).toEqual([]);
  });

  it.each(['oldest_first', 'newest_first', '-duration_seconds'])('says so of events, %s', async (order) => {
    const { metrics, lost } = await damagedMetrics();
    metrics.record(METRIC, { task_id: 'late', node_id: 'Node-1', duration_seconds: 1, outcome: 'success' });
    const { events, damaged } = await metrics.query({ metric: METRIC, order });
    expect(events.map(({ data }) => data['task_id'])).toEqual(['late']);
    expect(damaged).toEqual([close(lost)]);
  });

  it('does not say so of events that lie before all that was looked at', async () => {
    const { metrics } = await damagedMetrics();
    for (let i = 0; i < 3; i++)
      metrics.record(METRIC, { task_id: `late-${i}`, node_id: 'Node-1', duration_seconds: 1, outcome: 'success' });
    const { events, damaged } = await metrics.query({ metric: METRIC, order: 'newest_first', limit: 2 });
    expect(events.length).toBe(2);
    expect(damaged).toBeUndefined();
  });

  it('says so of all events in batches, when they have been given', async () => {
    const { metrics, lost } = await damagedMetrics();
    expect(await Array.fromAsync(metrics.events({ metric: METRIC }))).toEqual([]);
    expect(metrics.unreadable.list()).toEqual([{ metric: METRIC, ...close(lost) }]);
  });

  it('says so to SQL, and again when the block has been set aside; not of other metrics', async () => {
    const { metrics, lost } = await damagedMetrics();
    const count = 'SELECT count(*) AS n FROM task_completed';
    expect(await metrics.sql(count)).toMatchObject({ rows: [[0]], damaged: [{ metric: METRIC, ...close(lost) }] });
    await metrics.verify();
    expect(await metrics.sql(count)).toMatchObject({ rows: [[0]], damaged: [{ metric: METRIC, ...close(lost) }] });
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
    const { directory, clock } = await damagedStore();
    const run = await runInProcess([...argv, '--dir', directory], { clock });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(SENTENCE);
    expect(run.stderr.match(/cannot be read/g)).toHaveLength(1);
    expect(run.stdout).not.toMatch(/cannot be read/);
  });

  it('says so of what the ledger tells', async () => {
    const { directory, clock } = await damagedStore([used]);
    const argv = ['costs', '--by', 'task', '--since', '7d', '--dir', directory];
    const { code, stderr } = await runInProcess(argv, { clock });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Some events of tokens\.consumed from 2026-.* cannot be read/m);
  });

  it('says so of what is not found, which may be among it', async () => {
    const { directory, clock } = await damagedStore();
    const { code, stderr } = await runInProcess(['trace', 'task-7', '--dir', directory], { clock });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(SENTENCE);
  });
});

describe('what answers lacked', () => {
  it('is told once, however often and of whichever part of the time it was asked', async () => {
    const { metrics, lost } = await damagedMetrics();
    for (let minutes = 0; minutes < 60; minutes++) {
      await metrics.aggregate({ metric: METRIC, aggregations: ['distinct(task_id)'], since: lost.from + minutes * 60 });
    }
    await metrics.query({ metric: METRIC });
    expect(metrics.unreadable.list()).toEqual([{ metric: METRIC, ...close(lost) }]);
  });

  it('is told of one piece of work alone, whatever else is asked of the same collector meanwhile', async () => {
    const store = await damagedStore([used, completed]);
    const metrics = openMetrics(store);
    onTestFinished(() => metrics.close());
    const lacking = async (metric: string): Promise<readonly string[]> => {
      const unreadable = new UnreadableEvents();
      await unreadable.during(() => metrics.query({ metric, limit: 10_000 }));
      return unreadable.list().map((span) => span.metric);
    };
    const asked = [lacking('tokens.consumed'), lacking(METRIC), lacking('tokens.consumed'), lacking(METRIC)];
    expect(await Promise.all(asked)).toEqual([['tokens.consumed'], [], ['tokens.consumed'], []]);
    expect(await lacking(METRIC)).toEqual([]);
  });
});
