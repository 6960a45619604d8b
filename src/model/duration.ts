import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './range.ts';

/**
 * A length of time. Seconds to weeks have a fixed length (a day is 24 h, whatever the clocks do);
 * months have the length that the calendar gives them.
 */
export type Duration = { readonly months: number; readonly micros: number };

const FIXED_MICROS: Readonly<Record<string, number>> = {
  s: MICROS_PER_SECOND,
  m: MICROS_PER_MINUTE,
  h: MICROS_PER_HOUR,
  d: MICROS_PER_DAY,
  w: 7 * MICROS_PER_DAY,
};
const CALENDAR_MONTHS: Readonly<Record<string, number>> = { mo: 1, q: 3, y: 12 };

const WHOLE = /^(?:\d{1,9}(?:\.\d{1,6})?(?:mo|[smhdwqy]))+$/;
const PART = /(\d+(?:\.\d+)?)(mo|[smhdwqy])/g;

/** The forms that are understood, for error messages. */
export const DURATION_EXAMPLES = "'90m', '24h', '7d', '2w', '1mo', '1h30m'";

/**
 * Reads a duration such as `90m`, `24h`, `7d`, `2w`, `1mo`, `1q`, `1y` or `1h30m`.
 *
 * @returns `undefined` when the text is not a duration.
 */
export function parseDuration(text: string): Duration | undefined {
  if (!WHOLE.test(text)) return undefined;
  let months = 0;
  let micros = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    if (amount === undefined || unit === undefined) return undefined;
    const inMonths = CALENDAR_MONTHS[unit];
    if (inMonths === undefined) micros += Number(amount) * (FIXED_MICROS[unit] ?? 0);
    else if (amount.includes('.')) return undefined;
    else months += Number(amount) * inMonths;
  }
  return { months, micros: Math.round(micros) };
}
