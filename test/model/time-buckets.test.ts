import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/model/range.ts';
import { BUCKET_WIDTHS, bucketBoundaries, bucketWidthFor, parseBucketWidth } from '../../src/model/time-buckets.ts';
import { microsOf, openZone } from '../../src/model/time.ts';

/** Boundaries in a zone, as the zone's clock shows them. */
async function shown(width: string, from: string, to: string, zoneId: string): Promise<string[]> {
  const zone = await openZone(zoneId);
  const { PlainDateTime, Instant } = zone.temporal;
  const micros = (text: string): number => microsOf(PlainDateTime.from(text).toZonedDateTime(zoneId));
  const range = { fromMicros: micros(from), toMicros: micros(to) };
  return bucketBoundaries(parseBucketWidth(width), range, zone).map((moment) =>
    Instant.fromEpochNanoseconds(BigInt(moment) * 1_000n)
      .toZonedDateTimeISO(zoneId)
      .toString({ timeZoneName: 'never', smallestUnit: 'minute' }),
  );
}

async function hoursOfDays(from: string, to: string, zoneId: string): Promise<number[]> {
  const zone = await openZone(zoneId);
  const days = await shown('1d', from, to, zoneId);
  const moments = days.map((day) => microsOf(zone.temporal.Instant.from(day)));
  return moments.slice(1).map((moment, i) => (moment - (moments[i] ?? 0)) / MICROS_PER_HOUR);
}

describe('days', () => {
  it('have 23 and 25 hours when the clocks change', async () => {
    expect(await hoursOfDays('2026-03-28', '2026-03-31', 'Europe/Berlin')).toEqual([24, 23, 24]);
    expect(await hoursOfDays('2026-10-24', '2026-10-27', 'Europe/Berlin')).toEqual([24, 25, 24]);
    expect(await hoursOfDays('2026-11-01', '2026-11-02', 'America/New_York')).toEqual([25]);
  });

  it('change by half an hour on Lord Howe', async () => {
    expect(await hoursOfDays('2026-04-04', '2026-04-07', 'Australia/Lord_Howe')).toEqual([24, 24.5, 24]);
    expect(await hoursOfDays('2026-10-03', '2026-10-06', 'Australia/Lord_Howe')).toEqual([24, 23.5, 24]);
  });

  it('start with the first moment there is, where midnight is skipped', async () => {
    expect(await shown('1d', '2018-11-03T12:00', '2018-11-05T00:00', 'America/Sao_Paulo')).toEqual([
      '2018-11-03T00:00-03:00',
      '2018-11-04T01:00-02:00',
      '2018-11-05T00:00-02:00',
    ]);
  });

  it('leave out the day that Apia skipped', async () => {
    expect(await shown('1d', '2011-12-29', '2012-01-01', 'Pacific/Apia')).toEqual([
      '2011-12-29T00:00-10:00',
      '2011-12-31T00:00+14:00',
      '2012-01-01T00:00+14:00',
    ]);
  });

  it('taken two together do not depend on where the span starts', async () => {
    const early = await shown('2d', '2026-11-01', '2026-11-09', 'UTC');
    const late = await shown('2d', '2026-11-04', '2026-11-09', 'UTC');
    expect(early.slice(-late.length)).toEqual(late);
  });
});

describe('hours and minutes', () => {
  it('start where the clock of the zone shows a full hour', async () => {
    expect(await shown('1h', '2026-11-24T10:20', '2026-11-24T12:00', 'Asia/Kathmandu')).toEqual([
      '2026-11-24T10:00+05:45',
      '2026-11-24T11:00+05:45',
      '2026-11-24T12:00+05:45',
    ]);
  });

  it('repeat the hour that the clock repeats', async () => {
    expect(await shown('1h', '2026-10-25T01:00', '2026-10-25T04:00', 'Europe/Berlin')).toEqual([
      '2026-10-25T01:00+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00+01:00',
      '2026-10-25T04:00+01:00',
    ]);
  });

  it('leave out the hour that the clock skips', async () => {
    expect(await shown('1h', '2026-03-29T01:00', '2026-03-29T04:00', 'Europe/Berlin')).toEqual([
      '2026-03-29T01:00+01:00',
      '2026-03-29T03:00+02:00',
      '2026-03-29T04:00+02:00',
    ]);
  });

  it('start at the change where half an hour is skipped', async () => {
    expect(await shown('1h', '2026-10-04T01:00', '2026-10-04T04:00', 'Australia/Lord_Howe')).toEqual([
      '2026-10-04T01:00+10:30',
      '2026-10-04T02:30+11:00',
      '2026-10-04T03:00+11:00',
      '2026-10-04T04:00+11:00',
    ]);
    expect(await shown('15m', '2026-04-05T01:30', '2026-04-05T02:15', 'Australia/Lord_Howe')).toEqual([
      '2026-04-05T01:30+11:00',
      '2026-04-05T01:45+11:00',
      '2026-04-05T01:30+10:30',
      '2026-04-05T01:45+10:30',
      '2026-04-05T02:00+10:30',
      '2026-04-05T02:15+10:30',
    ]);
  });

  it('of six hours keep to the clock, and take the change into their length', async () => {
    expect(await shown('6h', '2026-10-25', '2026-10-26', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:00+02:00',
      '2026-10-25T06:00+01:00',
      '2026-10-25T12:00+01:00',
      '2026-10-25T18:00+01:00',
      '2026-10-26T00:00+01:00',
    ]);
  });
});

