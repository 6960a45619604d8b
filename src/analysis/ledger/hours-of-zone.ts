import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../model/range.ts';
import { type Zone, zonedAt } from '../../model/time.ts';

/**
 * Cuts time so that no part is in two of the zone's days: into hours of UTC, and into quarters of them where the zone
 * is off by a part of an hour at any time of the span.
 */
export function hoursIn(zone: Zone, fromMicros: number, toMicros: number): (atMicros: number) => number {
  let width = MICROS_PER_HOUR;
  for (let at = fromMicros; at < toMicros + 30 * MICROS_PER_DAY; at += 30 * MICROS_PER_DAY) {
    if (zonedAt(Math.round(Math.min(at, toMicros)), zone).offsetNanoseconds % (MICROS_PER_HOUR * 1_000) !== 0)
      width = MICROS_PER_HOUR / 4;
  }
  return (atMicros) => Math.floor(atMicros / width) * width;
}
