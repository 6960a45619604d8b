import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY } from '../../src/model/range.ts';
import type { SqlJob, SqlReport } from '../../src/query/sql-protocol.ts';
import { runStatement } from '../../src/query/sql-runner.ts';
import { createViews } from '../../src/store/sqlite/answers/views.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, SAMPLE, sample, sampleEvents } from '../support/sample-events.ts';
import { openBench, type StoreBench } from '../support/sqlite-stores.ts';

const OLDEST = NOW_MICROS - 3 * MICROS_PER_DAY;
const LATER = NOW_MICROS + 2 * MICROS_PER_DAY;
const DAY_AGO = (NOW_MICROS - MICROS_PER_DAY) / 1e6;

/** What the process for a statement would answer. */
function ask(path: string, statement: string): unknown {
  const reports: SqlReport[] = [];
  const job: SqlJob = {
    path,
    statement,
    parameters: [],
    timeoutMillis: 5_000,
    maxRows: 10_000,
    maxMemoryBytes: 256 * 1024 * 1024,
  };
  runStatement(job, (report) => reports.push(report));
  const failed = reports.find(({ type }) => type === 'failed');
  return failed ?? reports.flatMap((report) => (report.type === 'rows' ? report.rows : []));
}

const STATEMENTS = [
  'SELECT * FROM sample_taken ORDER BY timestamp',
  'SELECT * FROM sample_taken ORDER BY timestamp DESC LIMIT 3',
  'SELECT * FROM events ORDER BY timestamp',
  'SELECT count(*) FROM sample_taken',
  'SELECT count(*), count(tests), sum(tests), avg(wait_ms), min(at), max(id), total(cost_usd) FROM sample_taken',
  `SELECT count(*), sum(change) FROM sample_taken WHERE timestamp >= ${DAY_AGO}`,
  'SELECT node_id, outcome, count(*), sum(wait_ms) FROM sample_taken GROUP BY 1, 2 ORDER BY 1, 2',
  'SELECT typeof(tests), typeof(wait_ms), typeof(cached), typeof(files), typeof(node_id), count(*) FROM sample_taken GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5',
  "SELECT id FROM sample_taken WHERE tests = '1' OR tests / 2 = 1 OR model LIKE 'LARGE%' ORDER BY 1",
  'SELECT source, inferred, cluster, count(*) FROM sample_taken GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
  'SELECT value, count(*) FROM sample_taken, json_each(files) GROUP BY 1 ORDER BY 1',
  'SELECT a.id, b.id FROM sample_taken AS a JOIN sample_taken AS b ON a.task_id = b.task_id AND a.timestamp < b.timestamp ORDER BY 1, 2',
  'SELECT id FROM sample_taken AS a WHERE NOT EXISTS (SELECT 1 FROM sample_taken AS b WHERE b.timestamp > a.timestamp)',
  'WITH days AS (SELECT substr(at, 1, 10) AS day, tests FROM sample_taken) SELECT day, count(*), max(tests) FROM days GROUP BY 1 ORDER BY 1',
  'SELECT id, row_number() OVER (ORDER BY timestamp), lag(tests) OVER (PARTITION BY node_id ORDER BY timestamp) FROM sample_taken ORDER BY 1',
  "SELECT metric, json_extract(data, '$.files[0]'), count(*) FROM events GROUP BY 1, 2 ORDER BY 1, 2",
  'SELECT DISTINCT model FROM sample_taken WHERE cached IS NOT NULL ORDER BY 1',
  'SELECT timestamp FROM sample_taken UNION SELECT timestamp FROM events ORDER BY 1',
  'SELECT 1 FROM sample_taken',
];

