import { describe, expect, it } from 'vitest';
import { QueryError } from '../../src/model/errors.ts';
import { count, id, measure, name } from '../../src/model/field.ts';
import { catalogueOf } from '../../src/metrics/index.ts';
import { nearestName } from '../../src/query/nearest-name.ts';
import {
  type Known,
  parseAggregateQuestion,
  parseEventQuestion,
  parseSeriesQuestion,
} from '../../src/query/parse-question.ts';
import type { SeriesQuestion } from '../../src/query/question.ts';

const NOW = Date.UTC(2026, 10, 24, 12) * 1_000;
const KNOWN: Known = {
  // What was stored by an older version and by a custom metric: the latter is in no catalogue here.
  stored: [
    { name: 'task.completed', fields: { node_id: name(''), task_id: id(''), retries: count('') } },
    { name: 'build.finished', fields: { node_id: name(''), duration_ms: measure('ms', '') } },
  ],
  catalogue: catalogueOf(),
  nowMicros: NOW,
};

/** Questions as they come from outside: of any shape. */
const events = (question: object): ReturnType<typeof parseEventQuestion> =>
  parseEventQuestion({ metric: 'task.completed', ...question }, KNOWN);
const figures = (question: object): ReturnType<typeof parseAggregateQuestion> =>
  parseAggregateQuestion({ metric: 'task.completed', aggregations: ['count'], ...question }, KNOWN);

async function refusal(asked: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(QueryError);
  return error as QueryError;
}

describe('a metric', () => {
  it('is known from the catalogue and from the store', async () => {
    const { metric } = await events({});
    expect(metric.stored).toBe(true);
    expect(Object.keys(metric.fields)).toEqual(
      expect.arrayContaining(['node_id', 'task_id', 'outcome', 'retries', 'source', 'cluster', 'inferred']),
    );
    expect(metric.storedFields.has('retries')).toBe(true);
    expect(metric.storedFields.has('outcome')).toBe(false);
    expect((await events({ metric: 'build.finished' })).metric.stored).toBe(true);
    expect((await events({ metric: 'state.read' })).metric.stored).toBe(false);
  });

  it('that is unknown is answered with the nearest and the list', async () => {
    const error = await refusal(events({ metric: 'task.complete' }));
    expect(error.code).toBe('UNKNOWN_METRIC');
    expect(error.message).toBe('There is no metric "task.complete".');
    expect(error.hint).toContain('Did you mean "task.completed"?');
    expect(error.hint).toContain('build.finished');
  });

  it('must be named', async () => {
    expect((await refusal(events({ metric: undefined }))).code).toBe('BAD_QUESTION');
  });
});

describe('a question', () => {
  it('with a part that does not exist is refused, not half answered', async () => {
    const error = await refusal(figures({ group_by: ['node_id'] }));
    expect(error.message).toBe('A question has no "group_by".');
    expect(error.hint).toContain('Did you mean "groupBy"?');
  });
});

describe('a span', () => {
  it('is the whole history up to now by default', async () => {
    const { span } = await events({});
    expect(span.fromMicros).toBeUndefined();
    expect(span.toMicros).toBe(NOW);
  });

  it('reads since and until in the time zone', async () => {
    const { span } = await events({ since: '2026-11-20', until: '2026-11-21', timeZone: 'Europe/Berlin' });
    expect(span.fromMicros).toBe(Date.UTC(2026, 10, 19, 23) * 1_000);
    expect(span.toMicros).toBe(Date.UTC(2026, 10, 20, 23) * 1_000);
  });

  it('that ends before it starts is refused with both moments', async () => {
    const error = await refusal(events({ since: '2026-11-25' }));
    expect(error.message).toContain('2026-11-25T00:00:00.000Z');
    expect(error.message).toContain('2026-11-24T12:00:00.000Z');
  });
});

