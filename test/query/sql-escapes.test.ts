import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { QueryError } from '../../src/model/errors.ts';
import type { SqlJob, SqlReport } from '../../src/query/sql-protocol.ts';
import { runStatement } from '../../src/query/sql-runner.ts';
import { checkStatement } from '../../src/query/sql-statement.ts';
import { sqlStore } from '../support/sql-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CTE = 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 100) ';

/** What a statement might try. Each must come to nothing: no answer, no change, no file. */
const ESCAPES: Readonly<Record<string, readonly string[]>> = {
  'other files': [
    "ATTACH '/etc/passwd' AS p",
    "ATTACH DATABASE ':memory:' AS m",
    "ATTACH 'file:other.db?mode=rwc' AS o",
    "ATTACH '/proc/self/environ' AS e",
    'DETACH main',
    'DETACH temp',
    "VACUUM INTO 'copy.db'",
    "VACUUM main INTO 'copy.db'",
    'VACUUM',
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('copy.txt', 'x')",
    "SELECT edit('x', 'sh')",
    "SELECT * FROM fsdir('/')",
    'SELECT * FROM csv',
    "SELECT load_extension('x.so')",
    "SELECT load_extension('x.so', 'sqlite3_x_init')",
    'SELECT * FROM zipfile',
    'SELECT * FROM sqlite_dbpage',
    'SELECT * FROM dbstat',
    'SELECT * FROM sqlite_stmt',
    'SELECT * FROM bytecode(1)',
    'SELECT * FROM tables_used(1)',
  ],
  'our own tables': [
    'SELECT * FROM "m_task.completed"',
    'SELECT * FROM main."m_task.completed"',
    'SELECT count(*) FROM "m_task.completed"',
    'SELECT count(*) FROM main.dict',
    'SELECT count(*) FROM dbstat',
    'SELECT count(*) FROM sqlite_schema',
    'SELECT count(*) FROM M_Task_Completed',
    'SELECT count(*) FROM DBSTAT',
    'SELECT 1 FROM "m_task.completed" AS r',
    'SELECT 1 FROM "m_task.completed"',
    'SELECT * FROM dict',
    'SELECT * FROM main.meta',
    'SELECT * FROM producer',
    'SELECT (SELECT s FROM dict LIMIT 1)',
    'SELECT * FROM task_completed JOIN origin',
    'SELECT * FROM (SELECT * FROM identity) AS task_completed',
    'SELECT 1 WHERE EXISTS (SELECT 1 FROM segment)',
    'SELECT * FROM sqlite_schema',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM main.sqlite_master',
    'SELECT * FROM temp.sqlite_temp_master',
    'SELECT * FROM sqlite_temp_schema',
    'SELECT sql FROM main.sqlite_schema',
    'SELECT * FROM sqlite_sequence',
    'SELECT * FROM sqlite_stat1',
    "SELECT rollup_totals(x'00', '[]')",
  ],
  writing: [
    "INSERT INTO meta VALUES ('a', 'b')",
    'INSERT INTO task_completed DEFAULT VALUES',
    "REPLACE INTO meta VALUES ('a', 'b')",
    'UPDATE meta SET value = 1',
    'DELETE FROM meta',
    'DELETE FROM meta RETURNING *',
    "WITH x AS (SELECT 1) INSERT INTO meta SELECT 'a', 1 FROM x",
    'WITH x AS (SELECT 1) UPDATE meta SET value = 1',
    'WITH x AS (SELECT 1) DELETE FROM meta',
    'WITH x AS (SELECT 1) DELETE FROM meta RETURNING key',
    'CREATE TABLE x (a)',
    'CREATE TEMP TABLE x (a)',
    'CREATE TABLE x AS SELECT 1',
    'CREATE VIEW x AS SELECT 1',
    'CREATE TEMP VIEW x AS SELECT 1',
    'CREATE INDEX x ON meta (value)',
    'CREATE TRIGGER x AFTER INSERT ON meta BEGIN SELECT 1; END',
    'CREATE TEMP TRIGGER x AFTER INSERT ON meta BEGIN SELECT 1; END',
    'CREATE VIRTUAL TABLE x USING fts5(a)',
    'CREATE VIRTUAL TABLE x USING rtree(a, b, c)',
    'CREATE VIRTUAL TABLE x USING dbstat',
    'CREATE VIRTUAL TABLE temp.x USING geopoly(a)',
    'DROP TABLE meta',
    'DROP VIEW task_completed',
    'DROP INDEX x',
    'ALTER TABLE meta RENAME TO x',
    'ALTER TABLE meta ADD COLUMN x',
    'REINDEX',
    'ANALYZE',
    'EXPLAIN DELETE FROM meta',
    "EXPLAIN INSERT INTO meta VALUES ('a', 1)",
    'EXPLAIN QUERY PLAN DELETE FROM meta',
    'EXPLAIN WITH x AS (SELECT 1) DELETE FROM meta',
    'EXPLAIN PRAGMA user_version = 7',
  ],
  transactions: [
    'BEGIN',
    'BEGIN IMMEDIATE',
    'BEGIN EXCLUSIVE',
    'COMMIT',
    'END',
    'ROLLBACK',
    'SAVEPOINT s',
    'RELEASE s',
    'ROLLBACK TO s',
    'EXPLAIN BEGIN',
  ],
  'more than one statement': [
    'SELECT 1; SELECT 2',
    'SELECT 1; DELETE FROM meta',
    "SELECT 1; ATTACH 'x' AS y",
    'SELECT 1;;SELECT 2',
    'SELECT 1; -- end\n DROP TABLE meta',
    'SELECT 1; /* a */ /* b */ VACUUM',
    'SELECT 1;\0DROP TABLE meta',
    '\0SELECT 1',
    'SELECT 1;\uFEFFSELECT 2',
    'SELECT 1 ; x',
  ],
  'words hidden in front': [
    '/* SELECT */ DELETE FROM meta',
    '-- SELECT\nDELETE FROM meta',
    '/* /* */ DELETE FROM meta',
    '/*',
    '--',
    ';',
    '',
    '   ',
    '\uFEFFDELETE FROM meta',
    '\uFEFF/**/PRAGMA journal_mode = DELETE',
    '(SELECT 1)',
    'EXPLAIN',
    'EXPLAIN EXPLAIN SELECT 1',
    'EXPLAIN QUERY PLAN',
    'SELECTX',
    'S\u0415LECT 1',
  ],
  'functions that are not for this': [
    'SELECT zeroblob(1000000000)',
    'SELECT randomblob(10)',
    'SELECT zeroblob(10)',
    "SELECT fts3_tokenizer('simple')",
    "SELECT fts3_tokenizer('x', x'0000000000000000')",
    "SELECT fts5('x')",
    'SELECT sqlite_compileoption_get(1)',
    "SELECT sqlite_compileoption_used('X')",
    "SELECT sqlite_log(1, 'x')",
    'SELECT sqlite_source_id()',
    'SELECT sqlite_offset(key) FROM metadata',
    'SELECT last_insert_rowid()',
    'SELECT changes()',
    'SELECT total_changes()',
    "SELECT rtreecheck('x')",
    "SELECT rtreenode(2, x'00')",
    "SELECT rtreedepth(x'00')",
    'SELECT geopoly_regular(0, 0, 1, 1000)',
    "SELECT optimize('x')",
    "SELECT matchinfo('x')",
    "SELECT * FROM task_completed WHERE 'a' MATCH 'b'",
    "SELECT 'a' REGEXP '(a+)+$'",
    'SELECT * FROM generate_series(1, 1000000000)',
    "SELECT eval('DELETE FROM meta')",
    "SELECT system('id')",
    "SELECT icu_load_collation('x', 'y')",
    "SELECT sha3('x')",
    "SELECT subtype('x')",
  ],
  'values and statements that grow': [
    "SELECT printf('%.*c', 1000000000, 'x')",
    "SELECT format('%1000000000d', 1)",
    "SELECT hex(printf('%.*c', 900000, 'x'))",
    "SELECT replace(printf('%.*c', 900000, 'x'), 'x', 'xxxxxxxx')",
    "SELECT printf('%.*c', 900000, 'x') || printf('%.*c', 900000, 'x')",
    `${CTE}SELECT group_concat(printf('%.*c', 50000, 'x')) FROM r`,
    `${CTE}SELECT json_group_array(printf('%.*c', 50000, 'x')) FROM r`,
    `${CTE}SELECT string_agg(printf('%.*c', 50000, 'x'), '') FROM r`,
    "SELECT json_quote(printf('%.*c', 900000, '\"'))",
    "SELECT quote(printf('%.*c', 900000, ''''))",
    `SELECT 'a' LIKE '${'%a'.repeat(500)}'`,
    `SELECT 'a' GLOB '${'*a'.repeat(500)}'`,
    `SELECT ${'NOT '.repeat(2_000)}1`,
    `SELECT 1${' + 1'.repeat(2_000)}`,
    `SELECT ${Array.from({ length: 20_000 }, () => '1').join(',')}`,
    `SELECT 1${' UNION ALL SELECT 1'.repeat(2_000)}`,
    `SELECT 1 WHERE 1 IN (${Array.from({ length: 60_000 }, () => '1').join(',')})`,
    `SELECT max(${Array.from({ length: 500 }, () => '1').join(',')})`,
    `SELECT ?9000`,
    `SELECT * FROM ${Array.from({ length: 70 }, (_, i) => `task_completed AS t${i}`).join(', ')}`,
    `SELECT json_extract('${'['.repeat(3_000)}', '$')`,
    `SELECT json('${'{"a":'.repeat(3_000)}')`,
    'x'.repeat(200_000),
    `SELECT '${'x'.repeat(150_000)}'`,
  ],
  'names that are something else': [
    'SELECT "nope" FROM task_completed',
    'SELECT nope FROM task_completed',
    'SELECT * FROM nope',
    "SELECT * FROM 'main'.meta",
    'SELECT * FROM task_completed COLLATE nope',
    'SELECT node_id COLLATE nope FROM task_completed ORDER BY 1 COLLATE nope',
    'SELECT rowid FROM task_completed',
    'SELECT * FROM task_completed INDEXED BY x',
    'TABLE meta',
    'SHOW TABLES',
    '.tables',
    '.read x',
    '.shell id',
  ],
};

