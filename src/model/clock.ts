/** Where time comes from. Passed in, so that tests never wait and never depend on the machine's clock. */
export interface Clock {
  /** Wall time: integer microseconds since the Unix epoch, UTC. */
  nowMicros(): number;
  /** Time that only moves forward, in milliseconds from an arbitrary start. For durations. */
  monotonicMillis(): number;
}

/**
 * How far the monotonic clock may stray from the wall clock before it is set anew. Date.now() is whole
 * milliseconds, so less than 1 ms cannot be told from rounding; slewing and suspend show as more.
 */
const MAX_DRIFT_MILLIS = 2;

/** Reads between two looks at the wall clock, so that a step is noticed without paying for two clocks a call. */
const READS_PER_CHECK = 64;
/** Also after so long without a look: a process that seldom records must notice a step, or a suspend, all the same. */
const MILLIS_PER_CHECK = 1_000;

/**
 * The machine's clock: wall time at microsecond resolution, following steps of the system clock
 * within 64 reads or a second, whichever comes first.
 */
export class SystemClock implements Clock {
  #offsetMillis = performance.timeOrigin;
  #readsUntilCheck = 0;
  #checkedMillis = 0;

  nowMicros(): number {
    const monotonic = performance.now();
    if (this.#readsUntilCheck-- <= 0 || monotonic - this.#checkedMillis > MILLIS_PER_CHECK) {
      this.#readsUntilCheck = READS_PER_CHECK;
      this.#checkedMillis = monotonic;
      const drift = Date.now() - (this.#offsetMillis + monotonic);
      if (drift > MAX_DRIFT_MILLIS || drift < -MAX_DRIFT_MILLIS) this.#offsetMillis += drift;
    }
    return Math.floor((this.#offsetMillis + monotonic) * 1000);
  }

  monotonicMillis(): number {
    return performance.now();
  }
}