describe('filters', () => {
  const filters = async (book: object): Promise<unknown> => (await events({ filters: book })).filters;

  it('read values, lists and operators', async () => {
    expect(await filters({ node_id: 'a' })).toEqual([{ field: 'node_id', op: 'eq', value: 'a' }]);
    expect(await filters({ node_id: ['a', 'b'] })).toEqual([{ field: 'node_id', op: 'in', values: ['a', 'b'] }]);
    expect(await filters({ node_id: { not: 'a' } })).toEqual([{ field: 'node_id', op: 'ne', value: 'a' }]);
    expect(await filters({ node_id: { not: ['a'] } })).toEqual([{ field: 'node_id', op: 'not_in', values: ['a'] }]);
    expect(await filters({ duration_seconds: { gte: 1, lt: 2 } })).toEqual([
      { field: 'duration_seconds', op: 'gte', value: 1 },
      { field: 'duration_seconds', op: 'lt', value: 2 },
    ]);
    expect(await filters({ task_id: { prefix: 'fix-' }, source: { not_prefix: 'a' } })).toEqual([
      { field: 'task_id', op: 'prefix', value: 'fix-' },
      { field: 'source', op: 'not_prefix', value: 'a' },
    ]);
    expect(await filters({ outcome: { present: false } })).toEqual([{ field: 'outcome', op: 'absent' }]);
  });

  it('take numbers and flags as text, as a command line gives them', async () => {
    expect(await filters({ files_modified: '3', inferred: 'true' })).toEqual([
      { field: 'files_modified', op: 'eq', value: 3 },
      { field: 'inferred', op: 'eq', value: true },
    ]);
  });

  it.each([
    [{ nod_id: 'a' }, 'UNKNOWN_FIELD', 'Did you mean "node_id"?'],
    [{ timestamp: { gte: 1 } }, 'UNKNOWN_FIELD', '"since" and "until"'],
    [{ duration_seconds: 'long' }, 'BAD_QUESTION', 'Use a number'],
    [{ duration_seconds: Number.NaN }, 'BAD_QUESTION', 'Use a number'],
    [{ duration_seconds: { prefix: '1' } }, 'BAD_QUESTION', 'field of names'],
    [{ node_id: { gt: 1 } }, 'BAD_QUESTION', '"prefix"'],
    [{ node_id: null }, 'BAD_QUESTION', '{ present: false }'],
    [{ node_id: undefined }, 'BAD_QUESTION', '{ present: false }'],
    [{ node_id: [] }, 'BAD_QUESTION', 'at least one'],
    [{ node_id: {} }, 'BAD_QUESTION', 'Use a value'],
    [{ node_id: { nott: 'a' } }, 'BAD_QUESTION', 'Did you mean "not"?'],
    [{ node_id: { present: 'yes' } }, 'BAD_QUESTION', 'true or false'],
    [{ outcome: 'sucess' }, 'BAD_QUESTION', 'Did you mean "success"?'],
    [{ source: 'somewhere' }, 'BAD_QUESTION', 'amicus-state'],
    [{ inferred: 'maybe' }, 'BAD_QUESTION', 'true or false'],
    [{ node_id: { prefix: '' } }, 'BAD_QUESTION', 'Use a text'],
    [{ node_id: true }, 'BAD_QUESTION', 'Use a text'],
    ['node_id=a', 'BAD_QUESTION', "{ node_id: 'node-1' }"],
  ])('%j are refused', async (book, code, hint) => {
    const error = await refusal(events({ filters: book }));
    expect(error.code).toBe(code);
    expect(error.hint).toContain(hint);
  });

  it('know lists only as present or absent', async () => {
    const asked = { metric: 'code.changed', filters: { files_modified: 'a.ts' } };
    expect((await refusal(events(asked))).message).toContain('holds lists');
  });
});

