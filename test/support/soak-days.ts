import type { EventData, IncomingEvent } from '../../src/model/event.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { EVERY_KIND } from './every-kind.ts';
import { seededRandom } from './seeded-random.ts';

/** 2026-10-01 00:00:00 UTC: the first of the days. */
export const SOAK_START_MICROS = Date.UTC(2026, 9, 1) * 1_000;
export const SOAK_DAYS = 30;
const EVENTS_PER_DAY = 2_000;
/** One event in so many is told days after it happened. */
const LATE_ONE_IN = 25;
const MOST_DAYS_LATE = 12;

/** What one process records on a day, in this order: always the same, so that it need not be remembered. */
export function soakEvents(day: number): readonly IncomingEvent[] {
  const random = seededRandom(1_000 + day);
  const begin = SOAK_START_MICROS + day * MICROS_PER_DAY;
  return Array.from({ length: EVENTS_PER_DAY }, (_, n): IncomingEvent => {
    const isLate = n % LATE_ONE_IN === 0;
    const onTime = begin + Math.floor(((n + random()) / EVENTS_PER_DAY) * MICROS_PER_DAY);
    const atMicros = isLate ? onTime - Math.floor(random() * MOST_DAYS_LATE * MICROS_PER_DAY) : onTime;
    const data: EventData = {
      an_id: `task-${day}-${Math.floor(n / 12)}`,
      a_name: `Node-${Math.floor(random() * 5)}`,
      a_count: Math.floor(random() ** 4 * 100_000),
      ...(n % 3 === 0 && { a_measure_ms: Math.round(Math.exp(random() * 9) * 1_000) / 1_000 }),
      ...(n % 7 === 0 && { some_names: [`src/${n % 11}.ts`, 'README.md'] }),
    };
    return { metric: EVERY_KIND.name, atMicros, data, source: 'library', inferred: false };
  });
}

/** The end of a day, some minutes into the next. */
export const soakNow = (day: number): number => SOAK_START_MICROS + (day + 1) * MICROS_PER_DAY + 7 * 60_000_000;

export type HourFigures = { events: number; sum: number; least: number; greatest: number };

/** By hour since the epoch: what answers must say of `a_count`. */
export function hoursOf(events: Iterable<IncomingEvent>): Map<number, HourFigures> {
  const hours = new Map<number, HourFigures>();
  for (const { atMicros, data } of events) {
    const hour = Math.floor(atMicros / MICROS_PER_HOUR);
    const value = Number(data['a_count']);
    const known = hours.get(hour);
    if (known === undefined) {
      hours.set(hour, { events: 1, sum: value, least: value, greatest: value });
      continue;
    }
    known.events += 1;
    known.sum += value;
    known.least = Math.min(known.least, value);
    known.greatest = Math.max(known.greatest, value);
  }
  return hours;
}
