import type { DatabaseSync } from 'node:sqlite';
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../../model/range.ts';
import type { Column } from '../../columns/column.ts';
import { EPOCH_MICROS, pragmaNumber, readMeta } from '../file/schema.ts';
import { Dictionary, NAME_FUNCTION } from '../names/dictionary.ts';
import { isCoded } from '../rows/cells.ts';
import { byMetricId, type EventTable, quoted, readEventTables } from '../rows/event-tables.ts';
import { OwnReads } from './own-reads.ts';
import { dayTotals } from './rollup-totals.ts';
import { hasTable, SealedCells } from './sealed-cells.ts';

/** Made known to SQL by `createViews`: the totals of the hours of a metric's day, see `dayTotals`. */
export const TOTALS_FUNCTION = 'rollup_totals';

/**
 * Make the tables that users ask in SQL, as temporary views of one connection; nothing is written to the file.
 *
 * One for each metric, named with `_` for `.`: `timestamp` (seconds), `at` (ISO 8601, UTC), `id`, the declared fields
 * in their units, `source`, `inferred`, `cluster`. And over all metrics: `events` (id, timestamp, metric, node_id,
 * data), `aggregates` (period_start, period_end, metric, aggregation, value; of whole hours), `metadata` (key, value).
 * A table of such a name in the file is hidden by the view, and still there as `main.events`.
 *
 * Sealed rows are decoded on the way, as far as a statement uses them. SQLite brings no condition to the blocks: it looks
 * at the time of each row of its metric that `SealedCells.narrow` did not rule out (a tenth of a second for 400,000), and
 * each further column that it uses costs 0.15 µs a row. Rows of damaged blocks are left out.
 *
 * Ask within the read transaction in which the views are made: they know the blocks there were.
 *
 * @returns What its functions read themselves, which sealed rows they give, and the numbers of the metrics in each view that has a time.
 */
export function createViews(db: DatabaseSync): {
  readonly reads: OwnReads;
  readonly sealed: SealedCells;
  readonly metrics: ReadonlyMap<string, readonly number[]>;
} {
  const tables = [...readEventTables(db).values()];
  const reads = new OwnReads(db);
  const sealed = new SealedCells(db, tables, reads);
  new Dictionary(db).makeFunction((read) => reads.run(read));
  const storeId = String(readMeta(db, 'store_id'));
  const metrics = new Map<string, readonly number[]>();
  for (const table of tables) {
    const short = table.metric.replaceAll('.', '_');
    // `a.b_c` and `a_b.c` would share a name: then the later one goes by its own, in quotes.
    const name = metrics.has(short) ? table.metric : short;
    createView(db, name, metricView(table, storeId, sealed));
    metrics.set(name, [table.metricId]);
  }
  metrics.set(
    'events',
    tables.map(({ metricId }) => metricId),
  );
  createView(db, 'events', eventsView(tables, storeId, sealed));
  const byMetric = byMetricId(tables);
  db.function(TOTALS_FUNCTION, { deterministic: true }, (metric, day) => {
    const table = byMetric.get(Number(metric));
    return table === undefined ? '[]' : reads.run(() => dayTotals(db, table, Number(day)));
  });
  createView(db, 'aggregates', hasTable(db, 'rollup') ? AGGREGATES : NO_AGGREGATES);
  createView(db, 'metadata', metadataView(pragmaNumber(db, 'user_version')));
  return { reads, sealed, metrics };
}

