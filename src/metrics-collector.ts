import { resolve } from 'node:path';
import type { ForgottenIds } from './analysis/insights/forget-request.ts';
import { loadConfig } from './config/index.ts';
import { BackgroundDrain } from './intake/background-drain.ts';
import type { BulkIntake } from './intake/bulk-intake.ts';
import type { Health, OpenOptions, RecordOptions, TrackOptions } from './intake/collector-options.ts';
import { Intake } from './intake/intake.ts';
import { type AnyFunction, trackFunction } from './intake/track.ts';
import { writeAtExit } from './intake/write-at-exit.ts';
import type { DataOf, Metric } from './metrics/define-metric.ts';
import { type Catalogue, catalogueOf, type MetricData, type MetricName } from './metrics/index.ts';
import { type Clock, SystemClock } from './model/clock.ts';
import type { EventData, IncomingEvent } from './model/event.ts';
import { StoreError } from './model/errors.ts';
import type { FlatNames } from './model/flat-event.ts';
import { MICROS_PER_SECOND } from './model/range.ts';
import type { Asking } from './query/fold-period.ts';
import { Questions } from './query/questions.ts';
import { UnreadableEvents } from './query/unreadable-events.ts';
import { KeptStore } from './store/kept-store.ts';
import type {
  BlockCheck,
  DrainReport,
  ForgetProgress,
  ForgetReport,
  ProducerAccount,
  ProducerDrops,
  ProducerLedger,
  RetentionSettings,
  StoredMetric,
  StoreStats,
  UpkeepReport,
} from './store/store.ts';

export type { Health, OpenOptions, RecordOptions, TrackOptions } from './intake/collector-options.ts';

/** Opens the metrics of one context folder. Touches no store: the first record makes a spool file, the first question the database. */
export function openMetrics(options: OpenOptions = {}): MetricsCollector {
  return new MetricsCollector(options);
}

/**
 * Records what happens in a cluster, and answers questions about it. The one place where the rooms are joined.
 * Recording never throws into its caller, and never waits for a disk or a lock. Any number of processes and threads may
 * record and ask in one folder at once, each with a collector of its own.
 */
export class MetricsCollector extends Questions {
  readonly directory: string;
  /** Built-in and custom metrics, by name. */
  readonly catalogue: Catalogue;
  /** What answers so far lacked, because the file is damaged and the events that they needed cannot be read. */
  readonly unreadable = new UnreadableEvents();
  readonly #clock: Clock;
  readonly #intake: Intake;
  readonly #retention: RetentionSettings;
  readonly #configurationProblems: readonly string[];
  readonly #forgetExit: () => void;
  readonly #store: KeptStore;
  #closed = false;

