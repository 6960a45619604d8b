import type { IncomingEvent } from '../../model/event.ts';
import { type SourceContext, SYSTEM_TIMERS } from '../source.ts';
import type { ClusterMemory } from './cluster-memory.ts';

/**
 * Of two tellings under one identity the first is kept, and an instrumented bus knows more: how long a write took, how
 * a task ended. What it may tell comes later from here than whoever follows the cluster (once a second) takes in what
 * the bus told.
 */
const HOLD_MILLIS = 1_500;

type Batch = {
  readonly events: readonly IncomingEvent[];
  /** What is known once they are told. */
  readonly memory: ClusterMemory;
  readonly cancel: () => void;
};

/** Events that wait for the bus to tell them first, in order. Lost by a kill, and told again by the next watcher. */
export class HeldEvents {
  readonly #holdMillis: number;
  readonly #onHandedOver: (memory: ClusterMemory, context: SourceContext) => void;
  readonly #batches: Batch[] = [];

  /** @param onHandedOver Called when all events that led to a memory were emitted. */
  constructor(holdMillis: number | undefined, onHandedOver: (memory: ClusterMemory, context: SourceContext) => void) {
    this.#holdMillis = holdMillis ?? HOLD_MILLIS;
    this.#onHandedOver = onHandedOver;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  hold(events: readonly IncomingEvent[], memory: ClusterMemory, context: SourceContext): void {
    const timers = context.timers ?? SYSTEM_TIMERS;
    const cancel = timers.after(this.#holdMillis, () => this.#releaseOldest(context));
    this.#batches.push({ events, memory, cancel });
  }

  releaseAll(context: SourceContext): void {
    while (!this.isEmpty) this.#releaseOldest(context);
  }

  #releaseOldest(context: SourceContext): void {
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    batch.cancel();
    for (const event of batch.events) context.emit(event);
    this.#onHandedOver(batch.memory, context);
  }
}
