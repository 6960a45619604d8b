import type { MetricsCollector } from '../src/metrics-collector.ts';
import type { AggregateQuestion } from '../src/query/question.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../src/model/range.ts';
import type { DuckDbTables } from './duckdb-tables.ts';
import type { LiteralStore } from './literal-schema.ts';
import { WORKLOAD_DAYS } from './workload.ts';

/** An answer in a form in which engines can be compared: rows of cells, in any order. */
export type Answer = readonly (readonly (string | number)[])[];

/** One question, as each engine is asked it. */
export type BenchQuestion = {
  readonly id: string;
  readonly title: string;
  readonly ours: (collector: MetricsCollector) => Promise<Answer>;
  /** The same without sketches, where the plain form may answer percentiles within 1 %. */
  readonly oursExact?: (collector: MetricsCollector) => Promise<Answer>;
  readonly literal: (store: LiteralStore) => Answer;
  readonly duckDb: (tables: DuckDbTables) => Promise<Answer>;
  /** True where rollups can answer. */
  readonly rollups: boolean;
};

/** The seven questions. `node` is one that was active in the last hour before `endMicros`. */
export function questionsAbout(endMicros: number, node: string): readonly BenchQuestion[] {
  const spanOf = (micros: number) => ({ since: (endMicros - micros) / 1e6, until: endMicros / 1e6 });
  const hour = spanOf(MICROS_PER_HOUR);
  const day = spanOf(MICROS_PER_DAY);
  const month = spanOf(WORKLOAD_DAYS * MICROS_PER_DAY);
  const literally = ({ since, until }: { since: number; until: number }, metric: string) =>
    `metric = '${metric}' AND timestamp >= ${since} AND timestamp < ${until}`;
  const typed = ({ since, until }: { since: number; until: number }) =>
    `happened >= make_timestamp(${since * 1e6}) AND happened < make_timestamp(${until * 1e6})`;

  const byHour = (field: string, id: string, title: string): BenchQuestion => ({
    id,
    title,
    rollups: true,
    ours: async (collector) => {
      const { rows } = await collector.aggregate({
        ...month,
        metric: 'tokens.consumed',
        aggregations: ['sum(input_tokens)'],
        groupBy: [field],
        bucket: '1h',
      });
      return rows.map(({ bucketStart, group, values }) => [
        cell(bucketStart),
        cell(group[field]),
        cell(values['sum(input_tokens)']),
      ]);
    },
    literal: (store) =>
      cellsOf(
        store.rows(
          `SELECT CAST(timestamp / 3600 AS INTEGER) * 3600 AS hour, ${field === 'node_id' ? 'node_id' : `json_extract(data, '$.${field}')`} AS who,
           sum(json_extract(data, '$.input_tokens')) AS total FROM events WHERE ${literally(month, 'tokens.consumed')} GROUP BY 1, 2`,
        ),
      ),
    duckDb: async (tables) =>
      numbered(
        await tables.rows(
          `SELECT epoch(date_trunc('hour', happened)), ${field}, sum(input_tokens) FROM tokens_consumed WHERE ${typed(month)} GROUP BY 1, 2`,
        ),
      ),
  });

  const percentiles =
    (question: Omit<AggregateQuestion, 'metric'>, exact: boolean) => async (collector: MetricsCollector) => {
      const { rows } = await collector.aggregate({ ...question, metric: 'state.read', exact });
      return rows.map(({ values }) => question.aggregations.map((aggregation) => cell(values[aggregation])));
    };
  const overDay = { ...day, aggregations: ['avg(duration_ms)', 'p95(duration_ms)'] };
  const overMonth = { ...month, aggregations: ['p50(duration_ms)', 'p95(duration_ms)', 'p99(duration_ms)'] };

  return [
    {
      id: 'q1',
      title: 'last hour of one node, as rows',
      rollups: false,
      ours: async (collector) => {
        const { events } = await collector.query({
          ...hour,
          metric: 'state.read',
          filters: { node_id: node },
          limit: 10_000,
        });
        return events.map(({ timestamp, data }) => [timestamp, cell(data['duration_ms'] as number)]);
      },
      literal: (store) =>
        (
          store.rows(
            `SELECT timestamp, data FROM events WHERE ${literally(hour, 'state.read')} AND node_id = '${node}' ORDER BY timestamp`,
          ) as { timestamp: number; data: string }[]
        ).map(({ timestamp, data }) => [timestamp, (JSON.parse(data) as { duration_ms: number }).duration_ms]),
      duckDb: async (tables) =>
        numbered(
          await tables.rows(
            `SELECT epoch(happened), duration_ms, file_size_bytes, lock_wait_ms FROM state_read WHERE ${typed(hour)} AND node_id = '${node}' ORDER BY happened`,
          ),
        ).map((row) => row.slice(0, 2)),
    },
    {
      id: 'q2',
      title: 'mean and p95 over 24 hours',
      rollups: true,
      ours: percentiles(overDay, false),
      oursExact: percentiles(overDay, true),
      literal: (store) =>
        cellsOf(
          store.rows(
            `SELECT avg(json_extract(data, '$.duration_ms')) AS mean, percentile(json_extract(data, '$.duration_ms'), 95) AS p95
             FROM events WHERE ${literally(day, 'state.read')}`,
          ),
        ),
      duckDb: async (tables) =>
        numbered(
          await tables.rows(
            `SELECT avg(duration_ms), quantile_cont(duration_ms, 0.95) FROM state_read WHERE ${typed(day)}`,
          ),
        ),
    },
    byHour('node_id', 'q3', 'sum by hour and node, 30 days'),
    byHour('model', 'q3b', 'sum by hour and model, 30 days'),
    {
      id: 'q4',
      title: 'the 20 slowest tasks, 30 days',
      rollups: false,
      ours: async (collector) => {
        const { events } = await collector.query({
          ...month,
          metric: 'task.completed',
          order: '-duration_seconds',
          limit: 20,
        });
        return events.map(({ data }) => [cell(data['task_id'] as string), cell(data['duration_seconds'] as number)]);
      },
      literal: (store) =>
        cellsOf(
          store.rows(
            `SELECT json_extract(data, '$.task_id') AS task, json_extract(data, '$.duration_seconds') AS seconds FROM events
             WHERE ${literally(month, 'task.completed')} ORDER BY seconds DESC LIMIT 20`,
          ),
        ),
      duckDb: async (tables) =>
        numbered(
          await tables.rows(
            `SELECT task_id, duration_seconds FROM task_completed WHERE ${typed(month)} ORDER BY duration_seconds DESC LIMIT 20`,
          ),
        ),
    },
    {
      id: 'q5',
      title: 'distinct tasks, 30 days',
      rollups: false,
      ours: async (collector) => {
        const { rows } = await collector.aggregate({
          ...month,
          metric: 'tokens.consumed',
          aggregations: ['distinct(task_id)'],
        });
        return rows.map(({ values }) => [cell(values['distinct(task_id)'])]);
      },
      literal: (store) =>
        cellsOf(
          store.rows(
            `SELECT count(DISTINCT json_extract(data, '$.task_id')) AS tasks FROM events WHERE ${literally(month, 'tokens.consumed')}`,
          ),
        ),
      duckDb: async (tables) =>
        numbered(await tables.rows(`SELECT count(DISTINCT task_id) FROM tokens_consumed WHERE ${typed(month)}`)),
    },
    {
      id: 'q6',
      title: 'p50, p95 and p99 over 30 days',
      rollups: true,
      ours: percentiles(overMonth, false),
      oursExact: percentiles(overMonth, true),
      literal: (store) =>
        cellsOf(
          store.rows(
            `SELECT percentile(value, 50) AS p50, percentile(value, 95) AS p95, percentile(value, 99) AS p99
             FROM (SELECT json_extract(data, '$.duration_ms') AS value FROM events WHERE ${literally(month, 'state.read')})`,
          ),
        ),
      duckDb: async (tables) =>
        numbered(
          await tables.rows(
            `SELECT quantile_cont(duration_ms, 0.5), quantile_cont(duration_ms, 0.95), quantile_cont(duration_ms, 0.99)
             FROM state_read WHERE ${typed(month)}`,
          ),
        ),
    },
  ];
}

