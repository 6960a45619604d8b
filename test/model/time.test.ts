import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/model/duration.ts';
import { QueryError } from '../../src/model/errors.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/model/range.ts';
import { openZone, parseMoment } from '../../src/model/time.ts';

const NOW = Date.UTC(2026, 10, 24, 12) * 1_000;

async function at(moment: unknown, zone = 'UTC'): Promise<string> {
  return new Date(parseMoment(moment, 'since', await openZone(zone), NOW) / 1_000).toISOString();
}

function refusal(moment: unknown): Promise<QueryError> {
  return at(moment).then(
    (found) => expect.unreachable(`was understood as ${found}`),
    (error: unknown) => error as QueryError,
  );
}

describe('parseDuration', () => {
  it('reads amounts of every unit, and several together', () => {
    expect(parseDuration('90m')).toEqual({ months: 0, micros: 90 * 60 * MICROS_PER_SECOND });
    expect(parseDuration('24h')).toEqual({ months: 0, micros: MICROS_PER_DAY });
    expect(parseDuration('2w')).toEqual({ months: 0, micros: 14 * MICROS_PER_DAY });
    expect(parseDuration('1q')).toEqual({ months: 3, micros: 0 });
    expect(parseDuration('1y2mo')).toEqual({ months: 14, micros: 0 });
    expect(parseDuration('1h30m')).toEqual({ months: 0, micros: 1.5 * MICROS_PER_HOUR });
    expect(parseDuration('1.5h')).toEqual({ months: 0, micros: 1.5 * MICROS_PER_HOUR });
  });

  it('tells minutes from months', () => {
    expect(parseDuration('1m')).toEqual({ months: 0, micros: 60 * MICROS_PER_SECOND });
    expect(parseDuration('1mo')).toEqual({ months: 1, micros: 0 });
  });

  it.each(['', '7', 'd', '7 d', '-7d', '7dd', '1.5mo', '1e3s', '7D', 'h24', '99999999999d'])(
    'does not read %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('parseMoment', () => {
  it('reads seconds since the epoch, as a number and as text', async () => {
    expect(await at(1_770_104_400.5)).toBe('2026-02-03T07:40:00.500Z');
    expect(await at('1770104400.5')).toBe('2026-02-03T07:40:00.500Z');
    expect(await at(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  it('keeps microseconds of seconds as floats', async () => {
    const zone = await openZone();
    for (const micros of [1_770_104_400_123_457, 1_770_104_400_999_999, 1]) {
      expect(parseMoment(micros / MICROS_PER_SECOND, 'since', zone, NOW)).toBe(micros);
    }
  });

  it('reads dates and times in the zone, and times with an offset as they are', async () => {
    expect(await at('2026-11-24')).toBe('2026-11-24T00:00:00.000Z');
    expect(await at('2026-11-24', 'America/New_York')).toBe('2026-11-24T05:00:00.000Z');
    expect(await at('2026-11-24T10:00', 'Asia/Kathmandu')).toBe('2026-11-24T04:15:00.000Z');
    expect(await at('2026-11-24 10:00:30', 'Europe/Berlin')).toBe('2026-11-24T09:00:30.000Z');
    expect(await at('2026-11-24T10:00Z', 'Asia/Kathmandu')).toBe('2026-11-24T10:00:00.000Z');
    expect(await at('2026-11-24T10:00:00+02:00', 'Asia/Kathmandu')).toBe('2026-11-24T08:00:00.000Z');
    expect(await at(new Date('2026-11-24T10:00:00Z'))).toBe('2026-11-24T10:00:00.000Z');
  });

  it('reads how long ago: days of 24 hours, months of the calendar', async () => {
    expect(await at('24h')).toBe('2026-11-23T12:00:00.000Z');
    expect(await at('1mo')).toBe('2026-10-24T12:00:00.000Z');
    // A month before noon in Berlin is noon in Berlin, on the other side of the clock change.
    expect(await at('1mo', 'Europe/Berlin')).toBe('2026-10-24T11:00:00.000Z');
    expect(await at('30d', 'Europe/Berlin')).toBe('2026-10-25T12:00:00.000Z');
    expect(await at('999999999y')).toBe('1970-01-01T00:00:00.000Z');
  });

  it('reads now, today and yesterday', async () => {
    expect(await at('now')).toBe('2026-11-24T12:00:00.000Z');
    expect(await at('today', 'Pacific/Auckland')).toBe('2026-11-24T11:00:00.000Z');
    expect(await at('yesterday', 'Pacific/Auckland')).toBe('2026-11-23T11:00:00.000Z');
  });

  it.each([
    'tomorrow',
    '2026-13-01',
    '2026-02-30',
    '24/11/2026',
    '2026-11-24T25:00',
    '7 days',
    '',
    '-24h',
    Number.NaN,
    -1,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    true,
    null,
    {},
  ])('refuses %j and shows how to write it', async (moment) => {
    const error = await refusal(moment);
    expect(error).toBeInstanceOf(QueryError);
    expect(error.code).toBe('BAD_QUESTION');
    expect(error.message).toContain('"since"');
    expect(error.hint).toBeDefined();
  });

  it('recognises milliseconds', async () => {
    expect((await refusal(1_770_104_400_000)).hint).toContain('not milliseconds');
  });

  it('refuses moments before 1970', async () => {
    expect((await refusal('1969-12-31')).message).toContain('before 1970');
  });

  it('refuses zones that do not exist', async () => {
    await expect(openZone('Mars/Olympus')).rejects.toThrow('There is no time zone "Mars/Olympus".');
  });
});
