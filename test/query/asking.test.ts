import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricsCollector } from '../../src/metrics-collector.ts';
import type { AggregateRow, Value } from '../../src/query/question.ts';
import { collectorOf, NOW_SECONDS, tellTasks, type ToldTask } from '../support/task-history.ts';

const DAY = 86_400;
const SPAN_DAYS = 8;

/** Eight days of tasks, unevenly spread, some without a node, a duration or an outcome. Always the same. */
const TASKS: readonly ToldTask[] = Array.from({ length: 1_500 }, (_, i) => {
  const part = ((i * 7_919) % 1_500) / 1_500;
  return {
    at: NOW_SECONDS - SPAN_DAYS * DAY + Math.floor(part ** 2 * SPAN_DAYS * DAY * 1_000) / 1_000 + i / 1e6,
    task: `task-${i % 400}`,
    node: i % 11 === 0 ? undefined : `node-${i % 4}`,
    duration: i % 7 === 0 ? undefined : ((i * 37) % 5_000) / 8,
    outcome: i % 5 === 0 ? undefined : i % 3 === 0 ? 'failure' : 'success',
    files: i % 6,
  };
});
const inSpan = (from: number, to: number): ToldTask[] => TASKS.filter(({ at }) => at >= from && at < to);

let folder = '';
let metrics: MetricsCollector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'amicus-test-'));
  metrics = collectorOf(folder);
  tellTasks(metrics, TASKS);
  await metrics.upkeep();
});

afterAll(async () => {
  await metrics.close();
  rmSync(folder, { recursive: true, force: true });
});

const durationsOf = (tasks: readonly ToldTask[]): number[] =>
  tasks.flatMap(({ duration }) => (duration === undefined ? [] : [duration]));

/** NumPy's default: linear interpolation between closest ranks. */
function percentile(values: readonly number[], p: number): Value {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (p / 100) * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
  return low + (high - low) * (rank - Math.floor(rank));
}

function expected(tasks: readonly ToldTask[], seconds: number): Record<string, Value> {
  const durations = durationsOf(tasks);
  const sum = durations.reduce((total, duration) => total + duration, 0);
  const some = durations.length > 0;
  return {
    count: tasks.length,
    rate: tasks.length / seconds,
    'count(duration_seconds)': durations.length,
    'sum(duration_seconds)': some ? sum : undefined,
    'avg(duration_seconds)': some ? sum / durations.length : undefined,
    'min(duration_seconds)': some ? Math.min(...durations) : undefined,
    'max(duration_seconds)': some ? Math.max(...durations) : undefined,
    'rate(duration_seconds)': some ? sum / seconds : undefined,
  };
}

const ADDITIVE = Object.keys(expected([], 1));

const near = (value: number): unknown => expect.closeTo(value, 6);

function closeTo(actual: Readonly<Record<string, Value>>, wanted: Readonly<Record<string, Value>>): void {
  const tolerant = Object.entries(wanted).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'number' ? near(value) : value,
  ]);
  expect(Object.keys(actual)).toEqual(Object.keys(wanted));
  expect(actual).toEqual(Object.fromEntries(tolerant));
}

