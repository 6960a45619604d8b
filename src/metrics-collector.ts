import { resolve } from 'node:path';
import { loadConfig } from './config/index.ts';
import { BackgroundDrain } from './intake/background-drain.ts';
import { Intake } from './intake/intake.ts';
import { type AnyFunction, type TrackData, trackFunction } from './intake/track.ts';
import { writeAtExit } from './intake/write-at-exit.ts';
import type { DataOf, Metric } from './metrics/define-metric.ts';
import { type Catalogue, catalogueOf, type MetricData, type MetricName } from './metrics/index.ts';
import { type Clock, SystemClock } from './model/clock.ts';
import type { DropReason, EventData, IncomingEvent, SourceName, StoredEvent } from './model/event.ts';
import { MICROS_PER_SECOND } from './model/range.ts';
import type {
  AggregateAnswer,
  AggregateQuestion,
  EventAnswer,
  EventQuestion,
  SeriesAnswer,
  SeriesQuestion,
  SqlAnswer,
  SqlOptions,
} from './query/question.ts';
import type {
  DrainReport,
  ProducerLedger,
  RetentionSettings,
  Store,
  StoredMetric,
  StoreStats,
  UpkeepReport,
} from './store/store.ts';

export type OpenOptions = {
  /** The folder of the store. Default: `CONTEXT_BUS_DIR`, else `.ai` in the working directory. */
  readonly directory?: string | undefined;
  /** Custom metrics, beside those of the configuration file. */
  readonly metrics?: readonly Metric[];
  /** Metrics and categories that are off, beside those of the configuration. */
  readonly disabled?: readonly string[];
  /** Names the cluster, where one store holds several. */
  readonly cluster?: string | undefined;
  readonly retention?: RetentionSettings;
  readonly clock?: Clock;
  /** How much this process may have waiting to be stored, in bytes. */
  readonly maxSpoolBytes?: number;
  /** Where events of record() come from. Default: `library`. */
  readonly source?: SourceName;
};

export type RecordOptions = {
  /** When it happened, in seconds since the Unix epoch. Default: now. */
  readonly timestamp?: number | undefined;
  /** What it was derived from: an event whose identity was stored before is not stored again. */
  readonly identity?: string | undefined;
  readonly inferred?: boolean;
  readonly source?: SourceName;
  readonly cluster?: string | undefined;
};

export type TrackOptions<F extends AnyFunction> = {
  /** Fields beside duration and outcome: constant, or from the finished call. */
  readonly data?: TrackData<F>;
};

/** What this process recorded so far, and how it fares. */
export type Health = {
  /** This process in the ledger. */
  readonly producer: string;
  /** Calls of record(), emit() and tracked functions. */
  readonly recorded: number;
  /** Of these, how many were taken. */
  readonly accepted: number;
  /** What was not: whole events, and fields left out of events that were taken. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Taken and not yet handed to the kernel; written at the end of this turn of the event loop. */
  readonly pendingBytes: number;
  /** Why nothing can be written at present. */
  readonly unwritable: string | undefined;
  readonly disabled: readonly string[];
  /** What is wrong with the configuration, in sentences; the next best values are in force. */
  readonly configurationProblems: readonly string[];
};

/** Opens the metrics of one context folder. Touches no store: the first record makes a spool file, the first question the database. */
export function openMetrics(options: OpenOptions = {}): MetricsCollector {
  return new MetricsCollector(options);
}

/**
 * Records what happens in a cluster, and answers questions about it. The one place where the rooms are joined.
 *
 * Recording never throws into its caller, and never waits for a disk or a lock. Any number of processes and threads may record and ask in one
 * folder at once, each with a collector of its own.
 */
export class MetricsCollector {
  readonly directory: string;
  /** Built-in and custom metrics, by name. */
  readonly catalogue: Catalogue;
  readonly #clock: Clock;
  readonly #intake: Intake;
  readonly #retention: RetentionSettings;
  readonly #configurationProblems: readonly string[];
  readonly #forgetExit: () => void;
  #store: Promise<Store> | undefined;

