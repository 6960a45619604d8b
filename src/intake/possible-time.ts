/** Before this no agent of a cluster ran; earlier times are a unit mistaken (milliseconds taken for seconds). */
const EARLIEST_MICROS = Date.UTC(2015, 0, 1) * 1_000;
/** How far ahead of our clock an event may lie: the most that clocks of one network differ, and a day for zones. */
const MAX_AHEAD_MICROS = 86_400 * 1_000_000;

/** Whether an event may have happened at a time, as far as our clock knows. */
export function isPossibleTime(atMicros: number, nowMicros: number): boolean {
  // Written so that NaN fails.
  return atMicros >= EARLIEST_MICROS && atMicros <= nowMicros + MAX_AHEAD_MICROS;
}
