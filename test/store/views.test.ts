import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_HOUR } from '../../src/model/range.ts';
import { createViews } from '../../src/store/sqlite/answers/views.ts';
import { UNLIMITED } from '../contracts/store-contract.ts';
import { NOW_MICROS, sample } from '../support/sample-events.ts';
import { openBench } from '../support/sqlite-stores.ts';

const HOUR = NOW_MICROS - (NOW_MICROS % MICROS_PER_HOUR) - MICROS_PER_HOUR;
const AT = HOUR + 60_000_001;

function ask(path: string, sql: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('PRAGMA trusted_schema = OFF');
  createViews(db);
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => Object.fromEntries(Object.entries(row)));
  } finally {
    db.close();
  }
}

describe('the views for SQL', () => {
  it('show a metric with its fields in their units', async () => {
    const { store, put } = await openBench();
    const data = { node_id: "O'Node", cached: true, tests: 3, wait_ms: 1.5, files: ['a.ts', 'ü.ts'] };
    await put([sample(AT, data, { source: 'otlp', inferred: true, cluster: 'blue' }), sample(AT + 1)]);
    const { storeId } = await store.stats();
    expect(ask(store.path, 'SELECT * FROM sample_taken ORDER BY timestamp')).toEqual([
      {
        timestamp: AT / 1e6,
        at: '2026-11-24T11:01:00.000001Z',
        id: `${storeId}:sample.taken:${AT}`,
        node_id: "O'Node",
        task_id: null,
        model: null,
        outcome: null,
        cached: 1,
        tests: 3,
        change: null,
        wait_ms: 1.5,
        cost_usd: null,
        files: '["a.ts","ü.ts"]',
        source: 'otlp',
        inferred: 1,
        cluster: 'blue',
      },
      expect.objectContaining({ files: null, cluster: null, source: 'library', inferred: 0 }),
    ]);
  });

  it('show all events with their data as JSON, without what is absent', async () => {
    const { store, put } = await openBench();
    await put([sample(AT, { node_id: 'N', cached: false, cost_usd: 0.25, files: ['a'] }), sample(AT + 1)]);
    const rows = ask(store.path, 'SELECT timestamp, metric, node_id, data FROM events ORDER BY timestamp');
    expect(rows).toEqual([
      {
        timestamp: AT / 1e6,
        metric: 'sample.taken',
        node_id: 'N',
        data: '{"node_id":"N","cached":false,"cost_usd":0.25,"files":["a"]}',
      },
      { timestamp: (AT + 1) / 1e6, metric: 'sample.taken', node_id: null, data: '{}' },
    ]);
  });

  it('show the rollups of whole hours as aggregates', async () => {
    const { store, put } = await openBench();
    await put([sample(AT, { wait_ms: 1 }), sample(AT + 1, { wait_ms: 4, node_id: 'N' }), sample(AT + 2)]);
    expect(ask(store.path, 'SELECT * FROM aggregates')).toEqual([]);
    await store.upkeep(UNLIMITED, NOW_MICROS);
    const rows = ask(store.path, 'SELECT * FROM aggregates');
    const period = { period_start: HOUR / 1e6, period_end: (HOUR + MICROS_PER_HOUR) / 1e6, metric: 'sample.taken' };
    expect(rows).toEqual([
      { ...period, aggregation: 'count', value: 3 },
      { ...period, aggregation: 'sum(wait_ms)', value: 5 },
      { ...period, aggregation: 'avg(wait_ms)', value: 2.5 },
      { ...period, aggregation: 'min(wait_ms)', value: 1 },
      { ...period, aggregation: 'max(wait_ms)', value: 4 },
    ]);
  });

  it('show the settings of the store', async () => {
    const { store } = await openBench();
    const rows = ask(store.path, 'SELECT key, value FROM metadata ORDER BY key') as { key: string; value: string }[];
    const { storeId, schemaVersion } = await store.stats();
    expect(Object.fromEntries(rows.map(({ key, value }) => [key, value]))).toEqual({
      created: '2026-11-24T12:30:00.000000Z',
      raw_from: '1970-01-01T00:00:00.000000Z',
      store_id: storeId,
      version: String(schemaVersion),
    });
  });

  it('are there before any event is, and hide foreign tables of their names without breaking them', async () => {
    const { store, put } = await openBench();
    expect(ask(store.path, 'SELECT * FROM events')).toEqual([]);
    const python = new DatabaseSync(store.path);
    python.exec("CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT); INSERT INTO events (data) VALUES ('theirs')");
    python.close();
    await put([sample(AT)]);
    expect(ask(store.path, 'SELECT metric FROM events')).toEqual([{ metric: 'sample.taken' }]);
    expect(ask(store.path, 'SELECT data FROM main.events')).toEqual([{ data: 'theirs' }]);
  });
});