  constructor(options: OpenOptions) {
    const config = loadConfig({ directory: options.directory });
    const { settings } = config;
    this.directory = resolve(settings.directory);
    this.catalogue = catalogueOf([...config.customMetrics, ...(options.metrics ?? [])]);
    this.#clock = options.clock ?? new SystemClock();
    this.#retention = options.retention ?? {
      rawDays: settings.rawDays,
      rollupDays: settings.rollupDays,
      maxBytes: settings.maxSizeBytes,
    };
    this.#configurationProblems = config.problems.map((problem) => problem.message);
    this.#intake = new Intake({
      directory: this.directory,
      catalogue: this.catalogue,
      disabled: [...config.disabled, ...(options.disabled ?? [])],
      clock: this.#clock,
      source: options.source ?? 'library',
      cluster: options.cluster ?? settings.cluster ?? '',
      maxSpoolBytes: options.maxSpoolBytes ?? settings.maxSpoolBytes,
      onSegmentFull: new BackgroundDrain(this.directory).start,
    });
    this.#forgetExit = writeAtExit(this.#intake);
  }

  /**
   * Record that something happened.
   *
   * Survives the death of this process as soon as the present turn of the event loop has ended, and a power cut a
   * second later, or when `flush()` has resolved. Fields that the metric does not declare, or that break its bounds,
   * are left out and counted; so is the whole event, when a required field is missing.
   *
   * @param metric A built-in metric by name, or a custom one by its declaration.
   * @param data Names and units as in docs/reference/metrics.md. Absent fields stay absent.
   * @returns Whether the event was taken. If not, `health().dropped` says why.
   *
   * @example
   * metrics.record('task.completed', { task_id: 'task-123', node_id: 'Node-X9J2', duration_seconds: 400, outcome: 'success' });
   */
  record<Name extends MetricName>(metric: Name, data: MetricData<Name>, options?: RecordOptions): boolean;
  record<M extends Metric>(metric: M, data: DataOf<M>, options?: RecordOptions): boolean;
  record(metric: string | Metric, data: EventData, options?: RecordOptions): boolean {
    const name = typeof metric === 'string' ? metric : metric.name;
    if (options === undefined) return this.#intake.record(name, data);
    const { timestamp, ...context } = options;
    const atMicros = timestamp === undefined ? undefined : Math.round(timestamp * MICROS_PER_SECOND);
    return this.#intake.emit({ metric: name, data, atMicros, ...context });
  }

  /** Record an event that a source translated. Like `record`, for metrics and fields that are not known when compiling. */
  emit(event: IncomingEvent): boolean {
    return this.#intake.emit(event);
  }

  /**
   * Wrap a function so that each call is recorded: its duration (`duration_ms` or `duration_seconds`, whichever the
   * metric has) and, where the metric has one, its `outcome`. Works for synchronous and asynchronous functions;
   * arguments, result and error pass through untouched and unkept.
   *
   * @example
   * const readState = metrics.track('state.read', readFileWithLock, { data: ({ result }) => ({ file_size_bytes: result?.length }) });
   */
  track<F extends AnyFunction>(metric: MetricName | Metric, wrapped: F, options: TrackOptions<F> = {}): F {
    const name = typeof metric === 'string' ? metric : metric.name;
    const declared = this.catalogue.get(name);
    if (declared === undefined) return wrapped;
    return trackFunction(declared, wrapped, options.data, this.#clock, (data) => this.#intake.record(name, data));
  }

  /**
   * The same as a standard decorator for methods.
   *
   * @example
   * class Bus { @metrics.tracked('state.write') async write() { … } }
   */
  tracked<F extends AnyFunction>(metric: MetricName | Metric, options: TrackOptions<F> = {}) {
    return (method: F, _context: ClassMethodDecoratorContext): F => this.track(metric, method, options);
  }

  /** Switch a metric, or a whole category, on or off for this process from now on. */
  setEnabled(metricOrCategory: string, on: boolean): void {
    this.#intake.setEnabled(metricOrCategory, on);
  }

  /** Events of one metric, filtered and ordered, up to a limit. @throws QueryError, StoreError. */
  async query(question: EventQuestion): Promise<EventAnswer> {
    const { queryEvents } = await import('./query/query.ts');
    return queryEvents(await this.#asking(), question);
  }

  /** All events that a question describes, in batches, read as they are asked for. @throws QueryError, StoreError. */
  async *events(question: EventQuestion): AsyncIterable<readonly StoredEvent[]> {
    const { scanEvents } = await import('./query/query.ts');
    yield* scanEvents(await this.#asking(), question);
  }

  /** Figures by group and time bucket, with the plan that found them. @throws QueryError, StoreError. */
  async aggregate(question: AggregateQuestion): Promise<AggregateAnswer> {
    const { aggregate } = await import('./query/aggregate.ts');
    return aggregate(await this.#asking(), question);
  }

  /** One figure over time, by group, every bucket of the span included. @throws QueryError, StoreError. */
  async series(question: SeriesQuestion): Promise<SeriesAnswer> {
    const { series } = await import('./query/series.ts');
    return series(await this.#asking(), question);
  }

  /**
   * Any reading SQL, on one view per metric and on `events`, `aggregates` and `metadata`: see docs/reference/sql.md.
   * Runs in a process of its own, with limits on time, rows and memory.
   *
   * @throws QueryError `SQL_REFUSED`, `SQL_FAILED`, `SQL_LIMIT`; StoreError.
   */
  async sql(statement: string, options: SqlOptions = {}): Promise<SqlAnswer> {
    const { runSql } = await import('./query/sql.ts');
    const { store } = await this.#asking();
    const { path } = await store.stats();
    return runSql(path, statement, options);
  }

  /** Resolves when everything recorded so far survives a power cut. @throws what the file system reported, when it does not. */
  flush(): Promise<void> {
    return this.#intake.sync();
  }

  /** What this process recorded so far. Costs nothing and asks nobody. */
  health(): Health {
    const { failure, ...totals } = this.#intake.totals();
    return {
      ...totals,
      unwritable: failure,
      disabled: this.#intake.disabled,
      configurationProblems: this.#configurationProblems,
    };
  }

  /** Move everything that any process has spooled into the store, now. Questions do this by themselves. */
  async drain(): Promise<DrainReport> {
    this.#intake.write();
    const store = await this.#openStore();
    return store.drain({ waitMillis: DRAIN_WAIT_MILLIS });
  }

  async stats(): Promise<StoreStats> {
    return (await this.#asking()).store.stats();
  }

  /** The conservation law, process by process. */
  async ledger(): Promise<readonly ProducerLedger[]> {
    return (await this.#asking()).store.ledger();
  }

  /** The metrics of which the store has, or had, events. */
  async storedMetrics(): Promise<readonly StoredMetric[]> {
    return (await this.#asking()).store.metrics();
  }

  /** Roll up, expire, keep the size budget, tidy. Safe to run at any time, by any number of processes. */
  async upkeep(): Promise<UpkeepReport> {
    return (await this.#asking()).store.upkeep(this.#retention, this.#clock.nowMicros());
  }

  /** A consistent copy of the store while others write. `onProgress` gets the part done, 0 to 1. */
  async backup(toPath: string, onProgress?: (part: number) => void): Promise<void> {
    return (await this.#asking()).store.backup(toPath, onProgress);
  }

  /**
   * Put a backup in the place of the store, which is kept beside it. Other processes must open it anew.
   *
   * @returns The new name of the store that was there.
   */
  async restore(fromPath: string): Promise<string | undefined> {
    const { restoreBackup } = await import('./store/sqlite/backup.ts');
    const { path } = await this.stats();
    await (await this.#openStore()).close();
    this.#store = undefined;
    return restoreBackup(fromPath, path, this.#clock.nowMicros());
  }

  /** Write what is left and let go of everything. Records after this are dropped and counted. */
  async close(): Promise<void> {
    this.#intake.close();
    this.#forgetExit();
    const store = this.#store;
    this.#store = undefined;
    if (store !== undefined) await (await store).close();
  }

  /** The store, with everything drained into it that was recorded before this moment anywhere. */
  async #asking() {
    this.#intake.write();
    const store = await this.#openStore();
    await store.drain({ waitMillis: DRAIN_WAIT_MILLIS });
    return { store, catalogue: this.catalogue, clock: this.#clock };
  }

  #openStore(): Promise<Store> {
    if (this.#store === undefined) {
      const opening = import('./store/sqlite/sqlite-store.ts').then(({ SqliteStore }) =>
        SqliteStore.open(this.directory, this.#clock),
      );
      this.#store = opening;
      // A store that could not be opened is tried again with the next question.
      opening.catch(() => (this.#store = undefined));
    }
    return this.#store;
  }
}

/** How long a question waits for another process that is draining: then it answers from what is stored. */
const DRAIN_WAIT_MILLIS = 2_000;
