import type { MetricData, MetricName } from '../../metrics/index.ts';
import type { EventContext, IncomingEvent } from '../../model/event.ts';
import { momentStamp, transitionIdentity } from '../../model/identity.ts';
import { type Prices, priced } from '../../pricing/index.ts';

type Context = Partial<Pick<EventContext, 'source' | 'inferred' | 'identity'>>;

/** Turns what happens in the simulation into the events that real sources would tell of it. */
export class Teller {
  readonly #prices: Prices;
  readonly #fromMicros: number;
  #lastMicros = 0;
  #told: IncomingEvent[] = [];

  constructor(fromMicros: number, prices: Prices) {
    this.#fromMicros = fromMicros;
    this.#prices = prices;
  }

  microsAt(seconds: number): number {
    return this.#fromMicros + Math.round(seconds * 1e6);
  }

  /** Moments are told apart by at least a microsecond, as the store wants them. */
  tell<Name extends MetricName>(seconds: number, metric: Name, data: MetricData<Name>, context: Context = {}): void {
    const atMicros = Math.max(this.microsAt(seconds), this.#lastMicros + 1);
    this.#lastMicros = atMicros;
    const event = { metric, atMicros, data, source: 'library', inferred: false, ...context } as const;
    this.#told.push(metric === 'tokens.consumed' ? priced(event, this.#prices) : event);
  }

  /** A transition that stands in the state file, and so has an identity that all who see it agree on. */
  tellState<Name extends MetricName>(
    seconds: number,
    metric: Name,
    data: MetricData<Name>,
    subject: string,
    stampMicros: number,
    inferred = false,
  ): void {
    const stamp = momentStamp(stampMicros);
    const identity = transitionIdentity({ cluster: '.', metric, subject, stamp });
    this.tell(seconds, metric, data, { source: 'amicus-state', inferred, identity });
  }

  /** What was told since the last time. */
  take(): readonly IncomingEvent[] {
    if (this.#told.length === 0) return this.#told;
    const told = this.#told;
    this.#told = [];
    return told;
  }
}
