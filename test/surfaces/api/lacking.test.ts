import { describe, expect, it, onTestFinished } from 'vitest';
import type { Question } from '../../../src/surfaces/api/define-question.ts';
import { QUESTIONS } from '../../../src/surfaces/api/routes/index.ts';
import { ThreadDesk } from '../../../src/surfaces/api/thread-desk.ts';
import { completed, damagedStore, used } from '../../support/damaged-store.ts';
import { startApi } from '../../support/running-api.ts';

const WEEK = '?since=7d';
/** One that needs single events, for each path that is not asked with a span alone. */
const ASKED: Readonly<Record<string, string>> = {
  '/costs': `${WEEK}&by=task`,
  '/series': `${WEEK}&metric=tokens.consumed&aggregation=distinct(task_id)`,
  '/aggregate': `${WEEK}&metric=tokens.consumed&aggregations=distinct(task_id)`,
  '/events': `${WEEK}&metric=tokens.consumed`,
};

type Told = { readonly unreadable?: readonly { metric: string; fromMicros: number; toMicros: number }[] };

describe('an answer over HTTP that needed events that cannot be read', () => {
  it.each(Object.entries(ASKED))('says so, as its schema describes: %s', async (path, query) => {
    const store = await damagedStore([used, completed]);
    const api = await startApi(store);
    const told = (await api.ask(`/api/v1${path}${query}`)) as Told;
    const { from, to } = store.lost;
    const span = { fromMicros: Math.round(from * 1e6), toMicros: Math.round(to * 1e6) };
    expect(told.unreadable).toEqual([{ metric: 'tokens.consumed', ...span }]);
    const question = (QUESTIONS as readonly Question[]).find(({ route }) => route.path === path);
    expect(question?.route.responses[200].content['application/json'].schema.parse(told)).toEqual(told);
  });

  it('says so of SQL, and of reports that are made of several questions', async () => {
    const api = await startApi(await damagedStore());
    const sql = await api.post('/api/v1/sql', { statement: 'SELECT count(*) FROM task_completed' });
    expect(JSON.parse(sql.body.toString())).toMatchObject({ unreadable: [{ metric: 'task.completed' }] });
    for (const path of ['/tasks', '/clock', '/quality', '/nodes']) {
      const { unreadable } = (await api.ask(`/api/v1${path}${WEEK}`)) as Told;
      expect([path, unreadable?.map(({ metric }) => metric)]).toEqual([path, ['task.completed']]);
    }
  });

  it('says only what it lacks itself, also when others that lack something are asked at once', async () => {
    const api = await startApi(await damagedStore([used, completed]));
    const metricsIn = async (path: string): Promise<readonly string[] | undefined> =>
      ((await api.ask(`/api/v1${path}`)) as Told).unreadable?.map(({ metric }) => metric);
    const paths = [`/costs${ASKED['/costs']}`, `/tasks${WEEK}`, `/events${ASKED['/events']}`, '/status'];
    expect(await Promise.all(paths.map(metricsIn))).toEqual([
      ['tokens.consumed'],
      undefined,
      ['tokens.consumed'],
      undefined,
    ]);
    expect(await metricsIn(`/clock${WEEK}`)).toBeUndefined();
  });

  it('says so beside an error: what is not found may be among them', async () => {
    const api = await startApi(await damagedStore());
    const { status, body } = await api.get('/api/v1/tasks/task-7');
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({
      error: { code: 'NOT_FOUND' },
      unreadable: [{ metric: 'task.completed' }],
    });
  });

  it('says so from the thread of answers too', async () => {
    const { directory } = await damagedStore([completed], { nowMicros: Date.now() * 1_000 });
    const desk = new ThreadDesk({ directory, env: {}, cwd: '/', timeZone: 'UTC' });
    onTestFinished(() => desk.close());
    const ask = (path: string, asked: object): Promise<string> => {
      const question = (QUESTIONS as readonly Question[]).find(({ route }) => route.path === path);
      return question === undefined ? Promise.reject(new Error(`There is no ${path}.`)) : desk.make(question, asked);
    };
    const lacking = [{ metric: 'task.completed' }];
    expect(JSON.parse(await ask('/tasks', { since: '7d' }))).toMatchObject({ unreadable: lacking });
    await expect(ask('/tasks/{id}', { id: 'task-7' })).rejects.toMatchObject({
      answer: { status: 404, body: { unreadable: lacking } },
    });
    expect(JSON.parse(await ask('/budgets', {}))).toEqual({ budgets: [] });
  });
});

describe('an answer over HTTP from a store that is whole', () => {
  it('has no word of it', async () => {
    const api = await startApi(await damagedStore([used, completed], { isDamaged: false }));
    for (const [path, query] of [...Object.entries(ASKED), ['/tasks', WEEK], ['/clock', WEEK]] as const) {
      const answer = await api.get(`/api/v1${path}${query}`);
      expect([path, answer.status, answer.body.includes('unreadable')]).toEqual([path, 200, false]);
    }
  });
});
