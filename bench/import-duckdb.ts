import { METRICS } from '../src/metrics/index.ts';
import type { AnyField } from '../src/model/field.ts';
import { columnType } from './duckdb-tables.ts';
import { duckDb } from './peers.ts';

/**
 * The same lines by DuckDB: `read_json` with declared columns into a table of a new file, on as many threads as it likes.
 * The third argument names the metrics that the lines have, since every further field in its declaration costs time.
 */
const [source = '', target = '', named = ''] = process.argv.slice(2);

const types = new Map<string, string>();
for (const { name, fields } of METRICS) {
  if (!named.split(',').includes(name)) continue;
  for (const [field, declared] of Object.entries<AnyField>(fields)) {
    const type = columnType(declared);
    // A field that two metrics declare differently, as `files_modified`, is kept as it is written.
    types.set(field, (types.get(field) ?? type) === type ? type : 'JSON');
  }
}
const data = [...types].map(([field, type]) => `"${field}" ${type}`).join(', ');
const columns = `{metric: 'VARCHAR', timestamp: 'DOUBLE', node_id: 'VARCHAR', data: 'STRUCT(${data})'}`;

const instance = await duckDb().DuckDBInstance.create(target);
const connection = await instance.connect();
await connection.run(
  `CREATE TABLE events AS
     SELECT metric, make_timestamp(CAST(round(timestamp * 1e6) AS BIGINT)) AS happened, node_id, data
     FROM read_json('${source}', format = 'newline_delimited', columns = ${columns})`,
);
await connection.run('CHECKPOINT');
connection.closeSync();
instance.closeSync();