/** What the child does with a statement, in this process. */
function attempt(path: string, statement: string): readonly SqlReport[] {
  const reports: SqlReport[] = [];
  try {
    const job: SqlJob = {
      path,
      statement: checkStatement(statement),
      parameters: [],
      timeoutMillis: 1_000,
      maxRows: 100,
      maxMemoryBytes: 256 * 1024 * 1024,
    };
    runStatement(job, (report) => reports.push(report));
  } catch (cause) {
    if (!(cause instanceof QueryError)) throw cause;
    reports.push({ type: 'failed', code: cause.code, message: cause.message });
  }
  return reports;
}

const answered = (reports: readonly SqlReport[]): boolean => reports.some(({ type }) => type === 'ended');

/** Bytes and files of a store, to see that nothing changed. */
function stateOf(folder: string, path: string): unknown {
  const lasting = readdirSync(folder).filter((name) => !name.endsWith('-shm') && !name.endsWith('-wal'));
  return [lasting, readFileSync(path).toString('base64')];
}

describe('a statement comes to nothing that tries', () => {
  it('at least 120 ways are tried', () => {
    expect(new Set(Object.values(ESCAPES).flat()).size).toBeGreaterThanOrEqual(120);
  });

  it.each(Object.entries(ESCAPES))('%s', (_kind, statements) => {
    const folder = temporaryFolder();
    const path = sqlStore(folder);
    const before = stateOf(folder, path);
    const passed = statements.filter((statement) => {
      const reports = attempt(path, statement);
      return answered(reports) || reports.length === 0;
    });
    expect(passed.map((statement) => statement.slice(0, 100))).toEqual([]);
    expect(stateOf(folder, path)).toEqual(before);
  });

  it('settings, as statements and as tables', () => {
    const path = sqlStore(temporaryFolder());
    const db = new DatabaseSync(':memory:');
    const pragmas = db
      .prepare('SELECT name FROM pragma_pragma_list')
      .all()
      .map(({ name }) => String(name));
    db.close();
    expect(pragmas.length).toBeGreaterThan(60);
    const attempts = pragmas.flatMap((pragma) => [
      `PRAGMA ${pragma}`,
      `PRAGMA ${pragma} = 1`,
      `SELECT * FROM pragma_${pragma}`,
      `SELECT * FROM pragma_${pragma}('meta')`,
      `SELECT count(*) FROM pragma_${pragma}`,
      `WITH x AS (SELECT * FROM pragma_${pragma}) SELECT * FROM x`,
    ]);
    expect(attempts.filter((statement) => answered(attempt(path, statement)))).toEqual([]);
  });

  it('a name of ours for a table of its own, except to read a number that a view shows anyway', () => {
    const path = sqlStore(temporaryFolder());
    const disguised = (table: string): boolean =>
      answered(attempt(path, `WITH metadata AS (SELECT * FROM ${table}) SELECT * FROM metadata`));
    const tables = [
      'dbstat',
      'sqlite_schema',
      'pragma_table_info(1)',
      'pragma_hard_heap_limit(0)',
      'pragma_locking_mode',
    ];
    expect(tables.filter(disguised)).toEqual([]);
    expect(disguised('pragma_user_version')).toBe(true);
    expect(disguised("pragma_user_version('9')")).toBe(false);
  });
});
