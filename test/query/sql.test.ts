import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QueryError } from '../../src/model/errors.ts';
import { runSql } from '../../src/query/sql.ts';
import { eventually } from '../support/eventually.ts';
import { sqlStore } from '../support/sql-store.ts';
import { collectorOf, NOW_SECONDS, tellTasks } from '../support/task-history.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { isGone } from '../support/wrapped-process.ts';

const ENDLESS = 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) ';

async function refusal(asked: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(QueryError);
  return error as QueryError;
}

/** Children of a process, where the system tells; elsewhere there seem to be none. */
function childrenOf(pid: number | undefined): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
}

describe('SQL', () => {
  it('reads the view of a metric: times, names and units as people know them', async () => {
    const path = sqlStore(temporaryFolder());
    const { columns, rows, truncated } = await runSql(path, 'SELECT * FROM task_completed ORDER BY timestamp');
    expect(truncated).toBe(false);
    expect(columns.slice(0, 3)).toEqual(['timestamp', 'at', 'id']);
    const events = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
    expect(events[0]).toMatchObject({
      timestamp: Date.UTC(2025, 0, 1, 0, 0, 1) / 1_000,
      at: '2025-01-01T00:00:01.000000Z',
      node_id: 'node-1',
      task_id: 'task-1',
      duration_seconds: 1.5,
      outcome: 'success',
      files_modified: 3,
      tests_passed: null,
      source: 'library',
      inferred: 0,
      cluster: null,
    });
    expect(events[2]).toMatchObject({
      node_id: null,
      duration_seconds: null,
      source: 'amicus-state',
      inferred: 1,
      cluster: 'blue',
    });
  });

  it('reads events, aggregates and metadata in the shapes that scripts know', async () => {
    const path = sqlStore(temporaryFolder());
    const events = await runSql(
      path,
      "SELECT node_id, json_extract(data, '$.outcome') FROM events WHERE metric = ? ORDER BY timestamp",
      {
        parameters: ['task.completed'],
      },
    );
    expect(events.rows).toEqual([
      ['node-1', 'success'],
      ['node-1', 'failure'],
      [null, 'success'],
    ]);
    expect((await runSql(path, 'SELECT * FROM aggregates')).columns).toEqual([
      'period_start',
      'period_end',
      'metric',
      'aggregation',
      'value',
    ]);
    expect((await runSql(path, "SELECT value FROM metadata WHERE key = 'version'")).rows).toEqual([['3']]);
  });

  it('reads hourly figures from rollups, through the collector', async () => {
    const metrics = collectorOf(temporaryFolder());
    onTestFinished(() => metrics.close());
    const hour = NOW_SECONDS - 7_200;
    tellTasks(metrics, [
      { at: hour + 1, duration: 1.5, node: 'a' },
      { at: hour + 2, duration: 2.5, node: 'b' },
    ]);
    await metrics.upkeep();
    const statement = `SELECT period_start, period_end, metric, aggregation, value FROM aggregates
      WHERE aggregation IN ('count', 'avg(duration_seconds)') ORDER BY aggregation`;
    expect((await metrics.sql(statement)).rows).toEqual([
      [hour, hour + 3_600, 'task.completed', 'avg(duration_seconds)', 2],
      [hour, hour + 3_600, 'task.completed', 'count', 2],
    ]);
  });

  it('binds values by place and by name', async () => {
    const path = sqlStore(temporaryFolder());
    expect((await runSql(path, 'SELECT ?, ?', { parameters: ['a;--', 2] })).rows).toEqual([['a;--', 2]]);
    expect((await runSql(path, 'SELECT :x || @y', { parameters: { x: 'a', y: 'b' } })).rows).toEqual([['ab']]);
    expect((await refusal(runSql(path, 'SELECT :x', { parameters: { z: 1 } }))).code).toBe('SQL_FAILED');
  });

  it('gives whole numbers and blobs that JavaScript cannot hold as text', async () => {
    const path = sqlStore(temporaryFolder());
    const { rows } = await runSql(path, "SELECT 9223372036854775807, 9007199254740991, x'00ff', 1.5, NULL, 'a'");
    expect(rows).toEqual([['9223372036854775807', 9_007_199_254_740_991, '00ff', 1.5, null, 'a']]);
  });

  it('allows comments, a semicolon at the end, and a look at the plan', async () => {
    const path = sqlStore(temporaryFolder());
    expect((await runSql(path, '/* a */ -- b\n select 1 ; -- c\n ;')).rows).toEqual([[1]]);
    expect((await runSql(path, 'VALUES (1), (2)')).rows).toEqual([[1], [2]]);
    expect((await runSql(path, 'EXPLAIN QUERY PLAN SELECT * FROM task_completed')).rows.length).toBeGreaterThan(0);
  });

  it('counts the rows of a table without naming a column', async () => {
    const path = sqlStore(temporaryFolder());
    expect((await runSql(path, 'SELECT count(*) FROM task_completed')).rows).toEqual([[3]]);
    expect((await runSql(path, 'SELECT 1 FROM task_completed')).rows).toEqual([[1], [1], [1]]);
    expect((await runSql(path, 'SELECT count(*) FROM task_completed a JOIN task_completed b')).rows).toEqual([[9]]);
    expect((await runSql(path, 'SELECT count(*) FROM (SELECT * FROM task_completed)')).rows).toEqual([[3]]);
  });

  it('says where a statement is wrong, and which tables there are', async () => {
    const path = sqlStore(temporaryFolder());
    const error = await refusal(runSql(path, 'SELECT * FROM task_complete'));
    expect(error).toMatchObject({
      code: 'SQL_FAILED',
      message: 'SQLite could not run the statement: no such table: task_complete.',
    });
    expect(error.hint).toContain('task_completed');
    const refused = await refusal(runSql(path, 'SELECT * FROM "m_task.completed"'));
    expect(refused).toMatchObject({
      code: 'SQL_REFUSED',
      message: 'The statement may not read the table "m_task.completed".',
    });
    expect(refused.hint).toContain('task_completed');
  });

  it('says so when there is no store, and makes none', async () => {
    const path = join(temporaryFolder(), 'metrics.db');
    await expect(runSql(path, 'SELECT 1')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    expect(existsSync(path)).toBe(false);
  });

  it('follows no link, and opens no other file', async () => {
    const folder = temporaryFolder();
    const path = sqlStore(folder);
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    await expect(runSql(link, 'SELECT 1')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    const text = join(folder, 'text.db');
    writeFileSync(text, 'x'.repeat(10_000));
    await expect(runSql(text, 'SELECT 1')).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it.each([
    [{ timeoutMillis: 0 }, 'timeoutMillis'],
    [{ maxRows: 1.5 }, 'maxRows'],
    [{ maxMemoryBytes: 1_000 }, 'maxMemoryBytes'],
  ])('refuses the limit %j', async (options, name) => {
    const error = await refusal(runSql('anywhere', 'SELECT 1', options));
    expect(error.code).toBe('BAD_QUESTION');
    expect(error.message).toContain(name);
  });
});

describe('a statement is ended', () => {
  it('when its rows are too many, and the answer says so', async () => {
    const path = sqlStore(temporaryFolder());
    const answer = await runSql(path, `${ENDLESS}SELECT n FROM r`, { maxRows: 2_500 });
    expect(answer.truncated).toBe(true);
    expect(answer.rows).toHaveLength(2_500);
    expect(answer.rows.at(-1)).toEqual([2_500]);
    expect((await runSql(path, 'SELECT * FROM task_completed', { maxRows: 3 })).truncated).toBe(false);
  });

  it('when its rows are too large', async () => {
    const path = sqlStore(temporaryFolder());
    const answer = await runSql(path, `${ENDLESS}SELECT printf('%.*c', 500000, 'x') FROM r`);
    expect(answer.truncated).toBe(true);
    expect(answer.rows.length).toBeLessThan(20);
  });

  it.each([
    ['an endless recursion', `${ENDLESS}SELECT sum(n) FROM r`],
    [
      'a product of tables',
      `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 10000) SELECT count(*) FROM r a, r b, r c`,
    ],
    [
      'a window over everything',
      `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 200000) SELECT max(x) FROM (SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 100000 PRECEDING AND 100000 FOLLOWING EXCLUDE TIES) x FROM r)`,
    ],
  ])('when it takes too long: %s', async (_what, statement) => {
    const path = sqlStore(temporaryFolder());
    const error = await refusal(runSql(path, statement, { timeoutMillis: 300 }));
    expect(error).toMatchObject({ code: 'SQL_LIMIT', message: 'The statement took longer than 300 ms and was ended.' });
    expect(childrenOf(process.pid)).toEqual([]);
  });

  it('when it needs too much memory', async () => {
    const path = sqlStore(temporaryFolder());
    const statement = `${ENDLESS}SELECT printf('%.*c', 200000, 'x') || n AS s FROM r ORDER BY s`;
    const error = await refusal(runSql(path, statement, { timeoutMillis: 100_000 }));
    expect(error.code).toBe('SQL_LIMIT');
    expect(error.message).toContain('more memory than the 256 MiB');
    expect(childrenOf(process.pid)).toEqual([]);
  });

  it('and leaves no process behind, however many there were', async () => {
    const path = sqlStore(temporaryFolder());
    for (let round = 0; round < 4; round++) {
      const runaways = [1, 2, 3].map(() =>
        refusal(runSql(path, `${ENDLESS}SELECT sum(n) FROM r`, { timeoutMillis: 50 })),
      );
      expect((await Promise.all(runaways)).map(({ code }) => code)).toEqual(['SQL_LIMIT', 'SQL_LIMIT', 'SQL_LIMIT']);
    }
    expect(childrenOf(process.pid)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('when the process that asked is killed', async () => {
    const folder = temporaryFolder();
    const path = sqlStore(folder);
    const asking = join(folder, 'asking.mjs');
    const module = new URL('../../src/query/sql.ts', import.meta.url).href;
    writeFileSync(
      asking,
      `import { runSql } from ${JSON.stringify(module)};
       void runSql(${JSON.stringify(path)}, ${JSON.stringify(`${ENDLESS}SELECT sum(n) FROM r`)}, { timeoutMillis: 60_000 });`,
    );
    const parent = fork(asking, { execArgv: [], stdio: 'ignore' });
    const [child] = await eventually(
      () => childrenOf(parent.pid),
      (children) => children.length > 0,
    );
    await wait(500);
    parent.kill('SIGKILL');
    await expect.poll(() => isGone(Number(child))).toBe(true);
  });
});
