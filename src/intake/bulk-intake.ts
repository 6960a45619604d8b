import type { Metric } from '../metrics/define-metric.ts';
import type { Clock } from '../model/clock.ts';
import { MAX_NAME_LENGTH } from '../model/field.ts';
import type { FlatEvent, FlatNames, FlatSink } from '../model/flat-event.ts';
import type { BatchNames, BatchReport } from '../store/bulk.ts';
import type { SpooledOrigin } from '../store/spool/definitions.ts';
import type { SegmentHeader } from '../store/spool/spool-folder.ts';
import { BulkThreadHandle } from './bulk-thread-handle.ts';
import { refusalOf } from './check-text.ts';
import { CheckedNames, ColumnBatch } from './column-batch.ts';
import { isPossibleTime } from './possible-time.ts';

/** Texts, some 20 bytes each, that are known at once; then all are forgotten. */
const MAX_TEXTS = 1 << 15;

export type BulkOptions = {
  readonly directory: string;
  /** Those of the catalogue, in its order; `undefined` for one that is switched off. */
  readonly metrics: readonly (Metric | undefined)[];
  readonly clock: Clock;
  /** The cluster of events that name none. */
  readonly cluster: string;
  readonly producer: SegmentHeader;
};

/**
 * Takes in events by the million, without the spool: as columns, which a thread of its own stores. Only for copies and
 * events with an identity, which may be told again when the process dies before they are stored, and of these only what
 * nothing is wrong with; all else is for `Intake`, which counts what it drops.
 */
export class BulkIntake implements FlatSink {
  readonly #options: BulkOptions;
  readonly #names: FlatNames;
  readonly #checked: CheckedNames;
  readonly #batches: readonly (ColumnBatch | undefined)[];
  readonly #thread: BulkThreadHandle;
  readonly #totals: { -readonly [Count in keyof BatchReport]: BatchReport[Count] };
  /** How many names the thread has been told of. */
  #told = { texts: 0, lists: 0, origins: 0 };
  /** By number: what is stored of an origin; `undefined` when that is less than what it says. */
  #origins: (SpooledOrigin | undefined)[] = [];
  #isAfresh = false;
  #nowMicros: number;

  private constructor(options: BulkOptions, names: FlatNames, thread: BulkThreadHandle, totals: BatchReport) {
    this.#options = options;
    this.#names = names;
    this.#thread = thread;
    this.#totals = totals;
    this.#checked = new CheckedNames(names);
    this.#batches = options.metrics.map((metric) => metric && new ColumnBatch(metric, this.#checked));
    this.#nowMicros = options.clock.nowMicros();
  }

  /**
   * @param names What the numbers in the events stand for.
   * @returns `undefined` when there is no thread to be had, or the store cannot be written.
   */
  static async start(options: BulkOptions, names: FlatNames): Promise<BulkIntake | undefined> {
    const totals = { stored: 0, duplicates: 0, tooOld: 0 };
    const { directory, producer } = options;
    const thread = await BulkThreadHandle.start({ directory, producer }, (report) => {
      totals.stored += report.stored;
      totals.duplicates += report.duplicates;
      totals.tooOld += report.tooOld;
    });
    return thread && new BulkIntake(options, names, thread, totals);
  }

  /**
   * @param identity What the event was derived from; it is a copy when there is none.
   * @returns False for an event that must go the other way.
   */
  append(event: FlatEvent, identity: string | undefined): boolean {
    const batch = this.#batches[event.metric];
    if (batch === undefined || !isPossibleTime(event.atMicros, this.#nowMicros)) return false;
    if (event.origin >= this.#origins.length) this.#learnOrigins();
    if (this.#origins[event.origin] === undefined || !batch.append(event, identity)) return false;
    if (batch.isFull) this.#send(batch);
    return true;
  }

  /**
   * Call every few thousand events: resolves when the thread keeps up.
   *
   * @throws StoreError when the store failed.
   */
  async room(): Promise<void> {
    this.#nowMicros = this.#options.clock.nowMicros();
    if (this.#names.texts > MAX_TEXTS) this.#forgetNames();
    await this.#thread.waitFor();
  }

  /**
   * Resolves when everything is stored.
   *
   * @throws StoreError when the store failed.
   */
  async settle(): Promise<void> {
    this.#sendAll();
    await this.#thread.waitFor(0);
  }

  /** What became of the events, as far as it is known. */
  get totals(): BatchReport {
    return this.#totals;
  }

  /** What was not settled is given up. */
  close(): Promise<void> {
    return this.#thread.end();
  }

  #sendAll(): void {
    for (const batch of this.#batches) if (batch !== undefined && batch.rows > 0) this.#send(batch);
  }

  #send(batch: ColumnBatch): void {
    this.#thread.send({
      batch: batch.take(),
      names: this.#untold(),
      afresh: this.#isAfresh,
      nowMicros: this.#nowMicros,
    });
    this.#isAfresh = false;
  }

  #forgetNames(): void {
    this.#sendAll();
    this.#names.forget();
    this.#checked.forget();
    for (const batch of this.#batches) batch?.forget();
    this.#told = { texts: 0, lists: 0, origins: 0 };
    this.#origins = [];
    this.#isAfresh = true;
  }

  #untold(): BatchNames {
    const { texts, lists, origins } = this.#names;
    const told = this.#told;
    this.#told = { texts, lists, origins };
    return {
      texts: numbersFrom(told.texts, texts).map((number) => this.#names.text(number)),
      lists: numbersFrom(told.lists, lists).map((number) => this.#names.list(number)),
      origins: numbersFrom(told.origins, origins).map((number) => this.#origins[number] ?? NOBODY),
    };
  }

  #learnOrigins(): void {
    for (const number of numbersFrom(this.#origins.length, this.#names.origins)) {
      const { source, inferred, cluster = this.#options.cluster } = this.#names.origin(number);
      const mayStore = cluster === '' || refusalOf(cluster, MAX_NAME_LENGTH) === undefined;
      this.#origins.push(mayStore ? { source, inferred, cluster } : undefined);
    }
  }
}

/** Stands where no event may have the origin. */
const NOBODY: SpooledOrigin = { source: 'import', inferred: false, cluster: '' };

const numbersFrom = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
