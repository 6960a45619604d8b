import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../../../src/analysis/reports/overview.ts';
import { taskList } from '../../../src/analysis/reports/task-list.ts';
import { openMetrics } from '../../../src/metrics-collector.ts';
import { QUESTIONS } from '../../../src/surfaces/api/routes/index.ts';
import { send } from '../../support/http-receiver.ts';
import { startApi } from '../../support/running-api.ts';
import { type SimulatedStore, simulatedStore } from '../../support/simulated-store.ts';

const NOW = Date.UTC(2026, 10, 24, 12) * 1_000;
let store: SimulatedStore;
let taskId = '';
let nodeId = '';

beforeAll(async () => {
  const faults = [{ kind: 'lock_contention', fromDay: 6, toDay: 8, strength: 2 }] as never;
  store = await simulatedStore({ seed: 7, days: 8, nodes: 4, faults }, NOW);
  const collector = openMetrics(store);
  const { tasks } = await taskList(collector, { since: '7d' }, NOW);
  const ended = tasks.find(({ state }) => state === 'completed');
  [taskId, nodeId] = [ended?.taskId ?? '', ended?.nodeId ?? ''];
  await collector.close();
});
afterAll(() => store.remove());

/** A question that has something to tell, for each path. */
const ASKED: Readonly<Record<string, string>> = {
  '/costs': '?by=model&by=day&since=7d',
  '/series': '?metric=task.completed&aggregation=p95(duration_seconds)&by=node_id&since=7d&compare=true',
  '/aggregate':
    '?metric=task.completed&aggregations=count&aggregations=p50(duration_seconds)&by=outcome&since=7d&bucket=1d',
  '/events': '?metric=task.completed&where=outcome=success&limit=5',
  '/alerts/test': '?metric=task.claimed&aggregation=p95(queue_seconds)&warn=60&since=7d',
  '/clock': '?since=3d',
  '/forecast/task': '?priority=high',
};

describe('the API', () => {
  it.each(QUESTIONS.map(({ route }) => [route.path, route] as const))(
    'answers %s with exactly what its schema describes',
    async (path, route) => {
      const api = await startApi(store);
      const schema = route.responses[200].content['application/json'].schema;
      const answer = await api.get(
        `/api/v1${path.replace('{id}', path.startsWith('/nodes') ? nodeId : taskId)}${ASKED[path] ?? ''}`,
      );
      expect([path, answer.status]).toEqual([path, 200]);
      const json: unknown = JSON.parse(answer.body.toString());
      // Parsing leaves out what a schema does not name.
      expect(schema.parse(json)).toEqual(json);
      expect(answer.body.toString()).not.toMatch(/\bnull\b.*"completedSeries"|NaN|undefined|Infinity/);
    },
  );

  it('gives the figures of the reports that the command line prints', async () => {
    const api = await startApi(store);
    const { completed, nodes } = await overview(api.collector, { since: '7d', timeZone: 'UTC' });
    const answer = await api.client.api.v1.overview.$get({ query: { since: '7d' } });
    const told = await answer.json();
    expect(told.completed).toBe(completed);
    expect(told.nodes.map(({ nodeId }) => nodeId)).toEqual(nodes.map(({ nodeId }) => nodeId));
    expect(completed).toBeGreaterThan(0);
  });

  it('answers a typed client, parameters in the path included', async () => {
    const { client } = await startApi(store);
    const { status, ok } = await client.api.v1.status.$get({ query: { window: 600 } });
    expect([status, ok]).toEqual([200, true]);
    const task = await client.api.v1.tasks[':id'].$get({ param: { id: taskId }, query: {} });
    const { trace, intervals, cost } = await task.json();
    expect(trace.history.taskId).toBe(taskId);
    expect(intervals[0]?.fromMicros).toBe(trace.fromMicros);
    expect(cost?.usage.cost?.exact).toMatch(/^\d+(\.\d+)?$/);
    const sql = await client.api.v1.sql.$post({ json: { statement: 'SELECT 1 AS one' } });
    expect(await sql.json()).toEqual({ columns: ['one'], rows: [[1]], truncated: false });
  });

  it('tells money as exact text beside a float, and what is unknown not at all', async () => {
    const { client } = await startApi(store);
    const { total } = await (await client.api.v1.costs.$get({ query: {} })).json();
    expect(Number(total.usage.cost?.exact)).toBeCloseTo(total.usage.cost?.usd ?? -1, 9);
    const empty = await (
      await client.api.v1.costs.$get({ query: { since: '2020-01-01', until: '2020-01-02' } })
    ).json();
    expect(empty.total.usage.cost).toBeUndefined();
  });

  it('says what is wrong in one shape, with what to do', async () => {
    const api = await startApi(store);
    const wrong: readonly (readonly [string, number, string])[] = [
      ['/api/v1/series?metric=task.complted', 404, 'UNKNOWN_METRIC'],
      ['/api/v1/series', 400, 'BAD_REQUEST'],
      ['/api/v1/overview?since=tomorrow-ish', 400, 'BAD_QUESTION'],
      ['/api/v1/overview?tz=Mars/Olympus', 400, 'BAD_QUESTION'],
      ['/api/v1/tasks/nobody', 404, 'NOT_FOUND'],
      ['/api/v1/events?metric=task.completed&cursor=abc', 400, 'BAD_CURSOR'],
      ['/api/v1/events?metric=task.completed&where=~~', 400, 'BAD_REQUEST'],
      ['/api/v1/alerts/test?rule=none', 404, 'NOT_FOUND'],
      ['/api/v1/nothing', 404, 'NOT_FOUND'],
    ];
    for (const [path, status, code] of wrong) {
      const answer = await api.get(path);
      const { error } = JSON.parse(answer.body.toString()) as {
        error: { code: string; message: string; hint: string };
      };
      expect([path, answer.status, error.code]).toEqual([path, status, code]);
      expect(error.message.length).toBeGreaterThan(10);
      expect(error.hint).toEqual(expect.any(String));
    }
  });

  it('sends an answer once: its tag comes back as "not changed", and its body compressed', async () => {
    const api = await startApi(store);
    const first = await api.get('/api/v1/metrics', { 'accept-encoding': 'gzip' });
    expect(first.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(first.body).toString())).toHaveProperty('metrics');
    const tag = first.headers.etag ?? '';
    expect(tag).toMatch(/^(W\/)?"[\w-]+"$/);
    const again = await api.get('/api/v1/metrics', { 'if-none-match': tag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await api.get('/api/v1/metrics', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers HEAD as GET without its body', async () => {
    const { port, write } = await startApi(store);
    const { status, body } = await send(port, '/api/v1/metrics', { authorization: `Bearer ${write}` }, '', 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
  });
});
