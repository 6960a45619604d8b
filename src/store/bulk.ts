import type { SpooledMetric, SpooledOrigin } from './spool/definitions.ts';
import type { SegmentHeader } from './spool/spool-folder.ts';

/** Rows of a full batch: as many as a sealed block has. */
export const BATCH_ROWS = 16_384;

/** Events of one metric as columns, in the order in which they were told. */
export type Batch = {
  readonly metric: SpooledMetric;
  readonly atMicros: Float64Array;
  readonly origins: Float64Array;
  /** By row: 63 bits of a hash of what an event was derived from. All others are copies, known by the rows that equal them. */
  readonly identities: ReadonlyMap<number, bigint>;
  /**
   * By field of the metric; `undefined` where no event has it. Steps of numbers, numbers of texts and of lists, 0 or 1 of
   * flags; NaN where absent.
   */
  readonly fields: readonly (Float64Array | undefined)[];
};

/** What the numbers in batches stand for, as far as it is new. Numbers go on from those that were told before. */
export type BatchNames = {
  readonly texts: readonly string[];
  /** Lists of numbers of texts. */
  readonly lists: readonly (readonly number[])[];
  readonly origins: readonly SpooledOrigin[];
};

/** What became of the events of a batch. */
export type BatchReport = { readonly stored: number; readonly duplicates: number; readonly tooOld: number };

/** What a thread that stores batches is started with: as whom it stores them. */
export type BulkThreadData = { readonly directory: string; readonly producer: SegmentHeader };

export type BulkRequest = {
  readonly batch: Batch;
  readonly names: BatchNames;
  /** Numbers of names begin at 0 with this batch. */
  readonly afresh: boolean;
  readonly nowMicros: number;
};

/** What the thread answers: first whether the store can be written, then one report for each batch, in order. */
export type BulkReply =
  | { readonly ready: boolean }
  | { readonly report: BatchReport }
  /** It has ended: batches without a report may be stored or not. */
  | { readonly failure: { readonly code: string; readonly message: string; readonly hint: string | undefined } };
