/** Wrong tokens that are answered one after the other; then one in each of these times. */
const BURST = 10;
const REFILL_MILLIS = 6_000;

/** Limits wrong guesses of tokens, from anywhere together: behind one loopback address all callers look alike. */
export class FailureLimit {
  #left = BURST;
  #sinceMillis = 0;

  /**
   * Counts a wrong guess.
   *
   * @returns Seconds to wait where there were too many; else nothing.
   */
  count(nowMillis: number): number | undefined {
    const refilled = Math.floor(Math.max(0, nowMillis - this.#sinceMillis) / REFILL_MILLIS);
    if (refilled > 0 || this.#left === BURST) this.#sinceMillis = nowMillis;
    this.#left = Math.min(BURST, this.#left + refilled);
    if (this.#left === 0) return Math.ceil(REFILL_MILLIS / 1_000);
    this.#left--;
    return undefined;
  }
}
