import type { NotifyChannel } from '../../config/index.ts';
import type { Clock } from '../../model/clock.ts';
import type { Timers } from '../../sources/source.ts';
import type { AlertMessage } from './alert-message.ts';
import { attemptDelivery } from './attempt-delivery.ts';

/** What became of a message on a channel. */
export type Settled = {
  readonly channel: string;
  readonly message: AlertMessage;
  readonly outcome: 'delivered' | 'failed';
  readonly attempts: number;
  readonly reason: string | undefined;
};

export type QueueWorld = {
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  onSettled(settled: Settled): void;
};

type Item = { readonly channel: NotifyChannel; readonly message: AlertMessage; attempts: number };

/** Waiting for one channel. Older ones make room: what is newer says more of what is now. */
const MAX_WAITING = 100;
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MILLIS = 1_000;
const MAX_WAIT_MILLIS = 300_000;

/**
 * Delivers messages, those of one channel one after the other, so that an end never overtakes its beginning. What fails
 * is tried again, each time after about twice as long, by chance somewhat earlier, so that many senders do not come at
 * once. Never throws; what becomes of each is told.
 */
export class DeliveryQueue {
  readonly #world: QueueWorld;
  readonly #waiting = new Map<string, Item[]>();
  readonly #retries = new Map<string, () => void>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #end = new AbortController();

  constructor(world: QueueWorld) {
    this.#world = world;
  }

  /** Takes a message for a channel. Terminals are not for this: they are written to where they are. */
  send(channel: NotifyChannel, message: AlertMessage): void {
    const items = this.#waiting.get(channel.name) ?? [];
    this.#waiting.set(channel.name, items);
    if (items.length >= MAX_WAITING) {
      // The first one may be on its way.
      const [oldest] = items.splice(1, 1);
      if (oldest !== undefined) this.#settle(oldest, 'failed', 'queue_full');
    }
    items.push({ channel, message, attempts: 0 });
    this.#run(channel.name);
  }

  /** Resolves when nothing is under way; what waits for another attempt goes on waiting. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Whether nothing waits for a channel, or is on its way. */
  isIdle(name: string): boolean {
    return (this.#waiting.get(name)?.length ?? 0) === 0;
  }

  /** Calls off what is under way and what waits; none of it is told to have settled. */
  async close(): Promise<void> {
    this.#end.abort();
    for (const callOff of this.#retries.values()) callOff();
    this.#waiting.clear();
    await this.settled();
  }

  #run(name: string): void {
    if (this.#running.has(name) || this.#retries.has(name) || this.#end.signal.aborted) return;
    const running = this.#deliverAll(name).finally(() => {
      this.#running.delete(name);
      const isMore = (this.#waiting.get(name)?.length ?? 0) > 0;
      if (isMore) this.#run(name);
    });
    this.#running.set(name, running);
  }

  /** Until all are settled, or one has to wait. */
  async #deliverAll(name: string): Promise<void> {
    const items = this.#waiting.get(name) ?? [];
    for (let item = items[0]; item !== undefined; item = items[0]) {
      item.attempts++;
      const attempt = await attemptDelivery(item.channel, item.message, {
        environment: this.#world.environment,
        nowMicros: this.#world.clock.nowMicros(),
        signal: this.#end.signal,
      });
      if (this.#end.signal.aborted) return;
      if (attempt.kind === 'later' && item.attempts < MAX_ATTEMPTS) {
        this.#retryLater(name, attempt.waitMillis ?? this.#waitMillis(item.attempts));
        return;
      }
      items.shift();
      if (attempt.kind === 'delivered') this.#settle(item, 'delivered', undefined);
      else this.#settle(item, 'failed', attempt.reason);
    }
  }

  #retryLater(name: string, millis: number): void {
    const callOff = this.#world.timers.after(millis, () => {
      this.#retries.delete(name);
      this.#run(name);
    });
    this.#retries.set(name, callOff);
  }

  /** Twice as long each time, between half of it and all of it by chance. */
  #waitMillis(attempts: number): number {
    const whole = Math.min(MAX_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** (attempts - 1));
    return whole * (0.5 + this.#world.random() / 2);
  }

  #settle({ channel, message, attempts }: Item, outcome: Settled['outcome'], reason: string | undefined): void {
    this.#world.onSettled({ channel: channel.name, message, outcome, attempts, reason });
  }
}