describe('figures of a span', () => {
  it('are those of its events, from rollups and events alike', async () => {
    const to = fc.integer({ min: 1, max: SPAN_DAYS * DAY });
    await fc.assert(
      fc.asyncProperty(to, to, async (a, b) => {
        fc.pre(a !== b);
        const since = NOW_SECONDS - Math.max(a, b);
        const until = NOW_SECONDS - Math.min(a, b);
        const { rows, plan } = await metrics.aggregate({
          metric: 'task.completed',
          since,
          until,
          aggregations: ADDITIVE,
        });
        expect(plan.exact).toBe(true);
        closeTo(rows[0]?.values ?? {}, expected(inSpan(since, until), until - since));
      }),
      { numRuns: 60 },
    );
  });

  it('are read from rollups where whole hours are asked for', async () => {
    const span = { since: NOW_SECONDS - 7 * DAY, until: NOW_SECONDS - DAY };
    const { plan } = await metrics.aggregate({ metric: 'task.completed', ...span, aggregations: ADDITIVE });
    expect(plan).toMatchObject({ level: 'rollups', rollupHours: 6 * 24 });
    const mixed = { since: span.since + 60, until: span.until };
    expect((await metrics.aggregate({ metric: 'task.completed', ...mixed, aggregations: ['count'] })).plan.level).toBe(
      'mixed',
    );
  });

  it('include percentiles, exact where the events are few', async () => {
    const aggregations = [
      'p0(duration_seconds)',
      'median(duration_seconds)',
      'p99.9(duration_seconds)',
      'p100(duration_seconds)',
    ];
    const { rows, plan } = await metrics.aggregate({ metric: 'task.completed', aggregations });
    const durations = durationsOf(TASKS);
    expect(plan).toMatchObject({ level: 'raw', exact: true });
    closeTo(rows[0]?.values ?? {}, {
      'p0(duration_seconds)': percentile(durations, 0),
      'median(duration_seconds)': percentile(durations, 50),
      'p99.9(duration_seconds)': percentile(durations, 99.9),
      'p100(duration_seconds)': percentile(durations, 100),
    });
  });

  it('include distinct, first and last', async () => {
    const aggregations = [
      'distinct(task_id)',
      'distinct(node_id)',
      'first(task_id)',
      'last(outcome)',
      'last(duration_seconds)',
    ];
    const { rows } = await metrics.aggregate({ metric: 'task.completed', aggregations });
    const byTime = TASKS.toSorted((a, b) => a.at - b.at);
    expect(rows[0]?.values).toEqual({
      'distinct(task_id)': 400,
      'distinct(node_id)': 4,
      'first(task_id)': byTime[0]?.task,
      'last(outcome)': byTime.findLast(({ outcome }) => outcome !== undefined)?.outcome,
      'last(duration_seconds)': byTime.findLast(({ duration }) => duration !== undefined)?.duration,
    });
  });

  it('of nothing are one row of zeros and absent figures', async () => {
    for (const metric of ['task.completed', 'state.read']) {
      const field = metric === 'state.read' ? 'duration_ms' : 'duration_seconds';
      const { rows } = await metrics.aggregate({
        metric,
        since: 1_000,
        until: 2_000,
        aggregations: ['count', 'rate', `sum(${field})`, `p95(${field})`],
      });
      expect(rows).toEqual([
        { group: {}, values: { count: 0, rate: 0, [`sum(${field})`]: undefined, [`p95(${field})`]: undefined } },
      ]);
    }
  });
});

describe('groups', () => {
  const groupOf = ({ node, outcome }: ToldTask): string => JSON.stringify([node ?? null, outcome ?? null]);

  it('are those of the events, absent fields last', async () => {
    const since = NOW_SECONDS - 5.3 * DAY;
    const { rows, plan } = await metrics.aggregate({
      metric: 'task.completed',
      since,
      groupBy: ['node_id', 'outcome'],
      aggregations: ['count', 'sum(duration_seconds)'],
    });
    expect(plan.level).toBe('mixed');
    const groups = Map.groupBy(inSpan(since, NOW_SECONDS), groupOf);
    expect(rows).toHaveLength(groups.size);
    for (const { group, values } of rows) {
      const tasks = groups.get(JSON.stringify([group['node_id'] ?? null, group['outcome'] ?? null])) ?? [];
      closeTo(values, {
        count: tasks.length,
        'sum(duration_seconds)': durationsOf(tasks).reduce((a, b) => a + b, 0),
      });
    }
    expect(rows.at(-1)?.group).toEqual({ node_id: undefined, outcome: undefined });
  });

  it('can be ids, sources, clusters and fields that nobody recorded', async () => {
    const asked = (groupBy: string[]): Promise<readonly AggregateRow[]> =>
      metrics.aggregate({ metric: 'task.completed', groupBy, aggregations: ['count'] }).then(({ rows }) => rows);
    expect(await asked(['task_id'])).toHaveLength(400);
    expect(await asked(['source'])).toEqual([{ group: { source: 'library' }, values: { count: TASKS.length } }]);
    expect(await asked(['cluster'])).toEqual([{ group: { cluster: undefined }, values: { count: TASKS.length } }]);
    expect(await asked(['tests_failed'])).toEqual([
      { group: { tests_failed: undefined }, values: { count: TASKS.length } },
    ]);
  });

  it('are ordered by a figure, and the first few taken', async () => {
    const { rows } = await metrics.aggregate({
      metric: 'task.completed',
      groupBy: ['node_id'],
      aggregations: ['count', 'max(duration_seconds)'],
      order: '-count',
      limit: 3,
    });
    const counts = rows.map(({ values }) => Number(values['count']));
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(rows).toHaveLength(3);
  });

  it('are ranked by the whole span where there are buckets', async () => {
    const question = { metric: 'task.completed', groupBy: ['node_id'], aggregations: ['p50(duration_seconds)'] };
    const whole = await metrics.aggregate({ ...question, order: '-p50(duration_seconds)', limit: 2 });
    const bucketed = await metrics.aggregate({ ...question, order: '-p50(duration_seconds)', limit: 2, bucket: '1d' });
    const ranked = whole.rows.map(({ group }) => group['node_id']);
    expect(new Set(bucketed.rows.map(({ group }) => group['node_id']))).toEqual(new Set(ranked));
    const lastDay = bucketed.rows.filter(({ bucketStart }) => bucketStart === bucketed.rows.at(-1)?.bucketStart);
    expect(lastDay.map(({ group }) => group['node_id'])).toEqual(ranked);
  });
});

