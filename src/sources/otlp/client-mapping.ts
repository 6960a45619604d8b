import type { MetricName } from '../../metrics/index.ts';
import type { EventData } from '../../model/event.ts';
import type { UsageForm } from '../normal-usage.ts';
import type { Attributes, LogRecord, Span } from './telemetry.ts';

/** An event as a mapping tells it. Client, node, task, cluster and source are added by whoever runs the mapping. */
export type Draft = {
  readonly metric: MetricName;
  readonly atMicros: number;
  readonly identity: string;
  readonly data: EventData;
  /** Another outlet of the client tells the same under the same identity, and more of it: let that one come first. */
  readonly yields?: boolean;
};

/** What a record says: events, nothing that is kept, or something that nobody here has heard of. */
export type Told = readonly Draft[] | 'ignored' | 'unknown';

/** What a counter adds to. */
export type CounterPart =
  | 'input'
  | 'output'
  | 'cacheRead'
  | 'cacheWrite'
  | 'reasoning'
  | 'cost'
  | 'linesAdded'
  | 'linesDeleted'
  | 'session';

/** A metric of a client: what it adds to, or the attribute that says what, and its words. */
type Counter =
  | { readonly part: CounterPart }
  | { readonly by: string; readonly parts: Readonly<Record<string, CounterPart>> };

/** What a client's metrics are worth. */
export type Counting = {
  readonly counters: Readonly<Record<string, Counter>>;
  readonly form: UsageForm;
  /** Counters that tell the same once more: left out where one of these is in the push. */
  readonly unless?: Readonly<Record<string, readonly string[]>>;
};

/** How one client's telemetry is understood. */
export type ClientMapping = {
  /** As in the field `client`. Absent for conventions that any program may follow. */
  readonly client?: string;
  /** Whether a batch is of this client. */
  readonly recognises: (resource: Attributes, scopeName: string) => boolean;
  /** Every attribute that is read. All others are dropped and counted. */
  readonly keys: readonly string[];
  readonly log?: (record: LogRecord, resource: Attributes, client: string) => Told;
  readonly span?: (span: Span, resource: Attributes, client: string) => Told;
  readonly counting?: Counting;
};
