import type { FilterValue } from '../model/filter.ts';
import type { FieldValue, StoredEvent } from '../model/event.ts';

/**
 * A moment, as people and programs write it: seconds since the Unix epoch (a float, as in Amicus's files), a Date,
 * `'2026-11-24'`, `'2026-11-24T10:00'` (in the question's zone), `'2026-11-24T10:00:00Z'`, `'now'`, `'today'`,
 * `'yesterday'`, or how long ago: `'90m'`, `'24h'`, `'7d'`, `'2w'` (days of 24 hours), `'1mo'`, `'1q'`, `'1y'` (by the
 * calendar of the zone).
 */
export type Moment = number | Date | string;

/** A condition on one field: a value, a list of values, or one of the operators. Several operators are joined by "and". */
export type FieldCondition =
  | FilterValue
  | readonly FilterValue[]
  | {
      readonly not?: FilterValue | readonly FilterValue[];
      readonly gt?: number;
      readonly gte?: number;
      readonly lt?: number;
      readonly lte?: number;
      readonly prefix?: string;
      readonly not_prefix?: string;
      readonly present?: boolean;
    };

/** Conditions by field, joined by "and". Besides declared fields, `source`, `cluster` and `inferred` can be asked for. */
export type FilterBook = Readonly<Record<string, FieldCondition>>;

type Span = {
  /** From when (included). Default: the whole history, from the metric's first event on. */
  readonly since?: Moment;
  /** Until when (not included). Default: now. */
  readonly until?: Moment;
  /** IANA time zone in which dates without offset, days and hours are meant. Default: UTC. */
  readonly timeZone?: string;
};

export type EventQuestion = Span & {
  readonly metric: string;
  readonly filters?: FilterBook;
  /**
   * By time (`'oldest_first'`, the default, or `'newest_first'`), or by a field: `'duration_seconds'`, `'-duration_seconds'`.
   * Events that lack the field are then left out.
   */
  readonly order?: string;
  /** At most so many events, 1 to 10,000. Default 1,000. */
  readonly limit?: number;
  /** Where to go on: the `nextCursor` of the answer before, with the same question. It keeps to the span of the first answer. */
  readonly cursor?: string;
};

export type EventAnswer = {
  readonly events: readonly StoredEvent[];
  /** Set when there is more. */
  readonly nextCursor?: string;
  /** Parts of the span that was looked through in which some events cannot be read because the file was damaged. */
  readonly damaged?: Plan['damaged'];
};

/** Some events of a metric that cannot be read because the file was damaged. Moments are seconds since the Unix epoch. */
export type UnreadableSpan = { readonly metric: string; readonly from: number; readonly to: number };

/**
 * What to compute: `count`, or a function of a field: `sum(f)`, `avg(f)`, `min(f)`, `max(f)`, `count(f)`, `distinct(f)`,
 * `first(f)`, `last(f)`, `p95(f)` (any percentile: `p99.9(f)`; `median(f)` is `p50(f)`), `rate` (events per second of
 * the span or bucket), `rate(f)` (sum of the field per second).
 *
 * Of no events, `count`, `count(f)`, `distinct(f)` and `rate` are 0: that many there were. All others are absent.
 */
export type Aggregation = string;

export type AggregateQuestion = Span & {
  readonly metric: string;
  readonly filters?: FilterBook;
  readonly aggregations: readonly Aggregation[];
  readonly groupBy?: readonly string[];
  /**
   * A bucket width: `'1m'`, `'5m'`, `'15m'`, `'1h'`, `'6h'`, `'1d'`, `'1w'`, `'1mo'`, `'1q'`, `'1y'` and others that cut
   * the next larger unit evenly. All follow the zone's clock and calendar, days of 23 and 25 hours included. The first
   * and last bucket hold only their part of the span.
   */
  readonly bucket?: string;
  /** Also compute the span of equal length just before, in the same buckets moved back by that length. */
  readonly compare?: boolean;
  /** Insist on exact percentiles, even where a sketch would answer within 1 %. */
  readonly exact?: boolean;
  /** Order of groups: an aggregation or a field of `groupBy`, `-` for descending. Default: the groups' own order. Absent ones last. */
  readonly order?: string;
  /** At most so many groups. */
  readonly limit?: number;
};

