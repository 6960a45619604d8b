import type { Metric } from '../metrics/define-metric.ts';
import type { Clock } from '../model/clock.ts';
import type { DropReason, SourceName } from '../model/event.ts';
import type { RetentionSettings } from '../store/store.ts';
import type { AnyFunction, TrackData } from './track.ts';

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
