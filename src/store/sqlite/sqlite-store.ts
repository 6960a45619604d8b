import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';
import { StoreError } from '../../model/errors.ts';
import type { StoredEvent } from '../../model/event.ts';
import { joinedRanges, type TimeRange } from '../../model/range.ts';
import { spoolFolder } from '../spool/spool-folder.ts';
import type {
  BlockCheck,
  Coverage,
  DrainReport,
  FoldRequest,
  FoldRow,
  ForgetProgress,
  ForgetReport,
  ForgetRequest,
  ProducerAccount,
  ProducerDrops,
  ProducerLedger,
  RetentionSettings,
  ScanRequest,
  Store,
  StoredMetric,
  StoreStats,
  UpkeepReport,
} from '../store.ts';
import { readAccounts, readDrops, readLedger } from './answers/ledger.ts';
import { scanTable } from './answers/scan.ts';
import { readStats } from './answers/stats.ts';
import { spansSetAside } from './blocks/damaged-spans.ts';
import { unreadableSpans } from './blocks/unreadable-spans.ts';
import { Drain } from './drain/drain.ts';
import { backUp } from './file/backup.ts';
import { withBallast } from './file/ballast.ts';
import { notedDamage } from './file/damage-notes.ts';
import { keptWhileUnchanged } from './file/kept-while-unchanged.ts';
import { inReadTransaction } from './file/read-transaction.ts';
import { toStoreError } from './file/store-errors.ts';
import { foldTable } from './fold/fold.ts';
import { forgetEvents, lookForForgettable } from './forget/forget.ts';
import { verifyNames } from './names/damaged-names.ts';
import { Dictionary } from './names/dictionary.ts';
import { isInPlace, type OpenDatabase, openDatabase, setAsideDamaged } from './open/open-database.ts';
import { coverageOf } from './rollups/coverage.ts';
import { foldRollups } from './rollups/rollup-fold.ts';
import { type EventTable, readEventTables, readStoredMetrics } from './rows/event-tables.ts';
import { quarantineNoted, verifyBlocks } from './upkeep/damaged-blocks.ts';
import { quarantineNotedRollups, verifyRollups } from './upkeep/damaged-rollups.ts';
import { runUpkeep } from './upkeep/upkeep.ts';

/** How long forgetting waits for another drainer before it says so, and waits again. */
const FORGET_WAIT_MILLIS = 1_000;

/** The store in one SQLite file, over Node's own SQLite. One connection; all calls of a process may share it. */
export class SqliteStore implements Store {
  readonly #open: OpenDatabase;
  readonly #clock: Clock;
  readonly #dictionary: Dictionary;
  readonly #drain: Drain | undefined;
  /** Upkeep yields between its steps; a second one would only find the same work. */
  #upkeep: Promise<UpkeepReport> | undefined;
  #closed = false;
  #damageSetAside = 0;

  private constructor(open: OpenDatabase, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
    this.#dictionary = new Dictionary(open.db);
    this.#dictionary.makeFunction();
    this.#drain = open.readOnly || open.newer ? undefined : new Drain(open.db, spoolFolder(dirname(open.path)));
  }

  /**
   * Open the store of a context folder, or make it.
   *
   * @throws StoreError `STORE_READ_ONLY` when there is none and none can be made; `STORE_BUSY`.
   */
  static async open(directory: string, clock: Clock): Promise<SqliteStore> {
    return translating(directory, () => new SqliteStore(openDatabase(directory, clock.nowMicros()), clock));
  }

  /** The database file. */
  get path(): string {
    return this.#open.path;
  }

  /** The file that was opened, to tell it from one that took its place. */
  get inode(): number | undefined {
    return this.#open.inode;
  }

  /** False when the file was deleted, moved or replaced since it was opened. */
  get isInPlace(): boolean {
    return isInPlace(this.#open);
  }

  /** Close, and set the file aside if it is damaged indeed: what is opened next is a new store. */
  async setAside(): Promise<void> {
    await this.close();
    translating(this.path, () => setAsideDamaged(this.#open, this.#clock.nowMicros()));
  }

  async drain(options: { readonly waitMillis?: number } = {}): Promise<DrainReport> {
    return this.#guarded(() => {
      const report = this.#drain?.run(Math.floor(this.#clock.nowMicros() / 1_000), options.waitMillis ?? 0);
      // Of a store that cannot be written, the tables are all there is to see.
      return report ?? { events: 0, duplicates: 0, damagedBytes: 0, busy: false };
    });
  }

  async metrics(): Promise<readonly StoredMetric[]> {
    return this.#reading(() => keptWhileUnchanged(this.#open.db, 'metrics', readStoredMetrics));
  }

  async *scan(request: ScanRequest): AsyncGenerator<readonly StoredEvent[]> {
    const table = await this.#guarded(() => this.#table(request.metric));
    if (table === undefined) return;
    const batches = await this.#guarded(() => scanTable(this.#open.db, this.#dictionary, table, request));
    for (;;) {
      const { value, done } = await this.#guarded(() => batches.next());
      this.#setDamageAside();
      if (done === true) return;
      yield value;
    }
  }

  async fold(request: FoldRequest): Promise<readonly FoldRow[]> {
    return this.#answering(() => {
      const table = this.#table(request.metric);
      return table === undefined ? [] : foldTable(this.#open.db, this.#dictionary, table, request);
    });
  }