const HOUR_SECONDS = 3_600;
/** Of which the times are read, so that not every block is; see `sqlTimes`. */
const TIMED = [
  `SELECT count(*), sum(tests) FROM sample_taken WHERE timestamp >= ${DAY_AGO}`,
  `SELECT count(*), sum(tests) FROM sample_taken WHERE timestamp > ${DAY_AGO - 30 * HOUR_SECONDS} AND timestamp < ${DAY_AGO}`,
  `SELECT id FROM sample_taken WHERE timestamp BETWEEN ${DAY_AGO} AND ${DAY_AGO + HOUR_SECONDS / 60} ORDER BY 1`,
  `SELECT count(*), sum(tests) FROM sample_taken WHERE NOT timestamp > ${DAY_AGO}`,
  `SELECT count(*), sum(tests) FROM sample_taken WHERE timestamp > ${DAY_AGO} OR tests = 7`,
  `SELECT count(*), min(at), max(at) FROM sample_taken WHERE at >= '${new Date(DAY_AGO * 1e3).toISOString().slice(0, 10)}'`,
  `SELECT count(*), min(at), max(at) FROM sample_taken WHERE at < '${new Date(DAY_AGO * 1e3).toISOString().slice(0, 13)}'`,
  `SELECT metric, count(*) FROM events WHERE timestamp < ${DAY_AGO} GROUP BY 1`,
  'SELECT id, tests FROM sample_taken ORDER BY timestamp DESC LIMIT 100',
  'SELECT id, tests FROM sample_taken ORDER BY timestamp LIMIT 100',
  'SELECT id FROM sample_taken WHERE tests % 9000 = 5 ORDER BY timestamp LIMIT 3',
  'SELECT id FROM sample_taken WHERE tests % 9000 = 5 ORDER BY timestamp DESC LIMIT 4',
  'SELECT id FROM sample_taken WHERE tests % 9000 = 5 ORDER BY timestamp DESC LIMIT 500',
  `SELECT id FROM sample_taken WHERE tests % 9000 = 5 AND timestamp < ${DAY_AGO} ORDER BY timestamp DESC LIMIT 2`,
  'SELECT count(*) FROM sample_taken ORDER BY timestamp DESC LIMIT 1',
  "SELECT id, json_extract(data, '$.tests') FROM events ORDER BY timestamp LIMIT 7",
];

const seal = (bench: StoreBench, nowMicros = LATER) => bench.store.upkeep(UNLIMITED, nowMicros);

