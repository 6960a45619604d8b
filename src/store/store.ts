import type { DropReason, FieldValue, StoredEvent } from '../model/event.ts';
import type { AnyField } from '../model/field.ts';
import type { Filter } from '../model/filter.ts';
import type { QuantileSketch } from '../model/quantile-sketch.ts';
import type { TimeRange } from '../model/range.ts';

/** A metric as the store knows it: by what the events themselves declared, built-in or custom alike. */
export type StoredMetric = {
  readonly name: string;
  /** In column order. Doc sentences are not stored and come back empty. */
  readonly fields: Readonly<Record<string, AnyField>>;
};

/** Which events, in which order, how many. */
export type ScanRequest = {
  readonly metric: string;
  readonly range: TimeRange;
  readonly filters: readonly Filter[];
  readonly order:
    | 'oldest_first'
    | 'newest_first'
    | { readonly field: string; readonly direction: 'ascending' | 'descending' };
  /** At most so many; all of them when absent. */
  readonly limit?: number | undefined;
  /** Leave out so many first. Only with an order by field; by time, narrow the range instead. */
  readonly offset?: number | undefined;
};

/** One figure to fold events into. `field` figures leave out events that lack the field. */
export type Measure =
  | { readonly fn: 'count' }
  | { readonly fn: 'count' | 'sum' | 'min' | 'max' | 'first' | 'last' | 'distinct'; readonly field: string }
  /** Exact, by linear interpolation between closest ranks (as NumPy's default); `p` from 0 to 100. */
  | { readonly fn: 'percentile'; readonly field: string; readonly p: number }
  /** All values, as a mergeable sketch. */
  | { readonly fn: 'sketch'; readonly field: string };

/** Fold events into figures, by group and by time bucket. */
export type FoldRequest = {
  readonly metric: string;
  /** Disjoint and ascending. */
  readonly ranges: readonly TimeRange[];
  readonly filters: readonly Filter[];
  readonly groupBy: readonly string[];
  /** Ascending boundaries: bucket i is [boundaries[i], boundaries[i+1]). Absent: one bucket, index 0. */
  readonly buckets?: readonly number[] | undefined;
  readonly measures: readonly Measure[];
};

/** A figure: absent (`undefined`) where no event had the field. In the field's own unit, not in stored steps. */
export type Figure = number | string | boolean | QuantileSketch | undefined;

export type FoldRow = {
  readonly bucket: number;
  /** Values of the `groupBy` fields, in their order; `undefined` for events that lack the field. */
  readonly group: readonly (FieldValue | undefined)[];
  /** One for each measure, in their order. */
  readonly figures: readonly Figure[];
};

/** Which parts of a range each level can answer. The parts are disjoint, ascending, and together are the range. */
export type Coverage = {
  /** Whole hours whose rollup stands and equals the raw events that were in them. */
  readonly rollups: readonly TimeRange[];
  /** The rest: only raw events answer there (edges, hours that changed since they were rolled up, the running hour). */
  readonly raw: readonly TimeRange[];
  /** Raw detail before this moment has expired; only rollups remain. 0 when nothing has. */
  readonly rawFromMicros: number;
  /** Parts of the range, ascending, in which some raw events cannot be read because the file was damaged. */
  readonly damaged?: readonly TimeRange[] | undefined;
  /** When the metric's history starts: its first event, or the first hour that only rollups remember. Absent when it has none. */
  readonly firstMicros?: number | undefined;
  /** Fields by which rollups of this metric can be grouped and filtered. */
  readonly dimensions: readonly string[];
};

export type DrainReport = {
  /** Events moved into tables. */
  readonly events: number;
  /** Events not stored because their identity was stored before. */
  readonly duplicates: number;
  /** Bytes that ended in a torn or damaged frame and were set aside. */
  readonly damagedBytes: number;
  /** True when another process was draining and this call therefore moved nothing. */
  readonly busy: boolean;
};

/** What one recording process handed over and what became of it. All figures are events. */
export type ProducerLedger = {
  readonly producer: string;
  readonly pid: number;
  readonly startedMicros: number;
  readonly alive: boolean;
  /** Calls of record(), good and bad, as far as the producer has told: the left side of the conservation law. */
  readonly recorded: number;
  readonly inDatabase: number;
  readonly inSpool: number;
  readonly expired: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
};

