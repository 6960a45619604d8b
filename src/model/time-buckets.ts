import { QueryError } from './errors.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeRange } from './range.ts';
import { microsOf, type Zone, zonedAt } from './time.ts';

type BucketUnit = 's' | 'm' | 'h' | 'd' | 'w' | 'mo' | 'q' | 'y';

/** How wide the buckets are that a span is cut into. */
export type BucketWidth = {
  readonly text: string;
  readonly amount: number;
  readonly unit: BucketUnit;
  /** The width on a day without a clock change, in a month of 30 and a year of 365 days. */
  readonly nominalMicros: number;
};

/** More buckets than this are refused: nobody reads them, and each costs memory for each group. */
const MAX_BUCKETS = 50_000;
/** How many points a series of unstated width gets, where the span allows. */
const FEWEST_POINTS = 24;
const MOST_POINTS = 60;

/** Amounts that cut the next larger unit evenly, so that every day is cut alike. */
const AMOUNTS: Readonly<Record<BucketUnit, readonly number[]>> = {
  s: [1, 2, 5, 10, 15, 20, 30],
  m: [1, 2, 3, 5, 10, 15, 20, 30],
  h: [1, 2, 3, 4, 6, 8, 12],
  d: [1, 2, 3],
  w: [1, 2],
  mo: [1],
  q: [1],
  y: [1],
};
const UNIT_MICROS: Readonly<Record<BucketUnit, number>> = {
  s: MICROS_PER_SECOND,
  m: MICROS_PER_MINUTE,
  h: MICROS_PER_HOUR,
  d: MICROS_PER_DAY,
  w: 7 * MICROS_PER_DAY,
  mo: 30 * MICROS_PER_DAY,
  q: 91 * MICROS_PER_DAY,
  y: 365 * MICROS_PER_DAY,
};

/** Every width there is, ascending. */
export const BUCKET_WIDTHS: readonly BucketWidth[] = (Object.keys(AMOUNTS) as BucketUnit[]).flatMap((unit) =>
  AMOUNTS[unit].map((amount) => ({
    text: `${amount}${unit}`,
    amount,
    unit,
    nominalMicros: amount * UNIT_MICROS[unit],
  })),
);

/**
 * Reads a bucket width such as `15m` or `1d`.
 *
 * @throws QueryError `BAD_QUESTION` with the widths there are.
 */
export function parseBucketWidth(text: string): BucketWidth {
  const found = BUCKET_WIDTHS.find((width) => width.text === text);
  if (found !== undefined) return found;
  throw new QueryError('BAD_QUESTION', `"${text.slice(0, 64)}" is not a bucket width.`, {
    hint: `Use one of ${BUCKET_WIDTHS.filter((width) => width.unit !== 's')
      .map((width) => width.text)
      .join(', ')}, or seconds: ${AMOUNTS.s.map((amount) => `${amount}s`).join(', ')}.`,
  });
}

/** The widest width that cuts the range into at least 24 buckets and at most 60. */
export function bucketWidthFor(range: TimeRange): BucketWidth {
  const length = range.toMicros - range.fromMicros;
  const widest = BUCKET_WIDTHS.findLast((width) => length / width.nominalMicros >= FEWEST_POINTS);
  // Between months, quarters and years the steps are too large for both bounds; then the upper one counts.
  const fitting = BUCKET_WIDTHS.find(
    (width) => width.nominalMicros >= (widest?.nominalMicros ?? 0) && length / width.nominalMicros <= MOST_POINTS,
  );
  return fitting ?? parseBucketWidth('1y');
}

/**
 * Cuts a range into buckets that follow the zone's clock and calendar: hours start where its clock shows a full hour,
 * days at its midnight (or the first moment of the day that exists), weeks on Monday.
 *
 * Where a clock change repeats an hour, buckets of an hour or less repeat too; where it skips the start of a bucket,
 * the bucket starts at the change. Buckets longer than an hour are longer or shorter by the change. A day that a zone
 * skipped altogether has no bucket.
 *
 * @returns Ascending boundaries, without gaps: the first at or before the range's start, the last at or after its end.
 * @throws QueryError `BAD_QUESTION` when there would be more than 50,000 buckets.
 */
