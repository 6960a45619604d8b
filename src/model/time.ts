import { DURATION_EXAMPLES, type Duration, parseDuration } from './duration.ts';
import { QueryError } from './errors.ts';
import { lazily } from './lazily.ts';
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from './range.ts';

/** A time zone, with the calendar that computes in it. */
export type Zone = { readonly id: string; readonly temporal: typeof Temporal };

/** The last moment that can be asked for: the end of the year 9999. Later ones are taken for milliseconds. */
const MAX_SECONDS = 253_402_300_800;
/** Longer ago than this is the start of history. Keeps calendar arithmetic inside Temporal's own range. */
const MAX_MONTHS_AGO = 12 * 1_000;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;
const SECONDS = /^\d+(?:\.\d+)?$/;

/** Node has Temporal from version 26 on; the stand-in costs its loading time only before that. */
const loadTemporal = lazily<typeof Temporal>(
  async () => globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal,
);

/**
 * A time zone by its IANA name (`Europe/Berlin`) or offset (`+05:45`).
 *
 * @throws QueryError `BAD_QUESTION` when there is no such zone.
 */
export async function openZone(id = 'UTC'): Promise<Zone> {
  const temporal = await loadTemporal();
  try {
    temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(id);
  } catch (cause) {
    throw new QueryError('BAD_QUESTION', `There is no time zone "${id}".`, {
      hint: "Use an IANA name such as 'Europe/Berlin', or 'UTC'.",
      cause,
    });
  }
  return { id, temporal };
}

/** The moment, as date and time in a zone. */
export function zonedAt(micros: number, zone: Zone): Temporal.ZonedDateTime {
  return zone.temporal.Instant.fromEpochNanoseconds(BigInt(micros) * 1_000n).toZonedDateTimeISO(zone.id);
}

/** Microseconds since the Unix epoch. */
export function microsOf(moment: { readonly epochNanoseconds: bigint }): number {
  return Number(moment.epochNanoseconds / 1_000n);
}

/** A stretch of time before a moment; at the earliest the epoch. */
function before(micros: number, duration: Duration, zone: Zone): number {
  if (duration.months > MAX_MONTHS_AGO) return 0;
  const back = duration.months === 0 ? micros : microsOf(zonedAt(micros, zone).subtract({ months: duration.months }));
  return Math.max(0, back - duration.micros);
}

/**
 * Reads a moment.
 *
 * @param moment Seconds since the Unix epoch, a Date, an ISO date or time (without an offset: in the zone), `now`,
 *   `today`, `yesterday`, or how long ago (`24h`).
 * @returns Integer microseconds since the Unix epoch.
 * @throws QueryError `BAD_QUESTION` naming `what` and the forms that are understood.
 */
export function parseMoment(moment: unknown, what: string, zone: Zone, nowMicros: number): number {
  if (typeof moment === 'number') return fromSeconds(moment, what);
  if (moment instanceof Date) return fromDate(moment, what);
  if (typeof moment !== 'string') throw badMoment(what, typeof moment);
  const text = moment.trim();
  const ago = parseDuration(text);
  if (ago !== undefined) return before(nowMicros, ago, zone);
  if (SECONDS.test(text)) return fromSeconds(Number(text), what);
  if (text === 'now') return nowMicros;
  if (text === 'today') return microsOf(zonedAt(nowMicros, zone).startOfDay());
  if (text === 'yesterday') return microsOf(zonedAt(nowMicros, zone).subtract({ days: 1 }).startOfDay());
  try {
    const { PlainDate, PlainDateTime, Instant } = zone.temporal;
    if (DATE.test(text)) return notBeforeEpoch(microsOf(PlainDate.from(text).toZonedDateTime(zone.id)), what);
    if (DATE_TIME.test(text)) return notBeforeEpoch(microsOf(PlainDateTime.from(text).toZonedDateTime(zone.id)), what);
    if (INSTANT.test(text)) return notBeforeEpoch(microsOf(Instant.from(text)), what);
  } catch (cause) {
    if (cause instanceof QueryError) throw cause;
    throw badMoment(what, `"${text}"`, cause);
  }
  throw badMoment(what, `"${text.slice(0, 64)}"`);
}

function fromSeconds(seconds: number, what: string): number {
  if (seconds > MAX_SECONDS) {
    throw new QueryError('BAD_QUESTION', `"${what}" is ${seconds}, which is after the year 9999.`, {
      hint: 'Numbers are seconds since 1970, not milliseconds.',
    });
  }
  if (!Number.isFinite(seconds) || seconds < 0) throw badMoment(what, String(seconds));
  return Math.round(seconds * MICROS_PER_SECOND);
}

function fromDate(date: Date, what: string): number {
  const millis = date.getTime();
  if (Number.isNaN(millis)) throw badMoment(what, 'an invalid Date');
  return notBeforeEpoch(millis * MICROS_PER_MILLI, what);
}

function notBeforeEpoch(micros: number, what: string): number {
  if (micros >= 0) return micros;
  throw new QueryError('BAD_QUESTION', `"${what}" is before 1970.`, { hint: 'No event is that old.' });
}

function badMoment(what: string, found: string, cause?: unknown): QueryError {
  return new QueryError('BAD_QUESTION', `"${what}" is ${found}, which is not a moment.`, {
    hint: `Write how long ago (${DURATION_EXAMPLES}), a date ('2026-11-24'), a time ('2026-11-24T10:00Z'), or seconds since 1970.`,
    cause,
  });
}