describe('statements on sealed rows', () => {
  it('answer as they do on rows that are not', async () => {
    const property = fc.asyncProperty(sampleEvents, fc.boolean(), async (events, whole) => {
      const bench = await openBench();
      await bench.put(events);
      const before = STATEMENTS.map((statement) => ask(bench.store.path, statement));
      await seal(bench, whole ? LATER + MICROS_PER_DAY : NOW_MICROS);
      for (const [i, statement] of STATEMENTS.entries()) expect(ask(bench.store.path, statement)).toEqual(before[i]);
    });
    await fc.assert(property, { numRuns: 8 });
  });

  it('see every row of blocks of any length, and give what is newest first', async () => {
    const bench = await openBench();
    for (const rows of [1, 31, 32, 33, 1_000]) {
      await bench.put(Array.from({ length: rows }, (_, i) => sample(OLDEST + rows * 10_000 + i, { tests: i })));
      await seal(bench);
    }
    expect(ask(bench.store.path, 'SELECT count(*), sum(tests), count(DISTINCT timestamp) FROM sample_taken')).toEqual([
      [1_097, [31, 32, 33, 1_000].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0), 1_097],
    ]);
    const [newest] = ask(bench.store.path, 'SELECT tests FROM sample_taken LIMIT 1') as number[][];
    expect(newest).toEqual([999]);
  });

  it('answer the same where they need few of the blocks', async () => {
    const [sealed, plain] = [await openBench(), await openBench()];
    const events = Array.from({ length: 40_000 }, (_, i) => sample(OLDEST + i * 5_000_000, { tests: i }));
    for (const bench of [sealed, plain]) await bench.put(events);
    await seal(sealed, NOW_MICROS);
    const late = [0, 9, 20_000, 39_000].map((i) => sample(OLDEST + i * 5_000_000 + 1, { tests: 5 }));
    for (const bench of [sealed, plain]) await bench.put(late);
    const [{ sealedBlocks }] = [await sealed.store.stats()];
    expect(sealedBlocks).toBeGreaterThan(2);
    // Ids begin with the store's.
    const answer = (bench: StoreBench, statement: string) =>
      JSON.stringify(ask(bench.store.path, statement)).replaceAll(/[0-9a-f]{12}:/g, '');
    for (const statement of TIMED) expect.soft(answer(sealed, statement)).toBe(answer(plain, statement));
  });

  it('see NULL in a column that came after the block, and late rows beside it', async () => {
    const bench = await openBench();
    await bench.put([sample(OLDEST, { tests: 1 })]);
    await seal(bench);
    await bench.put([sample(OLDEST + 1, { wait_ms: 2.5, files: ['a'], model: 'late' })]);
    expect(ask(bench.store.path, 'SELECT tests, wait_ms, files, model FROM sample_taken ORDER BY timestamp')).toEqual([
      [1, null, null, null],
      [null, 2.5, '["a"]', 'late'],
    ]);
  });

  it('leave out a block whose bytes are damaged', async () => {
    const bench = await openBench();
    await bench.put([sample(OLDEST), sample(OLDEST + 1)]);
    await seal(bench);
    const db = new DatabaseSync(bench.store.path);
    db.exec("UPDATE block SET b = x'00'");
    db.close();
    await bench.put([sample(NOW_MICROS, { tests: 1 })]);
    expect(ask(bench.store.path, 'SELECT count(*) FROM sample_taken')).toEqual([[1]]);
    expect(ask(bench.store.path, 'SELECT tests FROM sample_taken')).toEqual([[1]]);
  });

  it('decode nothing of events that are only counted', async () => {
    const bench = await openBench(undefined, [SAMPLE, { ...SAMPLE, name: 'sample.other' }]);
    const others = [sample(OLDEST, {}, { metric: 'sample.other' }), sample(OLDEST + 1, {}, { metric: 'sample.other' })];
    await bench.put([sample(OLDEST, { tests: 7 }), ...others]);
    await seal(bench);
    const db = new DatabaseSync(bench.store.path, { readOnly: true });
    createViews(db);
    const functionsOf = (statement: string) =>
      db
        .prepare(`EXPLAIN ${statement}`)
        .all()
        .flatMap(({ p4 }) => /^sealed_\w+/.exec(String(p4)) ?? []);
    expect(functionsOf('SELECT count(*) FROM events')).not.toContain('sealed_cell');
    expect(functionsOf('SELECT count(data) FROM events')).toContain('sealed_cell');
    expect(db.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: 3 });
    db.close();
  });

  it('see one state of the store, however it is sealed meanwhile', async () => {
    const bench = await openBench();
    await bench.put(Array.from({ length: 100 }, (_, i) => sample(OLDEST + i * 1_000, { tests: i })));
    await seal(bench, NOW_MICROS);
    await bench.put(Array.from({ length: 100 }, (_, i) => sample(OLDEST + i * 1_000 + 1, { tests: i })));
    const db = new DatabaseSync(bench.store.path, { readOnly: true });
    db.exec('BEGIN');
    createViews(db);
    // Blocks may be larger than what bounds the values of a statement.
    db.limits.length = 1_000;
    await seal(bench);
    await bench.put([sample(OLDEST + 1_000_000)]);
    expect(db.prepare('SELECT count(*) AS n, sum(tests) AS tests FROM sample_taken').get()).toMatchObject({
      n: 200,
      tests: 9_900,
    });
    db.close();
    expect(ask(bench.store.path, 'SELECT count(*) FROM sample_taken')).toEqual([[201]]);
  });

  it('may read blocks only through the views', async () => {
    const bench = await openBench();
    await bench.put([sample(OLDEST, { tests: 7 })]);
    await seal(bench);
    const refused = [
      'SELECT * FROM block',
      'SELECT count(*) FROM main.block',
      'SELECT b FROM block',
      'SELECT * FROM damaged_block',
      'SELECT count(*) FROM damaged_block',
      'SELECT * FROM sealed_number',
      'SELECT count(*) FROM temp.sealed_number',
      'SELECT sealed_cell(1, 0)',
      'SELECT sealed_times(1, 0)',
      'SELECT sealed_sound(1)',
      'SELECT sealed_from()',
      'SELECT sealed_sound(1) FROM sample_taken',
      'SELECT * FROM sample_taken, block',
    ];
    for (const statement of refused) {
      expect.soft(ask(bench.store.path, statement), statement).toMatchObject({ code: 'SQL_REFUSED' });
    }
  });
});
