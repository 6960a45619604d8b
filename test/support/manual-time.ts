import type { Clock } from '../../src/model/clock.ts';
import type { Timers } from '../../src/sources/source.ts';

/** 2026-11-24 00:00:00 UTC, in seconds. */
export const TEST_START_SECONDS = 1_795_478_400;

/** A clock and timers that move only when a test says so. */
export class ManualTime implements Clock, Timers {
  #millis = 0;
  #waiting: { readonly dueMillis: number; readonly run: () => void }[] = [];

  /** Wall time in seconds, as state files have it. */
  get seconds(): number {
    return TEST_START_SECONDS + this.#millis / 1_000;
  }

  nowMicros(): number {
    return TEST_START_SECONDS * 1e6 + this.#millis * 1_000;
  }

  monotonicMillis(): number {
    return this.#millis;
  }

  after(millis: number, run: () => void): () => void {
    const timer = { dueMillis: this.#millis + millis, run };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, and runs what falls due in it, in order. */
  pass(millis: number): void {
    const end = this.#millis + millis;
    for (;;) {
      const next = this.#waiting
        .filter(({ dueMillis }) => dueMillis <= end)
        .sort((a, b) => a.dueMillis - b.dueMillis)[0];
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#millis = Math.max(this.#millis, next.dueMillis);
      next.run();
    }
    this.#millis = end;
  }
}