/** A computed figure. Absent (`undefined`) where nothing was there to compute it from: never 0 or NaN for that. */
export type Value = number | string | boolean | undefined;

export type AggregateRow = {
  /** Start of the bucket, seconds since the Unix epoch; absent without buckets. */
  readonly bucketStart?: number;
  readonly bucketEnd?: number;
  /** The group, by field. Absent fields are groups of their own, with the value `undefined`. */
  readonly group: Readonly<Record<string, Value>>;
  /** The figures, by aggregation as it was asked. */
  readonly values: Readonly<Record<Aggregation, Value>>;
  /** The same for the period before, with `compare`. Absent where that period has no such group. */
  readonly previous?: Readonly<Record<Aggregation, Value>>;
};

/** How an answer was found. Moments are seconds since the Unix epoch. */
export type Plan = {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  /** `raw`: from events alone; `rollups`: from rollups alone; `mixed`: rollups, and events at the edges. */
  readonly level: 'raw' | 'rollups' | 'mixed';
  /** Why that level: one sentence. */
  readonly reason: string;
  readonly rollupHours: number;
  /** False when a percentile came from a sketch, or when raw detail the question needs has expired or is damaged. */
  readonly exact: boolean;
  /** Bound of the relative error of percentiles, where they are not exact. */
  readonly relativeError?: number;
  /** Set when part of the span before this moment has lost its raw detail and the question needed it. */
  readonly missingBefore?: number;
  /** Parts of the span in which some events cannot be read because the file was damaged, and the question needed them. */
  readonly damaged?: readonly { readonly from: number; readonly to: number }[];
};

export type AggregateAnswer = {
  readonly rows: readonly AggregateRow[];
  readonly plan: Plan;
};

export type SeriesQuestion = Omit<AggregateQuestion, 'order' | 'limit' | 'bucket' | 'aggregations'> & {
  readonly aggregation: Aggregation;
  /** Default: the widest that gives at least 24 points, and at most 60. */
  readonly bucket?: string;
};

export type Series = {
  readonly group: Readonly<Record<string, Value>>;
  /** One for each bucket of the span, in order, empty ones included. */
  readonly points: readonly { readonly start: number; readonly value: Value; readonly previous?: Value }[];
};

export type SeriesAnswer = { readonly series: readonly Series[]; readonly bucketSeconds: number; readonly plan: Plan };

export type TotalsQuestion = {
  readonly metric: string;
  /** From when (included) and until when (not included), in microseconds. Default: the whole history. */
  readonly fromMicros?: number;
  readonly untilMicros?: number;
  /** Fields that rollups tell apart: names, words of a list, flags. */
  readonly groupBy: readonly string[];
  /** Fields of numbers that are summed by group. */
  readonly sums: readonly string[];
  /** Fields of numbers of which the distribution is told, over all groups. */
  readonly distributions: readonly string[];
};

export type TotalsAnswer = {
  readonly groups: readonly {
    /** In the order of `groupBy`. */
    readonly group: readonly (FieldValue | undefined)[];
    readonly count: number;
    /** In the order of `sums`; absent where no event had the field. */
    readonly sums: readonly (number | undefined)[];
  }[];
  /** By field; absent where no event had it. Each value stands for those within 1 % of it, in ascending order. */
  readonly distributions: Readonly<
    Record<
      string,
      { readonly sum: number; readonly values: readonly { readonly value: number; readonly count: number }[] }
    >
  >;
};

export type SqlOptions = {
  /** Values for `?` and `:name` in the statement. */
  readonly parameters?: readonly (string | number | null)[] | Readonly<Record<string, string | number | null>>;
  /** Default 5,000 ms. */
  readonly timeoutMillis?: number;
  /** Default 10,000. More rows, or more than 8 MiB of them, end the statement with `truncated`. */
  readonly maxRows?: number;
  /** Memory of the process that runs the statement, Node's own share of about 80 MiB included. Default 256 MiB, at least 128. */
  readonly maxMemoryBytes?: number;
};

/** Whole numbers beyond 2^53 come as text, and blobs as text in hexadecimal. */
export type SqlAnswer = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly truncated: boolean;
  /** Events of the metrics that the statement read which cannot be read, because the file was damaged. */
  readonly damaged?: readonly UnreadableSpan[];
};
