const MICROS_PER_MILLI = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/** Formats moments in one zone. */
export type MomentFormat = {
  /** `2026-11-24 10:03:22` */
  readonly dateTime: (atMicros: number) => string;
  /** `2026-11-24 10:03:22.045` */
  readonly preciseDateTime: (atMicros: number) => string;
  /** `10:03:22` */
  readonly time: (atMicros: number) => string;
  /** `10:03:22.045` */
  readonly preciseTime: (atMicros: number) => string;
};

/** The reader's clock and calendar at a moment: `2026-11-24 10:03:22.045`. */
type WallClock = (atMillis: number) => string;

const temporalClock =
  (timeZone: string): WallClock =>
  (atMillis) =>
    Temporal.Instant.fromEpochMilliseconds(atMillis)
      .toZonedDateTimeISO(timeZone)
      .toPlainDateTime()
      .toString({ fractionalSecondDigits: 3 })
      .replace('T', ' ');

/** For Node before 26. The first Intl format of a process costs more than ten milliseconds. */
export function intlClock(timeZone: string): WallClock {
  const digits = '2-digit';
  const formatter = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
    fractionalSecondDigits: 3,
  });
  return (atMillis) => {
    const parts = formatter.formatToParts(atMillis).map(({ type, value }) => [type, value] as const);
    const p: Readonly<Record<string, string>> = Object.fromEntries(parts);
    const year = (p['year'] ?? '').padStart(4, '0');
    return `${year}-${p['month']}-${p['day']} ${p['hour']}:${p['minute']}:${p['second']}.${p['fractionalSecond']}`;
  };
}

/** Moments as the reader's clock shows them, in ISO order and 24 hours. */
export function momentFormat(timeZone: string): MomentFormat {
  const clock = globalThis.Temporal === undefined ? intlClock(timeZone) : temporalClock(timeZone);
  const precise = (atMicros: number): string => clock(Math.floor(atMicros / MICROS_PER_MILLI));
  // To the second: cut, not rounded, as clocks do; cut before the format cuts, so that none rounds.
  const whole = (atMicros: number): string =>
    clock(Math.floor(atMicros / MICROS_PER_SECOND) * (MICROS_PER_SECOND / MICROS_PER_MILLI)).slice(0, -4);
  return {
    dateTime: whole,
    preciseDateTime: precise,
    time: (atMicros) => whole(atMicros).slice(-8),
    preciseTime: (atMicros) => precise(atMicros).slice(-12),
  };
}