export function bucketBoundaries(width: BucketWidth, range: TimeRange, zone: Zone): readonly number[] {
  const estimate = Math.ceil((range.toMicros - range.fromMicros) / width.nominalMicros);
  if (estimate > MAX_BUCKETS) {
    throw new QueryError(
      'BAD_QUESTION',
      `Buckets of ${width.text} would cut the span into ${estimate} parts; at most ${MAX_BUCKETS} are possible.`,
      { hint: 'Use wider buckets or a later "since".' },
    );
  }
  const moments = width.unit === 's' || width.unit === 'm' || width.unit === 'h' ? clockMoments : calendarMoments;
  const boundaries: number[] = [];
  for (const moment of moments(width, range, zone)) {
    if (moment <= range.fromMicros) boundaries[0] = moment;
    else if (moment > (boundaries.at(-1) ?? -1)) boundaries.push(moment);
    if (moment >= range.toMicros) break;
  }
  return boundaries;
}

/** Starts of the calendar's days, weeks, months, quarters or years, from the one that holds the range's start on. */
function* calendarMoments(width: BucketWidth, range: TimeRange, zone: Zone): Generator<number> {
  const day = zonedAt(range.fromMicros, zone).toPlainDate();
  const start = startOfPeriod(day, width, zone);
  const step = stepOf(width);
  for (let i = 0; ; i++) {
    const date = start.add({ months: (step.months ?? 0) * i, days: (step.days ?? 0) * i });
    yield microsOf(date.toZonedDateTime(zone.id));
  }
}

function stepOf(width: BucketWidth): { readonly months?: number; readonly days?: number } {
  if (width.unit === 'd') return { days: width.amount };
  if (width.unit === 'w') return { days: 7 * width.amount };
  if (width.unit === 'mo') return { months: 1 };
  return { months: width.unit === 'q' ? 3 : 12 };
}

/** Days and weeks taken two or three together are counted from 1970, so that a bucket never depends on the question. */
function startOfPeriod(day: Temporal.PlainDate, width: BucketWidth, zone: Zone): Temporal.PlainDate {
  if (width.unit === 'y') return day.with({ month: 1, day: 1 });
  if (width.unit === 'q') return day.with({ month: day.month - ((day.month - 1) % 3), day: 1 });
  if (width.unit === 'mo') return day.with({ day: 1 });
  const firstMonday = zone.temporal.PlainDate.from('1970-01-05');
  const origin = width.unit === 'w' ? firstMonday : zone.temporal.PlainDate.from('1970-01-01');
  const period = width.unit === 'w' ? 7 * width.amount : width.amount;
  const days = origin.until(day, { largestUnit: 'days' }).days;
  return day.subtract({ days: ((days % period) + period) % period });
}

/** Moments at which the zone's clock shows a multiple of the width, day by day. */
function* clockMoments(width: BucketWidth, range: TimeRange, zone: Zone): Generator<number> {
  let day = zonedAt(range.fromMicros, zone).toPlainDate();
  let start = microsOf(day.toZonedDateTime(zone.id));
  let changeAt = -1;
  for (;;) {
    const nextDay = day.add({ days: 1 });
    const end = microsOf(nextDay.toZonedDateTime(zone.id));
    if (changeAt <= start) changeAt = nextChange(start, zone);
    if (changeAt >= end) {
      for (let moment = start; moment < end; moment += width.nominalMicros) yield moment;
    } else {
      yield* clockMomentsAroundChange(day, { fromMicros: start, toMicros: end }, width, zone);
    }
    day = nextDay;
    start = end;
  }
}

/** When the zone's clock next changes; never, for a zone that keeps its offset. */
function nextChange(afterMicros: number, zone: Zone): number {
  const change = zonedAt(afterMicros, zone).getTimeZoneTransition('next');
  return change === null ? Number.POSITIVE_INFINITY : microsOf(change);
}

function clockMomentsAroundChange(day: Temporal.PlainDate, span: TimeRange, width: BucketWidth, zone: Zone): number[] {
  const moments = [span.fromMicros];
  const midnight = day.toPlainDateTime();
  for (let offset = 0; offset < MICROS_PER_DAY; offset += width.nominalMicros) {
    const shown = midnight.add({ microseconds: offset });
    const earlier = shown.toZonedDateTime(zone.id, { disambiguation: 'earlier' });
    const skipped = !earlier.toPlainDateTime().equals(shown);
    if (skipped) moments.push(nextChange(microsOf(earlier), zone));
    else moments.push(microsOf(earlier));
    if (!skipped && width.nominalMicros <= MICROS_PER_HOUR) {
      moments.push(microsOf(shown.toZonedDateTime(zone.id, { disambiguation: 'later' })));
    }
  }
  return moments.filter((moment) => moment >= span.fromMicros && moment < span.toMicros).sort((a, b) => a - b);
}
