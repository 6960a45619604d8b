/** A span of time, in integer microseconds since the Unix epoch: `fromMicros` belongs to it, `toMicros` does not. */
export type TimeRange = { readonly fromMicros: number; readonly toMicros: number };

export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

/** Ascending ranges, those that touch made one; empty ones are left out. */
export function joinedRanges(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const whole: TimeRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromMicros - b.fromMicros)) {
    const last = whole.at(-1);
    if (last !== undefined && last.toMicros >= range.fromMicros) {
      whole[whole.length - 1] = { fromMicros: last.fromMicros, toMicros: Math.max(last.toMicros, range.toMicros) };
    } else if (range.fromMicros < range.toMicros) {
      whole.push(range);
    }
  }
  return whole;
}

/** The start of the UTC hour that holds a moment. */
export function hourOf(atMicros: number): number {
  return Math.floor(atMicros / MICROS_PER_HOUR) * MICROS_PER_HOUR;
}