describe('buckets', () => {
  it('add up to the total in every zone, with and without rollups', async () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns'];
    const question = {
      metric: 'task.completed',
      since: NOW_SECONDS - 7.1 * DAY,
      aggregations: ['count', 'sum(duration_seconds)'],
    };
    const whole = (await metrics.aggregate(question)).rows[0]?.values ?? {};
    for (const timeZone of zones) {
      for (const bucket of ['15m', '1h', '6h', '1d', '1w', '1mo']) {
        const { rows, plan } = await metrics.aggregate({ ...question, timeZone, bucket });
        const total = (name: string): number => rows.reduce((sum, { values }) => sum + Number(values[name] ?? 0), 0);
        expect([timeZone, bucket, total('count')]).toEqual([timeZone, bucket, whole['count']]);
        expect(total('sum(duration_seconds)')).toBeCloseTo(Number(whole['sum(duration_seconds)']), 6);
        const expectedLevel =
          bucket === '15m' || (bucket === '1h' && /Kathmandu|St_Johns/.test(timeZone)) ? 'raw' : 'mixed';
        expect([timeZone, bucket, plan.level]).toEqual([timeZone, bucket, expectedLevel]);
      }
    }
  });

  it('have rates of their own length, cut by the span', async () => {
    const since = NOW_SECONDS - 1.5 * DAY;
    const { rows } = await metrics.aggregate({
      metric: 'task.completed',
      since,
      aggregations: ['rate', 'count'],
      bucket: '1d',
    });
    const [first] = rows;
    expect(first?.bucketStart).toBe(NOW_SECONDS - 1.5 * DAY);
    expect(first?.bucketEnd).toBe(NOW_SECONDS - 0.5 * DAY);
    expect(Number(rows[1]?.values['rate']) * 0.5 * DAY).toBeCloseTo(Number(rows[1]?.values['count']), 9);
  });
});

describe('the period before', () => {
  it('is the span of equal length, group by group', async () => {
    const since = NOW_SECONDS - 2 * DAY;
    const { rows } = await metrics.aggregate({
      metric: 'task.completed',
      since,
      groupBy: ['node_id'],
      aggregations: ['count'],
      compare: true,
    });
    for (const { group, values, previous } of rows) {
      const of = (from: number): number =>
        inSpan(from, from + 2 * DAY).filter(({ node }) => node === group['node_id']).length;
      expect(values['count']).toBe(of(since));
      expect(previous?.['count']).toBe(of(since - 2 * DAY));
    }
  });

  it('shows groups that are gone, and none for groups that are new', async () => {
    const other = collectorOf(mkdtempSync(join(folder, 'compare-')));
    tellTasks(other, [
      { at: NOW_SECONDS - 1.5 * DAY, node: 'gone' },
      { at: NOW_SECONDS - 0.5 * DAY, node: 'new', duration: 3 },
    ]);
    const { rows } = await other.aggregate({
      metric: 'task.completed',
      since: '24h',
      groupBy: ['node_id'],
      aggregations: ['count', 'max(duration_seconds)'],
      compare: true,
    });
    expect(rows).toEqual([
      {
        group: { node_id: 'gone' },
        values: { count: 0, 'max(duration_seconds)': undefined },
        previous: { count: 1, 'max(duration_seconds)': undefined },
      },
      { group: { node_id: 'new' }, values: { count: 1, 'max(duration_seconds)': 3 } },
    ]);
    await other.close();
  });
});

