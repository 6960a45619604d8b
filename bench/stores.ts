import { mkdirSync } from 'node:fs';

import { type MetricsCollector, openMetrics } from '../src/metrics-collector.ts';
import { MICROS_PER_HOUR } from '../src/model/range.ts';
import { DuckDbTables } from './duckdb-tables.ts';
import { Scratch } from './harness.ts';
import { LiteralStore } from './literal-schema.ts';
import { workload, type WorkloadEvent } from './workload.ts';

/** Events between two drains while a store is filled. */
const DRAIN_EVERY = 50_000;
/** No size limit here: what is measured is what the events take. */
const NO_LIMITS = { rawDays: 400, rollupDays: 4_000, maxBytes: 1e12 };
const SPOOL_BYTES = 4e9;

/**
 * The same workload in our store, in the literal schema and in DuckDB. Each is filled when it is first asked for and
 * kept for the other benches of the run.
 */
export class LargeStores {
  readonly events: number;
  /** The end of the last whole hour: the workload is the 30 days before, so that all of its hours are finished. */
  readonly endMicros = Math.floor(Date.now() / 3_600_000) * MICROS_PER_HOUR;
  readonly #scratch = new Scratch();
  readonly #tell: (line: string) => void;
  #ours: Promise<MetricsCollector> | undefined;
  #literal: LiteralStore | undefined;
  #duckDb: Promise<DuckDbTables> | undefined;

  constructor(events: number, tell: (line: string) => void) {
    this.events = events;
    this.#tell = tell;
  }

  get oursDirectory(): string {
    return this.#scratch.at('ours');
  }
  get literalPath(): string {
    return this.#scratch.at('literal.db');
  }
  get duckDbPath(): string {
    return this.#scratch.at('typed.duckdb');
  }

  workload(): Iterable<WorkloadEvent> {
    return workload({ events: this.events, endMicros: this.endMicros });
  }

  /** Filled through `emit()`, drained, rolled up. */
  ours(): Promise<MetricsCollector> {
    this.#ours ??= this.#fillOurs();
    return this.#ours;
  }

  literal(): LiteralStore {
    if (this.#literal === undefined) {
      this.#tell('filling the literal schema');
      this.#literal = new LiteralStore(this.literalPath);
      this.#literal.insertAll(this.workload());
    }
    return this.#literal;
  }

  duckDb(): Promise<DuckDbTables> {
    this.#duckDb ??= this.#fillDuckDb();
    return this.#duckDb;
  }

  /** A store of its own with the workload, drained and nothing more. */
  async fillUnkept(directory: string): Promise<void> {
    const collector = await this.#filled(directory);
    await collector.close();
  }

  async close(): Promise<void> {
    await (await this.#ours)?.close();
    this.#literal?.close();
    (await this.#duckDb)?.close();
    this.#scratch[Symbol.dispose]();
  }

  async #fillOurs(): Promise<MetricsCollector> {
    this.#tell('filling our store');
    const collector = await this.#filled(this.oursDirectory);
    await collector.upkeep();
    const { events } = await collector.stats();
    if (events !== this.events)
      throw new Error(`${this.events} events went in, ${events} are stored: ${JSON.stringify(collector.health())}`);
    return collector;
  }

  async #filled(directory: string): Promise<MetricsCollector> {
    mkdirSync(directory, { mode: 0o700 });
    const collector = openMetrics({ directory, retention: NO_LIMITS, maxSpoolBytes: SPOOL_BYTES });
    let pending = 0;
    for (const { metric, atMicros, data } of this.workload()) {
      collector.emit({ metric, atMicros, data, source: 'library', inferred: false });
      if (++pending < DRAIN_EVERY) continue;
      pending = 0;
      await collector.flush();
      await collector.drain();
    }
    await collector.flush();
    await collector.drain();
    return collector;
  }

  async #fillDuckDb(): Promise<DuckDbTables> {
    this.#tell('filling DuckDB');
    const tables = await DuckDbTables.open(this.duckDbPath);
    await tables.load(this.workload(), `${this.duckDbPath}-`);
    return tables;
  }
}