function createView(db: DatabaseSync, name: string, select: string): void {
  db.exec(`CREATE TEMP VIEW IF NOT EXISTS ${quoted(name)} AS ${select}`);
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const MICROS = `(t + ${EPOCH_MICROS})`;
const isoOf = (micros: string): string =>
  `strftime('%Y-%m-%dT%H:%M:%S', ${micros} / ${MICROS_PER_SECOND}, 'unixepoch') ||
    format('.%06dZ', ${micros} % ${MICROS_PER_SECOND})`;
const TIMESTAMP = `${MICROS} / 1e6`;
const idOf = (table: EventTable, storeId: string): string => `${text(`${storeId}:${table.metric}:`)} || ${MICROS}`;
const originOf = (part: string): string => `(SELECT ${part} FROM main.origin WHERE id = o)`;
const nameOf = (number: string): string => `${NAME_FUNCTION}(${number})`;

/** A field in its own unit. */
function valueSql(column: Column): string {
  const cell = quoted(column.name);
  if (isCoded(column)) return nameOf(cell);
  if (column.kind === 'names') {
    const list = `(SELECT json_group_array(${nameOf('value')}) FROM json_each(${cell}))`;
    return `CASE WHEN ${cell} IS NOT NULL THEN ${list} END`;
  }
  return column.scale === 1 ? cell : `${cell} / ${column.scale}.0`;
}

/** The same, as part of a JSON object. */
function jsonSql(column: Column): string {
  if (column.kind === 'flag')
    return `CASE ${quoted(column.name)} WHEN 0 THEN json('false') WHEN 1 THEN json('true') END`;
  return column.kind === 'names' ? `json(${valueSql(column)})` : valueSql(column);
}

function metricView(table: EventTable, storeId: string, sealed: SealedCells): string {
  const columns = new Map(table.columns.map((column) => [column.name, valueSql(column)]));
  const fields = table.declared.map(([field]) => `, ${columns.get(field) ?? 'NULL'} AS ${quoted(field)}`).join('');
  return `SELECT ${TIMESTAMP} AS timestamp, ${isoOf(MICROS)} AS at, ${idOf(table, storeId)} AS id${fields},
    ${originOf('source')} AS source, ${originOf('inferred')} AS inferred,
    ${originOf(`nullif(cluster, '')`)} AS cluster FROM ${sealed.source(table)}`;
}

function eventsView(tables: readonly EventTable[], storeId: string, sealed: SealedCells): string {
  // The condition: SQLite would count the rows of parts without one with all of their columns made.
  const parts = tables.map((table) => {
    const node = table.columns.find(({ name }) => name === 'node_id');
    const pairs = table.columns.map((column) => `${text(column.name)}, ${jsonSql(column)}`).join(', ');
    // A merge patch drops what is null: absent fields are left out.
    return `SELECT ${idOf(table, storeId)} AS id, ${TIMESTAMP} AS timestamp, ${text(table.metric)} AS metric,
      ${node === undefined ? 'NULL' : valueSql(node)} AS node_id, json_patch('{}', json_object(${pairs})) AS data
      FROM ${sealed.source(table)} WHERE true`;
  });
  const none = 'SELECT NULL AS id, NULL AS timestamp, NULL AS metric, NULL AS node_id, NULL AS data WHERE 0';
  return parts.length === 0 ? none : parts.join(' UNION ALL ');
}

/** Seconds since the Unix epoch at which a stored hour starts. */
const HOUR_SECONDS = MICROS_PER_HOUR / MICROS_PER_SECOND;
const EPOCH_SECONDS = EPOCH_MICROS / MICROS_PER_SECOND;

/** Hours that changed since they were rolled up are left out until they are rolled up again. */
const AGGREGATES = `
  SELECT CAST(${EPOCH_SECONDS} + (r.day * 24 + (total.value ->> 0)) * ${HOUR_SECONDS} AS REAL) AS period_start,
    CAST(${EPOCH_SECONDS} + (r.day * 24 + (total.value ->> 0) + 1) * ${HOUR_SECONDS} AS REAL) AS period_end,
    m.name AS metric, total.value ->> 1 AS aggregation, total.value ->> 2 AS value
  FROM (SELECT DISTINCT metric, day FROM main.rollup) AS r
  JOIN main.metric AS m ON m.id = r.metric
  JOIN json_each(${TOTALS_FUNCTION}(r.metric, r.day)) AS total
  WHERE NOT EXISTS (
    SELECT 1 FROM main.dirty AS d WHERE d.metric = r.metric AND d.hour = r.day * 24 + (total.value ->> 0))`;

/** Of a file of an older version that cannot be written. */
const NO_AGGREGATES = `
  SELECT NULL AS period_start, NULL AS period_end, NULL AS metric, NULL AS aggregation, NULL AS value WHERE 0`;

const metadataView = (schemaVersion: number): string => `
  SELECT 'version' AS key, '${schemaVersion}' AS value
  UNION ALL SELECT key, CASE key
    WHEN 'created' THEN ${isoOf('value')}
    WHEN 'raw_from' THEN ${isoOf(`(value + ${EPOCH_MICROS})`)}
    ELSE CAST(value AS TEXT) END FROM main.meta`;
