import type { Interval } from './cluster-clock.ts';

/** How long something was in each state, in microseconds. States that did not occur are absent. */
export type StateTimes<State extends string> = ReadonlyMap<State, number>;

/** The time of some lives by state; it sums up to their wall time. */
export function stateTimes<State extends string>(
  lives: readonly { readonly intervals: readonly Interval<State>[] }[],
): StateTimes<State> {
  const times = new Map<State, number>();
  for (const { intervals } of lives) {
    for (const { state, fromMicros, toMicros } of intervals) {
      times.set(state, (times.get(state) ?? 0) + (toMicros - fromMicros));
    }
  }
  return times;
}

/** The sum of all. */
export function wallMicros(times: StateTimes<string>): number {
  let sum = 0;
  for (const micros of times.values()) sum += micros;
  return sum;
}