  async foldRollups(request: FoldRequest): Promise<readonly FoldRow[]> {
    return this.#answering(() => {
      const table = this.#table(request.metric);
      return table === undefined ? [] : foldRollups(this.#open.db, this.#dictionary, table, request);
    });
  }

  async coverage(metric: string, range: TimeRange): Promise<Coverage> {
    return this.#reading(() => {
      const table = this.#table(metric);
      if (table !== undefined) return coverageOf(this.#open.db, table, range);
      return { rollups: [], raw: joinedRanges([range]), rawFromMicros: 0, dimensions: [] };
    });
  }

  async unreadable(metric: string, range: TimeRange): Promise<readonly TimeRange[]> {
    return this.#reading(() => {
      const table = this.#table(metric);
      return table === undefined ? [] : unreadableSpans(this.#open.db, table, range);
    });
  }

  get damageMet(): number {
    return this.#damageSetAside + this.#notedDamage;
  }

  async ledger(): Promise<readonly ProducerLedger[]> {
    const nowMillis = Math.floor(this.#clock.nowMicros() / 1_000);
    return this.#reading(() => readLedger(this.#open.db, this.#open.path, nowMillis));
  }

  async accounts(): Promise<readonly ProducerAccount[]> {
    const nowMillis = Math.floor(this.#clock.nowMicros() / 1_000);
    return this.#reading(() => readAccounts(this.#open.db, this.#open.path, nowMillis));
  }

  async dropsOf(producer: string): Promise<ProducerDrops | undefined> {
    const nowMillis = Math.floor(this.#clock.nowMicros() / 1_000);
    return this.#reading(() => readDrops(this.#open.db, this.#open.path, nowMillis, producer));
  }

  async stats(): Promise<StoreStats> {
    return this.#reading(() => readStats(this.#open));
  }

  async upkeep(settings: RetentionSettings, nowMicros: number): Promise<UpkeepReport> {
    this.#upkeep ??= this.#guarded(() => {
      const { db, path } = this.#writable();
      return withBallast(path, () => runUpkeep(db, path, settings, nowMicros));
    }).finally(() => (this.#upkeep = undefined));
    return this.#upkeep;
  }

  async verify(onProgress: (part: number) => void = () => undefined): Promise<BlockCheck> {
    return this.#guarded(async () => {
      const { db, readOnly, newer } = this.#open;
      const nowMicros = readOnly || newer ? undefined : this.#clock.nowMicros();
      const { left, ...looked } = await verifyBlocks(db, nowMicros, nextTurn, onProgress);
      const checked = await verifyNames(db, nowMicros, nextTurn);
      const { rollups, left: lost } = await verifyRollups(db, nowMicros, nextTurn);
      return {
        ...looked,
        ...checked,
        damaged: [...spansSetAside(db, 'damaged_block'), ...left],
        rollups,
        damagedRollups: [...spansSetAside(db, 'damaged_rollup'), ...lost],
      };
    });
  }

  async forget(
    request: ForgetRequest,
    how: 'look' | 'remove',
    onProgress: ForgetProgress = () => undefined,
  ): Promise<ForgetReport> {
    return this.#guarded(async () => {
      if (how === 'look') return lookForForgettable(this.#open, request, (part) => onProgress(part, false));
      const open = this.#writable();
      await this.#upkeep?.catch(() => undefined);
      const drain = (): Promise<DrainReport> => this.drain({ waitMillis: FORGET_WAIT_MILLIS });
      return forgetEvents(open, request, this.#clock, drain, onProgress);
    });
  }

  async backup(toPath: string, onProgress: (part: number) => void = () => undefined): Promise<void> {
    await this.#guarded(() => backUp(this.#open.path, toPath, onProgress));
  }

  async close(): Promise<void> {
    await this.#upkeep?.catch(() => undefined);
    if (this.#closed) return;
    this.#closed = true;
    this.#open.db.close();
  }

  /** @throws StoreError when nothing may be changed in it. */
  #writable(): OpenDatabase {
    const { path, readOnly, newer } = this.#open;
    if (readOnly) throw new StoreError('STORE_READ_ONLY', `The store at ${path} cannot be written`);
    if (newer) throw new StoreError('STORE_NEWER', `The store at ${path} was written by a newer version`);
    return this.#open;
  }

  #table(metric: string): EventTable | undefined {
    return keptWhileUnchanged(this.#open.db, 'tables', readEventTables).get(metric);
  }

  /** Reading that may meet damage. */
  async #answering<Result>(work: () => Result): Promise<Result> {
    const answer = await this.#reading(work);
    this.#setDamageAside();
    return answer;
  }

  get #notedDamage(): number {
    const { db } = this.#open;
    return notedDamage(db, 'block').length + notedDamage(db, 'rollup').length;
  }

  /** What an answer has just found damaged is set aside at once, where the store can be written, and so known from then on. */
  #setDamageAside(): void {
    const { db, readOnly, newer } = this.#open;
    const met = this.#notedDamage;
    if (met === 0 || readOnly || newer) return;
    try {
      quarantineNoted(db, this.#clock.nowMicros());
      quarantineNotedRollups(db, this.#clock.nowMicros());
    } catch {
      // On a full disk, or while somebody writes for long. Whoever reads it next finds it again.
    }
    this.#damageSetAside += met;
  }

  #reading<Result>(work: () => Result): Promise<Result> {
    return this.#guarded(() => inReadTransaction(this.#open.db, work));
  }

  /** Every way in: what goes wrong inside comes out as a StoreError. */
  async #guarded<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const refused = (): StoreError => new StoreError('STORE_CLOSED', `The store at ${this.#open.path} is closed`);
    if (this.#closed) throw refused();
    try {
      return await work();
    } catch (cause) {
      // Long work that finds itself without a store is no sign of damage.
      throw this.#closed ? refused() : toStoreError(cause, this.#open.path);
    }
  }
}

function translating<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw toStoreError(cause, path);
  }
}
