import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsCollector } from '../../src/metrics-collector.ts';
import type { EventQuestion } from '../../src/query/question.ts';
import { collectorOf, NOW_SECONDS, tellTasks, type ToldTask } from '../support/task-history.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TASKS: readonly ToldTask[] = Array.from({ length: 60 }, (_, i) => ({
  at: NOW_SECONDS - 6_000 + i * 100,
  task: `task-${String((i * 7) % 60).padStart(2, '0')}`,
  // Many equal ones, and some without.
  duration: i % 10 === 3 ? undefined : (i * 3) % 5,
}));

function collector(): MetricsCollector {
  const metrics = collectorOf(temporaryFolder());
  onTestFinished(() => metrics.close());
  tellTasks(metrics, TASKS);
  return metrics;
}

/** All pages, one after the other; between two of them, `meanwhile` happens. */
async function pages(
  metrics: MetricsCollector,
  question: Omit<EventQuestion, 'metric'>,
  meanwhile: () => void = () => undefined,
): Promise<string[]> {
  const tasks: string[] = [];
  let cursor: string | undefined;
  do {
    const asked: EventQuestion = { metric: 'task.completed', ...question };
    const answer = await metrics.query(cursor === undefined ? asked : { ...asked, cursor });
    expect(answer.events.length).toBeLessThanOrEqual(question.limit ?? 1_000);
    tasks.push(...answer.events.map(({ data }) => String(data['task_id'])));
    cursor = answer.nextCursor;
    meanwhile();
  } while (cursor !== undefined);
  return tasks;
}

const ids = (tasks: readonly ToldTask[]): string[] => tasks.map(({ task }) => String(task));
const byDuration = (sign: number): ToldTask[] =>
  TASKS.filter(({ duration }) => duration !== undefined).toSorted(
    (a, b) => sign * (Number(a.duration) - Number(b.duration)) || a.at - b.at,
  );
const ORDERS: [string, string[]][] = [
  ['oldest_first', ids(TASKS)],
  ['newest_first', ids(TASKS.toReversed())],
  ['duration_seconds', ids(byDuration(1))],
  ['-duration_seconds', ids(byDuration(-1))],
  ['task_id', ids(TASKS).toSorted()],
  ['-task_id', ids(TASKS).toSorted().toReversed()],
];

describe.each(ORDERS)('pages ordered by %s', (order, expected) => {
  it.each([1, 7, 59, 60, 61, 1_000])('of at most %i give each event once', async (limit) => {
    expect(await pages(collector(), { order, limit })).toEqual(expected);
  });

  it('do not change while new events arrive', async () => {
    const metrics = collector();
    let added = 0;
    const record = (): void =>
      tellTasks(metrics, [{ at: NOW_SECONDS + added++, task: `task-${added}`, duration: added % 5 }]);
    expect(await pages(metrics, { order, limit: 7 }, record)).toEqual(expected);
    expect(added).toBeGreaterThan(7);
  });
});

describe('pages ordered by a number', () => {
  it('give each event once though late ones of the same value arrive', async () => {
    const metrics = collector();
    let late = 0;
    const seen = await pages(metrics, { order: 'duration_seconds', limit: 5 }, () =>
      tellTasks(metrics, [{ at: NOW_SECONDS - 10_000 + late++, task: 'late', duration: 2 }]),
    );
    expect(seen.filter((task) => task !== 'late')).toEqual(ids(byDuration(1)));
  });
});

describe('a question for events', () => {
  it('sees what was recorded at this very moment, and keeps to the span', async () => {
    const metrics = collector();
    tellTasks(metrics, [
      { at: NOW_SECONDS, task: 'now' },
      { at: NOW_SECONDS, task: 'now too' },
    ]);
    const newest = await metrics.query({ metric: 'task.completed', order: 'newest_first', limit: 2 });
    expect(new Set(newest.events.map(({ data }) => data['task_id']))).toEqual(new Set(['now', 'now too']));
    const span = { since: NOW_SECONDS - 300, until: NOW_SECONDS - 100 };
    expect(await pages(metrics, span)).toEqual(ids(TASKS.slice(-3, -1)));
  });

  it('filters before it counts', async () => {
    const filters = { duration_seconds: { gt: 2 } };
    expect(await pages(collector(), { filters, limit: 4, order: 'newest_first' })).toEqual(
      ids(TASKS.filter(({ duration }) => Number(duration) > 2).toReversed()),
    );
  });

  it('of a metric without events has none', async () => {
    expect(await collector().query({ metric: 'state.read' })).toEqual({ events: [] });
    expect(await collector().query({ metric: 'task.completed', order: 'tests_failed' })).toEqual({ events: [] });
  });

  it('refuses cursors of other questions', async () => {
    const metrics = collector();
    const { nextCursor } = await metrics.query({ metric: 'task.completed', limit: 5 });
    const other = { metric: 'task.completed', order: 'newest_first', cursor: String(nextCursor) };
    await expect(metrics.query(other)).rejects.toMatchObject({ code: 'BAD_CURSOR' });
    await expect(metrics.query({ metric: 'task.completed', cursor: 'x' })).rejects.toMatchObject({
      code: 'BAD_CURSOR',
    });
  });

  it('streams all events, in order, without a limit', async () => {
    const all: string[] = [];
    for await (const batch of collector().events({ metric: 'task.completed', since: '24h' })) {
      all.push(...batch.map(({ data }) => String(data['task_id'])));
    }
    expect(all).toEqual(ids(TASKS));
    const some: unknown[] = [];
    for await (const batch of collector().events({ metric: 'task.completed', limit: 3 })) some.push(...batch);
    expect(some).toHaveLength(3);
  });
});