describe('aggregations', () => {
  const read = async (aggregation: unknown): Promise<unknown> =>
    (await figures({ aggregations: [aggregation] })).aggregations[0];

  it('are read with and without a field', async () => {
    expect(await read('count')).toEqual({ asked: 'count', fn: 'count' });
    expect(await read('rate')).toEqual({ asked: 'rate', fn: 'rate' });
    expect(await read('count(outcome)')).toEqual({ asked: 'count(outcome)', fn: 'count', field: 'outcome' });
    expect(await read('sum( files_modified )')).toMatchObject({ fn: 'sum', field: 'files_modified' });
    expect(await read('p99.9(duration_seconds)')).toMatchObject({
      fn: 'percentile',
      field: 'duration_seconds',
      p: 99.9,
    });
    expect(await read('median(duration_seconds)')).toMatchObject({ fn: 'percentile', p: 50 });
    expect(await read('distinct(source)')).toMatchObject({ fn: 'distinct', field: 'source' });
    expect(await read('last(outcome)')).toMatchObject({ fn: 'last', field: 'outcome' });
  });

  it('that are asked twice are answered once', async () => {
    expect((await figures({ aggregations: ['count', 'count', 'rate'] })).aggregations).toHaveLength(2);
  });

  it.each([
    ['cuont', 'Did you mean "count"?'],
    ['sum', '"sum(field)"'],
    ['sum(outcome)', 'duration_seconds'],
    ['avg(nope)', 'There are:'],
    ['p101(duration_seconds)', "'p100'"],
    ['p(duration_seconds)', 'p95(f)'],
    ['sum2(duration_seconds)', 'sum'],
    ['sum(a)(b)', 'p95(f)'],
    ['', 'p95(f)'],
    [7, 'p95(f)'],
  ])('%j are refused', async (aggregation, hint) => {
    expect((await refusal(read(aggregation))).hint).toContain(hint);
  });

  it('are needed', async () => {
    expect((await refusal(figures({ aggregations: [] }))).message).toBe('The question asks for no figure.');
  });

  it('cannot compute with lists, but count them', async () => {
    const asked = (aggregation: string): Promise<unknown> =>
      figures({ metric: 'code.changed', aggregations: [aggregation] });
    expect((await refusal(asked('distinct(files_modified)'))).hint).toContain('count(files_modified)');
    await expect(asked('count(files_modified)')).resolves.toBeDefined();
  });
});

describe('orders, groups and limits', () => {
  it('of events are by time or by a field', async () => {
    expect((await events({})).order).toBe('oldest_first');
    expect((await events({ order: '-duration_seconds' })).order).toEqual({
      field: 'duration_seconds',
      direction: 'descending',
    });
    expect((await refusal(events({ order: 'newest' }))).code).toBe('UNKNOWN_FIELD');
    expect((await refusal(events({ order: 1 }))).hint).toContain('newest_first');
    expect((await refusal(events({ metric: 'code.changed', order: 'files_modified' }))).message).toContain('lists');
  });

  it('of groups are by a figure or by a grouped field', async () => {
    expect((await figures({ groupBy: ['node_id'], order: '-count' })).order).toEqual({
      by: 'count',
      of: 'figure',
      descending: true,
    });
    expect((await figures({ groupBy: ['node_id'], order: 'node_id' })).order).toMatchObject({ of: 'group' });
    expect((await refusal(figures({ groupBy: ['node_id'], order: 'conut' }))).hint).toContain('Did you mean "count"?');
  });

  it('refuse groups of lists and of nothing', async () => {
    expect((await refusal(figures({ groupBy: 'node_id' }))).hint).toContain("['node_id']");
    expect((await refusal(figures({ groupBy: ['nodeid'] }))).hint).toContain('Did you mean "node_id"?');
    expect((await refusal(figures({ metric: 'code.changed', groupBy: ['files_modified'] }))).message).toContain(
      'lists',
    );
  });

  it.each([0, -1, 1.5, '10', Number.NaN, 10_001])('refuse the limit %j', async (limit) => {
    expect((await refusal(events({ limit }))).message).toBe('"limit" is not a whole number from 1 to 10000.');
  });

  it('refuse to compare what has nothing before it', async () => {
    expect((await refusal(figures({ compare: true }))).hint).toBe('Set "since".');
    await expect(figures({ compare: true, since: '7d' })).resolves.toMatchObject({ compare: true });
    expect((await refusal(figures({ compare: 'yes', since: '7d' }))).hint).toBe('Use true or false.');
  });

  it('of a series are those of its one figure', async () => {
    const question = { metric: 'task.completed', aggregation: 'count', bucket: '1d', since: '7d' } as SeriesQuestion;
    expect(await parseSeriesQuestion(question, KNOWN)).toMatchObject({ width: { text: '1d' } });
    const wrong = { ...question, bucket: '1day' };
    expect((await refusal(parseSeriesQuestion(wrong, KNOWN))).hint).toContain('1h');
  });
});

describe('the nearest name', () => {
  it('forgives a letter too much, too few, wrong or swapped', () => {
    const names = ['count', 'distinct', 'duration_seconds'];
    expect(nearestName('conut', names)).toBe('count');
    expect(nearestName('dist', names)).toBeUndefined();
    expect(nearestName('duration_second', names)).toBe('duration_seconds');
    expect(nearestName('DURATION_SECONDS', names)).toBe('duration_seconds');
    expect(nearestName('xyz', names)).toBeUndefined();
    expect(nearestName('anything', [])).toBeUndefined();
  });
});
