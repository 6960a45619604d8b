import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { WorkloadEvent } from './workload.ts';

/**
 * The plain way to keep such events, and the baseline of most benches: one table with the data as JSON, an index on
 * each of the three columns that are asked for, uniqueness by time, metric and node, and SQLite's default journal.
 */
const SCHEMA = `
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  timestamp REAL NOT NULL,
  metric TEXT NOT NULL,
  node_id TEXT,
  data JSON,
  UNIQUE(timestamp, metric, node_id)
);
CREATE INDEX idx_timestamp ON events(timestamp);
CREATE INDEX idx_metric ON events(metric);
CREATE INDEX idx_node_id ON events(node_id);
`;

/** Milliseconds a writer waits for another one's lock, as Python's sqlite3 does by default. */
const BUSY_TIMEOUT_MILLIS = 5_000;

export class LiteralStore {
  readonly database: DatabaseSync;
  readonly #insert: StatementSync;

  /** @param options.create False for a second process on a store that is there already. */
  constructor(path: string, options: { readonly create?: boolean } = {}) {
    this.database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MILLIS });
    if (options.create ?? true) this.database.exec(SCHEMA);
    this.#insert = this.database.prepare('INSERT INTO events(timestamp, metric, node_id, data) VALUES (?, ?, ?, ?)');
  }

  /** One event, in a transaction of its own unless one is open. */
  insert(metric: string, timestamp: number, data: Readonly<Record<string, unknown>>): void {
    const node = data['node_id'];
    this.#insert.run(timestamp, metric, typeof node === 'string' ? node : null, JSON.stringify(data));
  }

  /** Many events, in transactions of 10,000. */
  insertAll(events: Iterable<WorkloadEvent>): void {
    let open = 0;
    for (const { metric, atMicros, data } of events) {
      if (open === 0) this.database.exec('BEGIN');
      this.insert(metric, atMicros / 1e6, data);
      if (++open === 10_000) {
        this.database.exec('COMMIT');
        open = 0;
      }
    }
    if (open > 0) this.database.exec('COMMIT');
  }

  rows(sql: string, ...parameters: (string | number)[]): unknown[] {
    return this.database.prepare(sql).all(...parameters);
  }

  close(): void {
    this.database.close();
  }
}
