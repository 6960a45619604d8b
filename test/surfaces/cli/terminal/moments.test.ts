import { describe, expect, it } from 'vitest';

import { intlClock, momentFormat } from '../../../../src/surfaces/cli/terminal/moments.ts';

/** 2026-02-02T10:00:59.999999Z. */
const AT = 1_770_026_459_999_999;

describe('momentFormat', () => {
  it('shows the clock of the reader, and cuts instead of rounding', () => {
    const { dateTime, preciseDateTime, time, preciseTime } = momentFormat('Asia/Kolkata');
    expect([dateTime(AT), preciseDateTime(AT), time(AT), preciseTime(AT)]).toEqual([
      '2026-02-02 15:30:59',
      '2026-02-02 15:30:59.999',
      '15:30:59',
      '15:30:59.999',
    ]);
  });

  it('shows midnight as 00, and both hours of the night when clocks go back', () => {
    const paris = momentFormat('Europe/Paris').dateTime;
    expect([
      paris(Date.parse('2026-02-01T23:00:00Z') * 1_000),
      paris(Date.parse('2026-10-25T00:30:00Z') * 1_000),
      paris(Date.parse('2026-10-25T01:30:00Z') * 1_000),
    ]).toEqual(['2026-02-02 00:00:00', '2026-10-25 02:30:00', '2026-10-25 02:30:00']);
  });

  it('shows the same on a Node without Temporal', () => {
    for (const zone of ['UTC', 'Europe/Paris', 'America/St_Johns', 'Asia/Kathmandu']) {
      for (const millis of [0, 1_770_026_459_999, Date.parse('2026-10-25T01:30:00Z')]) {
        expect(intlClock(zone)(millis)).toBe(momentFormat(zone).preciseDateTime(millis * 1_000));
      }
    }
  });
});