describe('a series', () => {
  it('has every bucket: empty ones count 0 and have no mean', async () => {
    const question = { metric: 'task.completed', since: NOW_SECONDS - 20 * DAY, bucket: '1d' };
    const counted = await metrics.series({ ...question, aggregation: 'count' });
    expect(counted.bucketSeconds).toBe(DAY);
    const points = counted.series[0]?.points ?? [];
    expect(points).toHaveLength(21);
    expect(points[0]).toEqual({ start: NOW_SECONDS - 20.5 * DAY, value: 0 });
    expect(points.reduce((sum, { value }) => sum + Number(value), 0)).toBe(TASKS.length);
    const means = await metrics.series({ ...question, aggregation: 'avg(duration_seconds)' });
    expect(means.series[0]?.points[0]?.value).toBeUndefined();
  });

  it('has points for each group, and the period before beside them', async () => {
    const { series } = await metrics.series({
      metric: 'task.completed',
      since: NOW_SECONDS - 2 * DAY,
      aggregation: 'count',
      groupBy: ['node_id'],
      compare: true,
    });
    expect(series.map(({ group }) => group['node_id'])).toEqual(['node-0', 'node-1', 'node-2', 'node-3', undefined]);
    for (const { points } of series) expect(points).toHaveLength(24);
    const before = series.flatMap(({ points }) => points).reduce((sum, { previous }) => sum + Number(previous), 0);
    expect(before).toBe(inSpan(NOW_SECONDS - 4 * DAY, NOW_SECONDS - 2 * DAY).length);
  });

  it('of a metric without events is one series of nothing', async () => {
    const { series } = await metrics.series({ metric: 'state.read', since: '24h', aggregation: 'p95(duration_ms)' });
    expect(series).toHaveLength(1);
    expect(series[0]?.points.every(({ value }) => value === undefined)).toBe(true);
  });
});

describe('filters', () => {
  const count = async (filters: object): Promise<Value> =>
    (await metrics.aggregate({ metric: 'task.completed', filters: filters as never, aggregations: ['count'] })).rows[0]
      ?.values['count'];
  const having = (passes: (task: ToldTask) => boolean): number => TASKS.filter(passes).length;

  it('choose the events that the words say', async () => {
    expect(await count({ node_id: 'node-1' })).toBe(having(({ node }) => node === 'node-1'));
    expect(await count({ node_id: ['node-1', 'node-2'] })).toBe(
      having(({ node }) => node === 'node-1' || node === 'node-2'),
    );
    expect(await count({ node_id: { not: 'node-1' } })).toBe(having(({ node }) => node !== 'node-1'));
    expect(await count({ outcome: { present: false } })).toBe(having(({ outcome }) => outcome === undefined));
    expect(await count({ duration_seconds: { gte: 100, lt: 200.5 } })).toBe(
      having(({ duration }) => duration !== undefined && duration >= 100 && duration < 200.5),
    );
    expect(await count({ task_id: { prefix: 'task-39' }, node_id: 'node-3' })).toBe(
      having(({ task, node }) => task?.startsWith('task-39') === true && node === 'node-3'),
    );
    expect(await count({ source: 'library', inferred: false })).toBe(TASKS.length);
  });

  it('on fields that nobody recorded hold for nothing or for all', async () => {
    expect(await count({ tests_failed: { gte: 0 } })).toBe(0);
    expect(await count({ tests_failed: { not: 3 } })).toBe(TASKS.length);
    expect(await count({ tests_failed: { present: false } })).toBe(TASKS.length);
  });
});

describe('expired detail', () => {
  it('is said to be missing where events are needed, and not where rollups do', async () => {
    const other = collectorOf(mkdtempSync(join(folder, 'expired-')), 3);
    tellTasks(other, TASKS);
    await other.upkeep();
    const question = { metric: 'task.completed', since: NOW_SECONDS - 7 * DAY, until: NOW_SECONDS - DAY };
    const counted = await other.aggregate({
      ...question,
      aggregations: ['count', 'sum(duration_seconds)'],
      groupBy: ['node_id'],
    });
    expect(counted.plan).toMatchObject({ exact: true, level: 'rollups' });
    const total = counted.rows.reduce((sum, { values }) => sum + Number(values['count']), 0);
    expect(total).toBe(inSpan(question.since, question.until).length);
    const distinct = await other.aggregate({ ...question, aggregations: ['distinct(task_id)'] });
    expect(distinct.plan.exact).toBe(false);
    expect(distinct.plan.missingBefore).toBeGreaterThan(question.since);
    const sketched = await other.aggregate({ ...question, aggregations: ['p95(duration_seconds)'] });
    expect(sketched.plan).toMatchObject({ level: 'rollups', exact: false, relativeError: 0.01 });
    const exact = Number(percentile(durationsOf(inSpan(question.since, question.until)), 95));
    expect(Math.abs(Number(sketched.rows[0]?.values['p95(duration_seconds)']) - exact)).toBeLessThan(exact * 0.02);
    const whole = await other.aggregate({ metric: 'task.completed', aggregations: ['count'] });
    expect(whole.plan.from).toBeLessThanOrEqual(Math.min(...TASKS.map(({ at }) => at)));
    expect(whole.rows[0]?.values['count']).toBe(TASKS.length);
    await other.close();
  });
});