/**
 * Whether two answers say the same.
 *
 * @param tolerance Relative difference that numbers may have: rounding, or the stated error of a sketch.
 * @returns What differs, or `undefined`.
 */
export function difference(expected: Answer, actual: Answer, tolerance: number): string | undefined {
  if (expected.length !== actual.length) return `${expected.length} rows against ${actual.length}`;
  const byKey = (rows: Answer) => [...rows].sort((a, b) => compareCells(a, b));
  const others = byKey(actual);
  for (const [i, row] of byKey(expected).entries()) {
    const other = others[i] ?? [];
    for (const [j, value] of row.entries()) {
      const found = other[j];
      const same =
        typeof value === 'number' && typeof found === 'number'
          ? Math.abs(value - found) <= tolerance * Math.abs(value) + 1e-9
          : value === found;
      if (!same) return `row ${i}: ${row.join(', ')} against ${other.join(', ')}`;
    }
  }
  return undefined;
}

function compareCells(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i];
    if (other === undefined || value === other) continue;
    return value < other ? -1 : 1;
  }
  return 0;
}

function cell(value: unknown): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : 'absent';
}

function cellsOf(rows: unknown[]): Answer {
  return rows.map((row) => Object.values(row as Record<string, unknown>).map(cell));
}

/** DuckDB's big integers as numbers. */
function numbered(rows: unknown[][]): Answer {
  return rows.map((row) => row.map((value) => cell(typeof value === 'bigint' ? Number(value) : value)));
}