/** The part of a producer's ledger that is known without counting rows. */
export type ProducerAccount = Omit<ProducerLedger, 'inDatabase'>;
export type ProducerDrops = Pick<ProducerLedger, 'inSpool' | 'dropped'>;

export type UpkeepReport = {
  readonly rolledUpHours: number;
  /** Raw events dropped because they were older than the retention. */
  readonly expiredEvents: number;
  /** Raw events dropped before their time, because the store was over its size budget. */
  readonly droppedForSpaceEvents: number;
  /** Set when raw detail had to go early: the moment before which only rollups remain. */
  readonly rawFromMicros: number;
  readonly sizeBytes: number;
  readonly removedSegments: number;
};

export type RetentionSettings = {
  readonly rawDays: number;
  readonly rollupDays: number;
  /** Database, WAL and spool together, in bytes. */
  readonly maxBytes: number;
};

/** Events of one metric whose stored bytes are damaged: they cannot be read, and only rollups still tell of them. */
export type DamagedSpan = {
  readonly metric: string;
  /** When the first of them happened, and the last. */
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly events: number;
  /** When they were set aside. Absent while they are not, because the store cannot be written. */
  readonly foundMicros?: number | undefined;
};

/** What came of reading every sealed block. */
export type BlockCheck = {
  readonly blocks: number;
  readonly events: number;
  /** All that are known, from earlier checks too; oldest first. */
  readonly damaged: readonly DamagedSpan[];
  /** Rollups that were read. */
  readonly rollups: number;
  readonly damagedRollups: readonly DamagedSpan[];
  /** Names of tasks, nodes, files and the like in sealed blocks, and how many cannot be read: events lack them. */
  readonly names: number;
  readonly unreadableNames: number;
};

/** Texts in a field of that name, or in all fields whose names end so. `ends`: the same of texts that end so. */
export type NamedIn = {
  readonly field: string;
  readonly texts: readonly string[];
  readonly ends?: readonly string[] | undefined;
};

/** What is to be forgotten: names of nodes, tasks or sessions, and where they stand. */
export type ForgetRequest = {
  /** An event that has one of the texts in the field goes as a whole. */
  readonly subjects: readonly NamedIn[];
  /** An event that has one of the texts in a field whose name ends so stays, without it. */
  readonly mentions: readonly NamedIn[];
  /** Taken out of lists of names; the rest of their event stays. */
  readonly listed: readonly string[];
};

/** Gets the part done, 0 to 1, and whether nothing happens just now because others write. */
export type ForgetProgress = (part: number, isWaiting: boolean) => void;

/** What forgetting takes away of one metric. */
export type ForgottenOfMetric = {
  readonly metric: string;
  /** Events that go. */
  readonly events: number;
  /** Events that stay and lose a name. */
  readonly mentions: number;
  /** Events that expired, of which only sums are left: they go from these. */
  readonly summed: number;
  /** When the first of all of them happened, and the last. */
  readonly firstMicros: number;
  readonly lastMicros: number;
};

/** A field that holds one of the texts, alone or among others, and keeps it: it is not where such are named. */
export type KeptName = { readonly metric: string; readonly field: string; readonly events: number };

/** A file in the folder that is not the store's to change. `copy`: another store, whose events nobody looked at. */
export type OtherHolder = { readonly path: string; readonly holds: 'name' | 'copy' };

export type ForgetReport = {
  /** By name of the metric; only those of which something goes. */
  readonly metrics: readonly ForgottenOfMetric[];
  readonly kept: readonly KeptName[];
  /** Before this moment only sums are left, which know no ids of tasks and sessions. 0 when no events have expired. */
  readonly rawFromMicros: number;
  /** Blocks of names, and of metrics that have such fields, set aside as damaged: their bytes go, what is known of them stays. */
  readonly damagedBlocks: number;
  /** Files of the spool with one of the names, of processes that run: they go when the process records again, or ends. */
  readonly spoolFiles: readonly string[];
  readonly otherFiles: readonly OtherHolder[];
  /** Whether it was done, and the file written anew, so that no byte of it is left. */
  readonly state: 'looked' | 'removed' | 'erased';
};

