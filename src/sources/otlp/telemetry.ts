/** A scalar that an attribute holds. Lists, maps and bytes are never looked into: no figure of ours is in one. */
export type AttributeValue = string | number | boolean;
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** A log record, without its body. Moments are integer microseconds since the epoch. */
export type LogRecord = {
  readonly atMicros: number;
  readonly eventName: string | undefined;
  readonly attributes: Attributes;
  readonly traceId: string;
  readonly spanId: string;
};

export type SpanRole = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span, without events, links and the text of its status. */
export type Span = {
  readonly name: string;
  readonly role: SpanRole;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly failed: boolean;
  readonly attributes: Attributes;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
};

/** A data point of a sum, or the sum of a histogram. */
export type Point = {
  readonly metric: string;
  readonly cumulative: boolean;
  /** Since when it counts; 0 when the sender does not know. */
  readonly startMicros: number;
  readonly atMicros: number;
  readonly value: number;
  /** All of them, since they tell series apart; see `ATTRIBUTES_READ` for what may go further. */
  readonly attributes: Attributes;
};

/** What one instrumentation scope of one resource sent. */
export type Batch<Item> = {
  readonly resource: Attributes;
  readonly scopeName: string;
  readonly items: readonly Item[];
  /** Attributes that were left out: those that hold content or persons, and all others that nobody reads. */
  readonly left: { readonly private: number; readonly unlisted: number };
  /** Records that could not be understood, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
};

export const SIGNALS = ['logs', 'metrics', 'traces'] as const;
export type Signal = (typeof SIGNALS)[number];

/** A decoded request. */
export type Telemetry =
  | { readonly signal: 'logs'; readonly batches: readonly Batch<LogRecord>[] }
  | { readonly signal: 'metrics'; readonly batches: readonly Batch<Point>[] }
  | { readonly signal: 'traces'; readonly batches: readonly Batch<Span>[] };

/**
 * Log records, spans, data points and what holds them, in one request: more than any exporter pushes (its batches are of
 * 512), few enough to be done in half a second.
 */
export const MAX_RECORDS = 50_000;

/** A request that is no telemetry at all: damaged, or of a shape and size that nobody sends in earnest. */
export class UnreadableTelemetry extends Error {
  readonly tooLarge: boolean;

  /** @param problem A sentence of our own; never a piece of what was sent. */
  constructor(problem: string, tooLarge = false) {
    super(problem);
    this.name = 'UnreadableTelemetry';
    this.tooLarge = tooLarge;
  }
}

export const tooManyRecords = (): UnreadableTelemetry =>
  new UnreadableTelemetry(`More than ${MAX_RECORDS} records in one request.`, true);
