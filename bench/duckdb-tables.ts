import { closeSync, openSync, writeSync } from 'node:fs';

import { METRICS } from '../src/metrics/index.ts';
import type { AnyField } from '../src/model/field.ts';
import { type DuckDbConnection, type DuckDbInstance, duckDb } from './peers.ts';
import type { WorkloadEvent } from './workload.ts';

const WRITE_CHARACTERS = 1 << 20;

/** A DuckDB file with one table per metric, its columns typed as the catalogue declares them: the best peer for questions. */
export class DuckDbTables {
  readonly #instance: DuckDbInstance;
  readonly connection: DuckDbConnection;

  private constructor(instance: DuckDbInstance, connection: DuckDbConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  static async open(path: string): Promise<DuckDbTables> {
    const instance = await duckDb().DuckDBInstance.create(path);
    return new DuckDbTables(instance, await instance.connect());
  }

  /** Make the tables and fill them, through NDJSON files (one per metric, named after `ndjsonPrefix`) with declared columns. */
  async load(events: Iterable<WorkloadEvent>, ndjsonPrefix: string): Promise<void> {
    const files = writeByMetric(events, ndjsonPrefix);
    for (const { name, fields } of METRICS) {
      const columns = Object.entries<AnyField>(fields).map(
        ([field, declared]) => [field, columnType(declared)] as const,
      );
      await this.connection.run(
        `CREATE TABLE ${tableOf(name)} (happened TIMESTAMP NOT NULL, ${columns.map(([field, type]) => `"${field}" ${type}`).join(', ')})`,
      );
      const file = files.get(name);
      if (file === undefined) continue;
      const names = columns.map(([field]) => `"${field}"`).join(', ');
      const types = [['at_micros', 'BIGINT'] as const, ...columns]
        .map(([field, type]) => `'${field}': '${type}'`)
        .join(', ');
      await this.connection.run(
        `INSERT INTO ${tableOf(name)} SELECT make_timestamp(at_micros), ${names} FROM read_json('${file}', format = 'newline_delimited', columns = {${types}})`,
      );
    }
    await this.connection.run('CHECKPOINT');
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  close(): void {
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}

/** `state.read` is the table `state_read`. */
export function tableOf(metric: string): string {
  return metric.replaceAll('.', '_');
}

export function columnType({ kind }: AnyField): string {
  switch (kind) {
    case 'flag':
      return 'BOOLEAN';
    case 'count':
    case 'delta':
      return 'BIGINT';
    case 'measure':
      return 'DOUBLE';
    case 'names':
      return 'VARCHAR[]';
    default:
      return 'VARCHAR';
  }
}

function writeByMetric(events: Iterable<WorkloadEvent>, prefix: string): Map<string, string> {
  const open = new Map<string, { path: string; file: number; text: string }>();
  for (const { metric, atMicros, data } of events) {
    let out = open.get(metric);
    if (out === undefined) {
      const path = `${prefix}${tableOf(metric)}.ndjson`;
      out = { path, file: openSync(path, 'w'), text: '' };
      open.set(metric, out);
    }
    out.text += `${JSON.stringify({ at_micros: atMicros, ...data })}\n`;
    if (out.text.length < WRITE_CHARACTERS) continue;
    writeSync(out.file, out.text);
    out.text = '';
  }
  for (const { file, text } of open.values()) {
    writeSync(file, text);
    closeSync(file);
  }
  return new Map([...open].map(([metric, { path }]) => [metric, path]));
}
