import type { MetricData, MetricName } from '../../metrics/index.ts';
import type { IncomingEvent } from '../../model/event.ts';
import { transitionIdentity } from '../../model/identity.ts';

/** The limits by which a node's silence and its reasons are judged. */
export type ClusterLimits = {
  /** A node without a sign of life for so long is told to be silent. Heartbeats come every 30 s. */
  readonly silentAfterMicros: number;
  /** A node that is silent for so long, while others write, is given up. Busy nodes were seen silent for minutes. */
  readonly lostAfterMicros: number;
  /** A node that was idle for so long before it left, left because it was idle. */
  readonly idleTimeoutMicros: number;
};

export const DEFAULT_LIMITS: ClusterLimits = {
  silentAfterMicros: 90_000_000,
  lostAfterMicros: 600_000_000,
  idleTimeoutMicros: 30_000_000,
};

/** The circumstances of a look. */
export type LookContext = {
  /** `clusterKey()`: part of every identity. */
  readonly key: string;
  /** The cluster's name, where one store holds several. */
  readonly cluster: string | undefined;
  readonly nowMicros: number;
  /** Nobody looked between the two versions, or not at all of them: transitions are concluded from their end. */
  readonly gap: boolean;
  readonly limits: ClusterLimits;
};

/** A writer takes its times before it waits for the lock, which it gives up after ten seconds. */
const LOCK_WAIT_MICROS = 10_000_000;
/** The kernel's clock for file times lags by up to a tick; containers and network mounts may add some. */
const CLOCK_LAG_MICROS = 1_000_000;

/** How a fact is told apart, and when it happened. */
export type Telling = {
  readonly subject: string;
  readonly stamp: string;
  readonly atMicros: number;
  readonly inferred?: boolean;
  /** The stamp is a time of the file: a bus that measures itself may tell the same, and knows more of it. */
  readonly isShared?: boolean;
};

/** Collects the events of one look, with one rule for their times and identities. */
export class FactList {
  readonly events: IncomingEvent[] = [];
  /** Those of the events that a bus may tell first-hand. */
  readonly shared = new Set<IncomingEvent>();
  readonly #context: LookContext;
  readonly #earliestMicros: number;
  readonly #writtenMicros: number;
  readonly #epochMicros: number;

  constructor(context: LookContext, times: { beforeMicros: number; writtenMicros: number; epochMicros: number }) {
    this.#context = context;
    this.#earliestMicros = times.beforeMicros - LOCK_WAIT_MICROS;
    this.#writtenMicros = times.writtenMicros;
    this.#epochMicros = times.epochMicros;
  }

  /** When the file was written that this look saw. */
  get writtenMicros(): number {
    return this.#writtenMicros;
  }

  get gap(): boolean {
    return this.#context.gap;
  }

  get limits(): ClusterLimits {
    return this.#context.limits;
  }

  /** A time of the file itself, if it can belong to what happened since the last look; undefined otherwise. */
  own(micros: number | undefined): number | undefined {
    if (micros === undefined || micros <= this.#earliestMicros) return undefined;
    return micros <= this.#writtenMicros + CLOCK_LAG_MICROS ? micros : undefined;
  }

  /** A stamp for what the file gives no time of: the nth of its kind since counting began. */
  nth(kind: string, count: number): string {
    return `${kind}${this.#epochMicros}#${count}`;
  }

  tell<Name extends MetricName>(metric: Name, data: MetricData<Name>, telling: Telling): void {
    const { subject, stamp, atMicros, inferred = false, isShared = false } = telling;
    const event: IncomingEvent = {
      metric,
      atMicros,
      data,
      source: 'amicus-state',
      inferred: inferred || this.#context.gap,
      cluster: this.#context.cluster,
      identity: transitionIdentity({ cluster: this.#context.key, metric, subject, stamp }),
    };
    this.events.push(event);
    if (isShared) this.shared.add(event);
  }
}

/** Seconds from one moment to another; undefined when one is not known or they are the wrong way round. */
export function secondsBetween(fromMicros: number | undefined, toMicros: number | undefined): number | undefined {
  if (fromMicros === undefined || toMicros === undefined || toMicros < fromMicros) return undefined;
  return (toMicros - fromMicros) / 1e6;
}

/** True when a time of the file is there and is another than the one that the last version had. */
export function isAnother(beforeMicros: number | undefined, micros: number | undefined): boolean {
  return beforeMicros !== undefined && micros !== undefined && micros !== beforeMicros;
}

/**
 * True for a time of the file that can stamp a new transition: later than the last that did. A time that went back (a
 * lost update, a restored file) may have been a stamp before.
 */
export function isLater(micros: number | undefined, lastMicros: number | undefined): micros is number {
  return micros !== undefined && (lastMicros === undefined || micros > lastMicros);
}