export type StoreStats = {
  readonly path: string;
  readonly storeId: string;
  readonly schemaVersion: number;
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly spoolBytes: number;
  readonly spoolSegments: number;
  readonly events: number;
  /** How many of them lie in compressed blocks, and in how many. */
  readonly sealedEvents: number;
  readonly sealedBlocks: number;
  readonly oldestMicros: number | undefined;
  readonly newestMicros: number | undefined;
  readonly rawFromMicros: number;
  /** Files set aside because they were damaged or foreign. */
  readonly quarantinedFiles: readonly string[];
  /** Events that cannot be read any more, as far as it was noticed. */
  readonly damaged: readonly DamagedSpan[];
  /** Figures that are lost, of events that had expired. */
  readonly damagedRollups: readonly DamagedSpan[];
  /** Names of tasks, nodes, files and the like that cannot be read any more: events that had them lack them. */
  readonly unreadableNames: number;
  readonly readOnly: boolean;
};

/**
 * Keeps events and folds them. Knows no metric by name: what it stores, it knows from the declarations that travel
 * with the events.
 *
 * All methods throw StoreError. Reading methods answer from what is in the tables: call `drain()` first to see what
 * was just recorded.
 */
export interface Store {
  /**
   * Move what all processes have spooled into tables, each event exactly once.
   *
   * @param options.waitMillis How long to wait for another drainer; 0 (the default) returns `busy` at once.
   */
  drain(options?: { readonly waitMillis?: number }): Promise<DrainReport>;
  metrics(): Promise<readonly StoredMetric[]>;
  /** Events in batches of at most 1,000, read as they are asked for: memory does not grow with the answer. */
  scan(request: ScanRequest): AsyncIterable<readonly StoredEvent[]>;
  /** Exact figures from raw events. Rows in ascending order of bucket, then of group, absent values last. */
  fold(request: FoldRequest): Promise<readonly FoldRow[]>;
  /**
   * The same figures from rollups. Ranges must be whole UTC hours that `coverage` names; filters and groups must be on
   * its dimensions; measures are count, sum, min, max, and sketch without groups or filters.
   */
  foldRollups(request: FoldRequest): Promise<readonly FoldRow[]>;
  coverage(metric: string, range: TimeRange): Promise<Coverage>;
  /** Parts of a range in which some events of a metric cannot be read, as far as it was noticed; ascending. */
  unreadable(metric: string, range: TimeRange): Promise<readonly TimeRange[]>;
  /**
   * How often an answer of this store met damage that nobody had noticed. When that grew while a question was answered,
   * events are missing from the answer and nothing in it says so: asked again, it is known what cannot be read.
   */
  readonly damageMet: number;
  ledger(): Promise<readonly ProducerLedger[]>;
  /** The ledger without what only a count of all rows tells: costs the same in a large store. */
  accounts(): Promise<readonly ProducerAccount[]>;
  /** What one producer's events were dropped for, and how many wait. `undefined` when it has recorded nothing. */
  dropsOf(producer: string): Promise<ProducerDrops | undefined>;
  stats(): Promise<StoreStats>;
  /** Roll up finished hours, expire raw detail, keep the size budget, remove drained segments, checkpoint. Idempotent. */
  upkeep(settings: RetentionSettings, nowMicros: number): Promise<UpkeepReport>;
  /** Read all blocks, of events and of names, and compare their checksums; damaged ones are set aside. `onProgress` gets the part done, 0 to 1. */
  verify(onProgress?: (part: number) => void): Promise<BlockCheck>;
  /**
   * Remove events for good, and names that only they had; the file is written anew, so that no byte of them stays. May
   * be killed and repeated. What is told again of them later counts as told before.
   *
   * @param how `look` to change nothing and tell what would go.
   * @throws StoreError `STORE_BUSY` when others write all the time; what is removed by then stays so.
   */
  forget(request: ForgetRequest, how: 'look' | 'remove', onProgress?: ForgetProgress): Promise<ForgetReport>;
  /** A consistent copy while others write. `onProgress` gets the part done, 0 to 1. */
  backup(toPath: string, onProgress?: (part: number) => void): Promise<void>;
  close(): Promise<void>;
}
