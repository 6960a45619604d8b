import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../model/range.ts';
import { microsOf, type Zone, zonedAt } from '../../model/time.ts';

/** A day of a zone's calendar. */
export type CalendarDay = {
  /** 1 is Monday. */
  readonly weekday: number;
  readonly fromMicros: number;
};

/**
 * The last days of a zone's calendar, today included. Finds the day and the hour of a moment without asking the calendar
 * for each, which would cost more than all the rest of a report over months.
 */
export class CalendarDays {
  /** Oldest first; today is the last. */
  readonly days: readonly CalendarDay[];
  readonly #zone: Zone;

  constructor(nowMicros: number, daysBack: number, zone: Zone) {
    const today = zonedAt(nowMicros, zone).startOfDay();
    this.#zone = zone;
    this.days = Array.from({ length: daysBack + 1 }, (_, day) => {
      const start = today.subtract({ days: daysBack - day });
      return { weekday: start.dayOfWeek, fromMicros: microsOf(start) };
    });
  }

  /** Its place among the days; below 0 for what was before them. */
  placeOf(atMicros: number): number {
    const from = this.days[0]?.fromMicros ?? 0;
    // A clock change moves a day's start by an hour or so: the place is this one or a neighbour.
    let place = Math.min(this.days.length - 1, Math.floor((atMicros - from) / MICROS_PER_DAY));
    while (place >= 0 && atMicros < (this.days[place]?.fromMicros ?? 0)) place--;
    while (place >= 0 && atMicros >= (this.days[place + 1]?.fromMicros ?? Number.POSITIVE_INFINITY)) place++;
    return place;
  }

  /** The hour that the clock shows, from 0 to 23. */
  hourOf(atMicros: number): number {
    const place = this.placeOf(atMicros);
    const from = this.days[place]?.fromMicros;
    const to = this.days[place + 1]?.fromMicros;
    if (from === undefined || to === undefined || to - from !== MICROS_PER_DAY)
      return zonedAt(atMicros, this.#zone).hour;
    return Math.floor((atMicros - from) / MICROS_PER_HOUR);
  }
}
