/** A span of time, in integer microseconds since the Unix epoch: `fromMicros` belongs to it, `toMicros` does not. */
export type TimeRange = { readonly fromMicros: number; readonly toMicros: number };

export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

/** The start of the UTC hour that holds a moment. */
export function hourOf(atMicros: number): number {
  return Math.floor(atMicros / MICROS_PER_HOUR) * MICROS_PER_HOUR;
}
