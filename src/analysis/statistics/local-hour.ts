import { MICROS_PER_HOUR, MICROS_PER_MILLI } from '../../model/range.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formats = new Map<string, Intl.DateTimeFormat>();

/** The hour of the week that a zone's clock shows, from 0 (Monday, midnight to one) to 167. */
export function hourOfWeek(atMicros: number, timeZone: string): number {
  if (timeZone === 'UTC') {
    // 1970 began on a Thursday.
    const hours = Math.floor(atMicros / MICROS_PER_HOUR) + 3 * 24;
    return ((hours % 168) + 168) % 168;
  }
  // Such as `Mon, 09`.
  const shown = formatFor(timeZone).format(atMicros / MICROS_PER_MILLI);
  return WEEKDAYS.indexOf(shown.slice(0, 3)) * 24 + Number(shown.slice(-2));
}

/** Making a format costs as much as using it a hundred times. */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  formats.set(timeZone, made);
  return made;
}
