import { describe, expect, it } from 'vitest';
import { expectedRange, type Observed } from '../../../src/analysis/statistics/baseline.ts';
import { hourOfWeek } from '../../../src/analysis/statistics/local-hour.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../../src/model/range.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

/** Monday, 2 November 2026, midnight UTC. */
const MONDAY = Date.UTC(2026, 10, 2) * 1_000;
const UTC = { timeZone: 'UTC', minSamples: 4, level: 0.95 };

function hours(count: number, value: (hour: number) => number | undefined): Observed[] {
  return Array.from({ length: count }, (_, hour) => ({
    atMicros: MONDAY + hour * MICROS_PER_HOUR,
    value: value(hour),
  }));
}

describe('hourOfWeek', () => {
  it('follows the clock of the zone, half hours and changes of the clock included', () => {
    expect(hourOfWeek(MONDAY, 'UTC')).toBe(0);
    expect(hourOfWeek(MONDAY - 1, 'UTC')).toBe(167);
    expect(hourOfWeek(MONDAY, 'Europe/Berlin')).toBe(1);
    expect(hourOfWeek(MONDAY, 'America/New_York')).toBe(167 - 4);
    expect(hourOfWeek(MONDAY + 10 * MICROS_PER_HOUR, 'Asia/Kathmandu')).toBe(15);
    expect(hourOfWeek(MONDAY + 10 * MICROS_PER_HOUR, '+05:45')).toBe(15);
    // Berlin's clock went back on 25 October: the same hour of UTC is an hour later there the week before.
    expect(hourOfWeek(MONDAY - 14 * MICROS_PER_DAY, 'Europe/Berlin')).toBe(2);
  });
});

describe('expectedRange', () => {
  it('compares with the same hour of the week when there are enough weeks', () => {
    const random = new SeededRandom(1);
    const history = hours(5 * 168, (hour) => (hour % 168 === 9 ? 1_000 : 10) * random.between(0.9, 1.1));
    const monday = expectedRange(history, MONDAY + (5 * 168 + 9) * MICROS_PER_HOUR, UTC);
    expect(monday).toMatchObject({ state: 'ready', season: 'hour_of_week', samples: 5 });
    expect(monday.state === 'ready' && monday.low > 700).toBe(true);
    const tuesday = expectedRange(history, MONDAY + (5 * 168 + 33) * MICROS_PER_HOUR, UTC);
    expect(tuesday.state === 'ready' && tuesday.high < 100).toBe(true);
  });

  it('compares with the same hour of the day, then with all, when there are fewer', () => {
    const random = new SeededRandom(2);
    const value = (): number => random.between(5, 9);
    const at = MONDAY + 10 * MICROS_PER_DAY;
    expect(expectedRange(hours(10 * 24, value), at, UTC)).toMatchObject({ season: 'hour_of_day', samples: 10 });
    expect(expectedRange(hours(24, value), at, UTC)).toMatchObject({ season: 'none', samples: 24 });
  });

  it('says when it cannot say', () => {
    expect(expectedRange([], MONDAY, UTC)).toEqual({ state: 'no_data', samples: 0 });
    expect(
      expectedRange(
        hours(9, () => undefined),
        MONDAY,
        UTC,
      ),
    ).toEqual({ state: 'no_data', samples: 0 });
    expect(
      expectedRange(
        hours(3, (hour) => hour),
        MONDAY,
        UTC,
      ),
    ).toEqual({ state: 'learning', samples: 3 });
    expect(
      expectedRange(
        hours(99, () => 7),
        MONDAY,
        UTC,
      ),
    ).toEqual({ state: 'flat', samples: 99 });
  });

  it('never expects less than nothing of what was never less', () => {
    const history = hours(8, (hour) => (hour === 3 ? 1_000 : hour));
    const range = expectedRange(history, MONDAY + 99 * MICROS_PER_HOUR, UTC);
    expect(range.state === 'ready' && range.low).toBe(0);
  });

  it('holds the next value at least as often as its level says, with heavy tails and few samples', () => {
    const random = new SeededRandom(4);
    let held = 0;
    const runs = 500;
    for (let run = 0; run < runs; run++) {
      const history = hours(6 * 168, () => Math.exp(random.normal()));
      const next = Math.exp(random.normal());
      const range = expectedRange(history, MONDAY + 6 * 168 * MICROS_PER_HOUR, UTC);
      if (range.state === 'ready' && range.low <= next && next <= range.high) held++;
    }
    expect(held / runs).toBeGreaterThan(0.92);
  });
});