  constructor(options: OpenOptions) {
    super();
    const { settings, customMetrics, problems, disabled } = loadConfig({ directory: options.directory });
    this.directory = resolve(settings.directory);
    this.catalogue = catalogueOf([...customMetrics, ...(options.metrics ?? [])]);
    this.#clock = options.clock ?? new SystemClock();
    const { rawDays, rollupDays, maxSizeBytes: maxBytes } = settings;
    this.#retention = options.retention ?? { rawDays, rollupDays, maxBytes };
    this.#configurationProblems = problems.map((problem) => problem.message);
    this.#intake = new Intake({
      directory: this.directory,
      catalogue: this.catalogue,
      disabled: [...disabled, ...(options.disabled ?? [])],
      clock: this.#clock,
      source: options.source ?? 'library',
      cluster: options.cluster ?? settings.cluster ?? '',
      maxSpoolBytes: options.maxSpoolBytes ?? settings.maxSpoolBytes,
      onSegmentFull: new BackgroundDrain(this.directory).start,
    });
    this.#store = new KeptStore(this.directory, this.#clock);
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
    try {
      const name = typeof metric === 'string' ? metric : metric.name;
      if (options === undefined) return this.#intake.record(name, data);
      const { timestamp, ...context } = options;
      const atMicros = timestamp === undefined ? undefined : Math.round(timestamp * MICROS_PER_SECOND);
      return this.#intake.emit({ ...context, metric: name, data, atMicros });
    } catch {
      // Something that only looks like a metric, or like options.
      return this.#intake.drop('not_an_object');
    }
  }

  /** Record an event that a source translated. Like `record`, for metrics and fields that are not known when compiling. */
  emit(event: IncomingEvent): boolean {
    return this.#intake.emit(event);
  }

  /** A way in for a great many events that may be told again: see `Intake`. `undefined` when there is none now. */
  bulk(names: FlatNames): Promise<BulkIntake | undefined> {
    return this.#intake.bulk(names);
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

  /** The same as a standard decorator for methods: `class Bus { @metrics.tracked('state.write') async write() { … } }`. */
  tracked<F extends AnyFunction>(metric: MetricName | Metric, options: TrackOptions<F> = {}) {
    return (method: F, _context: ClassMethodDecoratorContext): F => this.track(metric, method, options);
  }

  /** Switch a metric, or a whole category, on or off for this process from now on. */
  setEnabled(metricOrCategory: string, on: boolean): void {
    this.#intake.setEnabled(metricOrCategory, on);
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
    return this.#written().drain();
  }

  stats(): Promise<StoreStats> {
    return this.ask(({ store }) => store.stats());
  }

  /** The conservation law, process by process. */
  ledger(): Promise<readonly ProducerLedger[]> {
    return this.ask(({ store }) => store.ledger());
  }

  /** The same without counting rows: what was recorded, dropped and expired, and what waits. */
  accounts(): Promise<readonly ProducerAccount[]> {
    return this.ask(({ store }) => store.accounts());
  }

  /** Of this process alone: what its events were dropped for, by the store too, and how many wait. Counts no rows. */
  drops(): Promise<ProducerDrops | undefined> {
    return this.ask(({ store }) => store.dropsOf(this.health().producer));
  }

  /** The metrics of which the store has, or had, events. */
  storedMetrics(): Promise<readonly StoredMetric[]> {
    return this.ask(({ store }) => store.metrics());
  }

  /** Roll up, expire, keep the size budget, tidy. Safe to run at any time, by any number of processes. */
  upkeep(): Promise<UpkeepReport> {
    return this.ask(({ store }) => store.upkeep(this.#retention, this.#clock.nowMicros()));
  }

  /** Read all sealed events and compare their checksums; damaged ones are set aside. `onProgress` gets the part done, 0 to 1. */
  verify(onProgress?: (part: number) => void): Promise<BlockCheck> {
    return this.ask(({ store }) => store.verify(onProgress));
  }

  /** Remove what is known of nodes, tasks, sessions for good, or `look` what would go. `onProgress` gets the part done. */
  async forget(ids: ForgottenIds, how: 'look' | 'remove', onProgress?: ForgetProgress): Promise<ForgetReport> {
    const { forgetRequestOf } = await import('./analysis/insights/forget-request.ts');
    const { forgetInFiles } = await import('./sources/forget-in-files.ts');
    const request = forgetRequestOf(ids);
    const files = forgetInFiles(this.directory, request.listed, how);
    const { otherFiles, ...report } = await this.ask(({ store }) => store.forget(request, how, onProgress));
    return { ...report, otherFiles: otherFiles.filter(({ path }) => !files.includes(path)) };
  }

  /** A consistent copy of the store while others write. `onProgress` gets the part done, 0 to 1. */
  backup(toPath: string, onProgress?: (part: number) => void): Promise<void> {
    return this.ask(({ store }) => store.backup(toPath, onProgress));
  }

  /**
   * Put a backup in the place of the store, which is kept beside it. Other processes open it by themselves.
   *
   * @returns The new name of the store that was there.
   */
  async restore(fromPath: string): Promise<string | undefined> {
    const { restoreBackup } = await import('./store/sqlite/file/backup.ts');
    const { path } = await this.stats();
    await this.#store.close();
    return restoreBackup(fromPath, path, this.#clock.nowMicros());
  }

  /** Write what is left and let go of everything. Records after this are dropped and counted; questions are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#forgetExit();
    await Promise.all([this.#intake.close(), this.#store.close()]);
  }

  /** @internal The store is opened for it when it has to be. */
  protected async ask<Result>(work: (asked: Asking) => Promise<Result>): Promise<Result> {
    const asking = { catalogue: this.catalogue, clock: this.#clock, unreadable: this.unreadable };
    return this.#written().useDrained((store) => work({ store, ...asking }));
  }

  /** The store, when all that this process recorded is written. */
  #written(): KeptStore {
    if (this.#closed) throw new StoreError('STORE_CLOSED', 'These metrics were closed');
    this.#intake.write();
    return this.#store;
  }
}