describe('weeks, months, quarters and years', () => {
  it('start on Monday, on the first, and in January', async () => {
    const zone = 'Europe/Berlin';
    expect(await shown('1w', '2026-11-24', '2026-11-30', zone)).toEqual([
      '2026-11-23T00:00+01:00',
      '2026-11-30T00:00+01:00',
    ]);
    expect(await shown('1mo', '2026-02-15', '2026-04-01', zone)).toEqual([
      '2026-02-01T00:00+01:00',
      '2026-03-01T00:00+01:00',
      '2026-04-01T00:00+02:00',
    ]);
    expect(await shown('1q', '2026-11-24', '2026-12-01', zone)).toEqual([
      '2026-10-01T00:00+02:00',
      '2027-01-01T00:00+01:00',
    ]);
    expect(await shown('1y', '2026-11-24', '2026-12-01', zone)).toEqual([
      '2026-01-01T00:00+01:00',
      '2027-01-01T00:00+01:00',
    ]);
  });
});

/** Zones that are awkward in one way each: half hours, three quarters, skipped days and midnights, double summer time. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Asia/Tehran',
  'Europe/London',
  '-09:30',
];

describe('buckets of any width in any zone', () => {
  it('put each moment of the span into exactly one bucket, so that parts add up to the total', async () => {
    const zones = await Promise.all(ZONES.map((id) => openZone(id)));
    const widths = BUCKET_WIDTHS.filter((width) => width.nominalMicros >= 60_000_000);
    const start = fc.integer({ min: Date.UTC(2005, 0, 1) / 1_000, max: Date.UTC(2030, 0, 1) / 1_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...widths),
        start,
        fc.double({ min: 0.1, max: 40, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (zone, width, fromSeconds, lengths, places) => {
          const fromMicros = fromSeconds * 1_000_000;
          const toMicros = fromMicros + Math.ceil(lengths * width.nominalMicros);
          const boundaries = bucketBoundaries(width, { fromMicros, toMicros }, zone);
          expect(boundaries[0]).toBeLessThanOrEqual(fromMicros);
          expect(boundaries[1]).toBeGreaterThan(fromMicros);
          expect(boundaries.at(-1)).toBeGreaterThanOrEqual(toMicros);
          expect(boundaries.at(-2)).toBeLessThan(toMicros);
          const moments = places.map((place) => fromMicros + Math.floor(place * (toMicros - fromMicros)));
          const counts = boundaries
            .slice(0, -1)
            .map((low, i) => moments.filter((moment) => moment >= low && moment < (boundaries[i + 1] ?? 0)).length);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(moments.length);
          for (let i = 1; i < boundaries.length; i++) expect(boundaries[i]).toBeGreaterThan(boundaries[i - 1] ?? 0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('have boundaries that do not depend on where the span starts', async () => {
    const zones = await Promise.all(ZONES.map((id) => openZone(id)));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...BUCKET_WIDTHS.filter((width) => width.unit !== 's')),
        fc.integer({ min: Date.UTC(2012, 0, 1) / 1_000, max: Date.UTC(2030, 0, 1) / 1_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (zone, width, fromSeconds, part) => {
          const fromMicros = fromSeconds * 1_000_000;
          const toMicros = fromMicros + 12 * width.nominalMicros;
          const later = fromMicros + Math.floor(part * 11 * width.nominalMicros);
          const whole = bucketBoundaries(width, { fromMicros, toMicros }, zone);
          const end = bucketBoundaries(width, { fromMicros: later, toMicros }, zone);
          expect(whole.slice(-end.length)).toEqual(end);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the stand-in for Temporal', () => {
  it('gives the same boundaries as the real one', async () => {
    const standIn = await import('temporal-polyfill');
    const widths = ['15m', '1h', '6h', '1d', '1w', '1mo'].map(parseBucketWidth);
    for (const id of ZONES) {
      const zone = await openZone(id);
      for (const width of widths) {
        for (const change of ['2026-03-29', '2026-04-05', '2026-10-25', '2026-11-01', '2011-12-30']) {
          const fromMicros = Date.parse(change) * 1_000 - MICROS_PER_DAY;
          const range = { fromMicros, toMicros: fromMicros + 3 * MICROS_PER_DAY };
          expect(bucketBoundaries(width, range, { id, temporal: standIn.Temporal }), `${id} ${width.text}`).toEqual(
            bucketBoundaries(width, range, zone),
          );
        }
      }
    }
  });
});

describe('the width of a series', () => {
  it.each([
    [0.5, '1m'],
    [24, '1h'],
    [24 * 7, '6h'],
    [24 * 30, '1d'],
    [24 * 365, '2w'],
    [24 * 365 * 10, '1q'],
  ])('for %d hours is %s', (hours, width) => {
    expect(bucketWidthFor({ fromMicros: 0, toMicros: hours * MICROS_PER_HOUR }).text).toBe(width);
  });

  it('gives 24 to 60 points for spans of minutes to two years', () => {
    fc.assert(
      fc.property(fc.double({ min: 24 / 3_600, max: 24 * 720, noNaN: true }), (hours) => {
        const width = bucketWidthFor({ fromMicros: 0, toMicros: hours * MICROS_PER_HOUR });
        const points = (hours * MICROS_PER_HOUR) / width.nominalMicros;
        expect(points).toBeLessThanOrEqual(60);
        expect(points).toBeGreaterThanOrEqual(24);
      }),
    );
  });
});

describe('bucket widths', () => {
  it.each(['7m', '5h', '90m', '1', 'd', '1mon', '1.5h', '0h'])('refuse %j and list what there is', (text) => {
    expect(() => parseBucketWidth(text)).toThrow(`"${text}" is not a bucket width.`);
  });

  it('refuse to cut a span into more buckets than anybody reads', async () => {
    const range = { fromMicros: 0, toMicros: 3_650 * MICROS_PER_DAY };
    const zone = await openZone();
    expect(() => bucketBoundaries(parseBucketWidth('1m'), range, zone)).toThrow('at most 50000');
  });
});
