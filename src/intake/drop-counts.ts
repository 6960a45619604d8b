import { type DropReason, EVENT_DROP_REASONS, type EventDropReason } from '../model/event.ts';

/** Running totals of what was not stored, by reason. */
export class DropCounts {
  readonly #counts = new Map<DropReason, number>();
  #told = true;

  add(reason: DropReason, times = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + times);
    this.#told = false;
  }

  /** Totals that the spool has not been told yet, or `undefined`. */
  untold(): Readonly<Record<string, number>> | undefined {
    return this.#told ? undefined : this.totals();
  }

  tell(): void {
    this.#told = true;
  }

  totals(): Readonly<Partial<Record<DropReason, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Whole events dropped; fields left out of stored events do not count here. */
  events(): number {
    let total = 0;
    for (const [reason, times] of this.#counts) {
      if (EVENT_DROP_REASONS.includes(reason as EventDropReason)) total += times;
    }
    return total;
  }
}
