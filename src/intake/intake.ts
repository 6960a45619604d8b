import type { Catalogue } from '../metrics/index.ts';
import type { Metric } from '../metrics/define-metric.ts';
import type { Clock } from '../model/clock.ts';
import {
  type EventContext,
  type EventData,
  type EventDropReason,
  type IncomingEvent,
  type SourceName,
  SOURCES,
} from '../model/event.ts';
import type { FlatNames } from '../model/flat-event.ts';
import { identityHash } from '../model/identity-hash.ts';
import type { BulkIntake } from './bulk-intake.ts';
import { DropCounts } from './drop-counts.ts';
import { COPY, planOf, type SpooledIdentity } from './event-buffer.ts';
import type { Encoder } from './file-numbers.ts';
import { isPossibleTime } from './possible-time.ts';
import { producerOf } from './producer-of.ts';
import { SpoolWriter } from './spool-writer.ts';

export type IntakeOptions = {
  readonly directory: string;
  readonly catalogue: Catalogue;
  /** Metrics and categories that are off. */
  readonly disabled: readonly string[];
  readonly clock: Clock;
  readonly source: SourceName;
  readonly cluster: string;
  readonly maxSpoolBytes: number;
  readonly onSegmentFull?: (() => void) | undefined;
};

/** An event whose context may be left to the collector. */
export type OwnEvent = Omit<IncomingEvent, keyof EventContext | 'atMicros'> &
  Partial<EventContext> & { readonly atMicros?: number | undefined };

/** Takes events in: checks, counts what is dropped, spools the rest. Nothing here throws. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #drops = new DropCounts();
  readonly #writer: SpoolWriter;
  readonly #encoders = new Map<string, Encoder>();
  readonly #disabled: Set<string>;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#disabled = new Set(options.disabled);
    this.#writer = new SpoolWriter({ ...options, drops: this.#drops });
    for (const metric of options.catalogue.values()) this.#addEncoder(metric);
  }

  /** Known metrics have an encoder while they are on, so that the hot path asks one map only. */
  #addEncoder(metric: Metric): void {
    if (this.#disabled.has(metric.name) || this.#disabled.has(metric.category)) return;
    if (!this.#encoders.has(metric.name)) this.#encoders.set(metric.name, { metric, plan: planOf(metric), number: -1 });
  }

  /** Switch a metric, or all of a category, on or off. */
  setEnabled(metricOrCategory: string, on: boolean): void {
    if (on) this.#disabled.delete(metricOrCategory);
    else this.#disabled.add(metricOrCategory);
    for (const metric of this.#options.catalogue.values()) {
      if (this.#disabled.has(metric.name) || this.#disabled.has(metric.category)) this.#encoders.delete(metric.name);
      else this.#addEncoder(metric);
    }
  }

  get disabled(): readonly string[] {
    return [...this.#disabled];
  }

  /** The short way of an event that this process itself tells as it happens. */
  record(metric: string, data: EventData): boolean {
    const encoder = this.#encoders.get(metric);
    if (encoder === undefined || typeof data !== 'object' || data === null) return this.#refuse(metric, data);
    const { source, cluster, clock } = this.#options;
    const origin = this.#writer.numbers.origin(source, false, cluster);
    return this.#writer.append(encoder, origin, clock.nowMicros(), undefined, data);
  }

  /** An event with a time, a source or an identity of its own. */
  emit(event: OwnEvent): boolean {
    try {
      const { metric, data } = event;
      const encoder = this.#encoders.get(metric);
      if (encoder === undefined || typeof data !== 'object' || data === null) return this.#refuse(metric, data);
      const nowMicros = this.#options.clock.nowMicros();
      const atMicros = event.atMicros === undefined ? nowMicros : Math.floor(event.atMicros);
      if (!isPossibleTime(atMicros, nowMicros)) return this.drop('time_out_of_range');
      const identity = this.#identityOf(event);
      return this.#writer.append(encoder, this.#originOf(event), atMicros, identity, data);
    } catch {
      return this.drop('not_an_object');
    }
  }

  /**
   * A way in for a great many events that come at once and may be told again.
   *
   * @param names What the numbers in them stand for.
   * @returns `undefined` when there is none: then they are to be told one by one.
   */
  async bulk(names: FlatNames): Promise<BulkIntake | undefined> {
    const { BulkIntake } = await import('./bulk-intake.ts');
    const { directory, catalogue, clock, cluster } = this.#options;
    const metrics = [...catalogue.values()].map((metric) => this.#encoders.get(metric.name)?.metric);
    return BulkIntake.start({ directory, metrics, clock, cluster, producer: producerOf(clock) }, names);
  }

  #originOf(event: Partial<EventContext>): number {
    const { source = this.#options.source, inferred, cluster = this.#options.cluster } = event;
    const isKnown = SOURCES.includes(source);
    if (!isKnown) this.#drops.add('not_in_list');
    const isText = typeof cluster === 'string';
    if (!isText) this.#drops.add('wrong_type');
    return this.#writer.numbers.origin(
      isKnown ? source : this.#options.source,
      inferred === true,
      isText ? cluster : this.#options.cluster,
    );
  }

  #identityOf({ identity, copy }: Partial<EventContext>): SpooledIdentity | undefined {
    if (copy === true) return COPY;
    if (typeof identity === 'string') return identityHash(identity);
    if (identity !== undefined) this.#drops.add('wrong_type');
    return undefined;
  }

  #refuse(metric: string, data: unknown): boolean {
    if (typeof data !== 'object' || data === null) return this.drop('not_an_object');
    return this.drop(this.#options.catalogue.has(metric) ? 'metric_disabled' : 'unknown_metric');
  }

  /** Count an event that never got as far as to be checked. */
  drop(reason: EventDropReason): false {
    this.#drops.add(reason);
    this.#writer.schedule();
    return false;
  }

  /** What this process recorded and what became of it. All but `pendingBytes` are running totals. */
  totals() {
    const { accepted, failure, pendingBytes, producer } = this.#writer;
    return {
      producer,
      accepted,
      recorded: accepted + this.#drops.events(),
      dropped: this.#drops.totals(),
      pendingBytes,
      failure,
    };
  }

  /** Hand everything to the kernel, now rather than at the end of the turn. */
  write(): void {
    this.#writer.write();
  }

  /** The process is about to end: from now on each event is written as it comes. */
  writeAtOnce(): void {
    this.#writer.writeAtOnce();
  }

  /** @throws StoreError when what was accepted cannot be made durable. */
  sync(): Promise<void> {
    return this.#writer.sync();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
