import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { forecastCoverage } from '../../../bench/forecast-coverage.ts';
import { spendWorld } from '../../../bench/spend-world.ts';
import { forecastOf, reachOf, stretched } from '../../../src/analysis/forecast/bands.ts';
import { growthOf } from '../../../src/analysis/forecast/growth.ts';
import { runningCoverage, stretchFactors } from '../../../src/analysis/forecast/replays.ts';
import { cutDay } from '../../../src/analysis/forecast/spend-days.ts';
import { forecastSpend } from '../../../src/analysis/forecast/spend-forecast.ts';
import { SeededRandom } from '../../../src/model/seeded-random.ts';

const even = (weekday: number, perHour: number) => ({ weekday, hours: Array.from({ length: 24 }, () => perHour) });
const weeks = (count: number, perHour: (weekday: number) => number) =>
  Array.from({ length: count * 7 }, (_, day) => even((day % 7) + 1, perHour((day % 7) + 1)));

describe('cutDay', () => {
  it('cuts within an hour, and loses nothing', () => {
    expect(cutDay(even(1, 2), 10.5)).toEqual({ weekday: 1, before: 21, after: 27 });
    expect(cutDay(even(1, 2), 24)).toMatchObject({ before: 48, after: 0 });
  });
});

describe('forecastSpend', () => {
  it('holds what comes about as often as it says, on worlds of every kind', { timeout: 300_000 }, () => {
    const rows = forecastCoverage([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { method, horizon, held } of rows.filter((row) => row.method === 'ours')) {
      expect(held[1], `${method} ${horizon}`).toBeGreaterThan(0.6);
      expect(held[2], `${method} ${horizon}`).toBeGreaterThan(0.8);
    }
    const loss = (method: string): number =>
      rows.filter((row) => row.method === method).reduce((sum, row) => sum + row.loss, 0);
    expect(loss('ours')).toBeLessThan(loss('linear'));
  });

  it('knows weekends, and the part of today that is left', () => {
    const days = weeks(8, (weekday) => (weekday > 5 ? 0 : 1));
    const friday = { days: days.slice(0, -3), today: { weekday: 5, used: 12 }, elapsedHours: 12 };
    const [today, week] = forecastSpend(friday, [0, 2], new SeededRandom(1)) ?? [];
    expect(today?.forecast.middle).toBeCloseTo(12, 1);
    expect(week?.forecast.middle).toBeCloseTo(12, 0);
  });

  it('is the same each time it is asked', () => {
    const world = spendWorld(5);
    const ask = () =>
      forecastSpend(
        { days: world.slice(0, 60), today: { weekday: 5, used: 3 }, elapsedHours: 9 },
        [0, 9],
        new SeededRandom(4),
      );
    expect(ask()).toEqual(ask());
  });

  it('says nothing of less than three weeks, or of a cluster that hardly does anything', () => {
    const today = { weekday: 1, used: 1 };
    expect(
      forecastSpend({ days: weeks(2, () => 1), today, elapsedHours: 9 }, [0], new SeededRandom(1)),
    ).toBeUndefined();
    const quiet = weeks(8, () => 0).with(3, even(4, 1));
    expect(forecastSpend({ days: quiet, today, elapsedHours: 9 }, [0], new SeededRandom(1))).toBeUndefined();
  });

  it('says when it cannot be relied on, or had to become wider', () => {
    const trustIn = (days: ReturnType<typeof weeks>) =>
      forecastSpend({ days, today: { weekday: 1, used: 1 }, elapsedHours: 12 }, [0, 6, 20], new SeededRandom(1))?.map(
        ({ trust }) => trust,
      );
    // Twenty percent more each day, for four weeks.
    const soaring = Array.from({ length: 84 }, (_, day) => even((day % 7) + 1, 1.2 ** Math.max(0, day - 56)));
    expect(trustIn(soaring)).toEqual(['failing', 'failing', 'failing']);
    const random = new SeededRandom(3);
    const restless = Array.from({ length: 84 }, (_, day) =>
      even((day % 7) + 1, day > 55 && random.chance(0.5) ? 1e4 : 1),
    );
    expect(trustIn(restless)?.[0]).toBe('widened');
    expect(trustIn(weeks(4, () => 1))?.at(-1)).toBe('unchecked');
  });

  it('puts each band within the next, and none below nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 21, max: 84 }),
        fc.integer({ min: 0, max: 30 }),
        (seed, length, ahead) => {
          const days = spendWorld(seed).slice(0, length);
          const now = { days, today: { weekday: (length % 7) + 1, used: 1 }, elapsedHours: 11 };
          for (const { forecast } of forecastSpend(now, [...new Set([0, ahead])], new SeededRandom(seed)) ?? []) {
            const edges = [
              ...forecast.bands.map(({ low }) => low).toReversed(),
              forecast.middle,
              ...forecast.bands.map(({ high }) => high),
            ];
            expect(edges).toEqual(edges.toSorted((a, b) => a - b));
            expect(edges[0]).toBeGreaterThanOrEqual(0);
            expect(edges.every(Number.isFinite)).toBe(true);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('bands that learn from the past', () => {
  const forecast = forecastOf(Array.from({ length: 101 }, (_, i) => i));
  const band = { level: 0.5, low: 25, high: 75 };

  it('measure how far off an outcome was by the half it lies in', () => {
    expect(reachOf(forecast, band, 50)).toBe(0);
    expect(reachOf(forecast, band, 75)).toBe(1);
    expect(reachOf(forecast, band, 0)).toBe(2);
    expect(reachOf({ ...forecast, middle: 75 }, band, 80)).toBe(Number.POSITIVE_INFINITY);
  });

  it('widen after misses, narrow after hits that were too easy, and trust few replays little', () => {
    const missed = Array.from({ length: 28 }, () => ({ forecast, came: 120 }));
    const easy = Array.from({ length: 28 }, () => ({ forecast, came: 51 }));
    for (const factor of stretchFactors(missed, 0)) expect(factor).toBeGreaterThan(1.2);
    for (const factor of stretchFactors(easy, 0)) expect(factor).toBeLessThan(0.6);
    expect(stretchFactors(missed.slice(0, 1), 0)[0]).toBeLessThan(1.3);
    expect(stretchFactors([], 0)).toEqual([1, 1, 1]);
    expect(stretched(forecast, [2, 1, 1], 0).bands[0]).toEqual({ level: 0.5, low: 0, high: 100 });
  });

  it('count as held what a band held as it was shown then', () => {
    const replays = Array.from({ length: 28 }, () => ({ forecast, came: 97 }));
    expect(runningCoverage(replays, 0)).toMatchObject([
      { level: 0.5, held: 0, tried: 28 },
      { level: 0.8, held: 0, tried: 28 },
      { level: 0.95, held: 28, tried: 28 },
    ]);
    expect(runningCoverage([], 0)[0]).toEqual({ level: 0.5, held: 0, tried: 0 });
    // Stretched by what the misses before had shown: sooner or later it reaches.
    const wild = replays.map((_, day) => ({ forecast, came: day % 3 === 0 ? 130 : 92 }));
    expect(runningCoverage(wild, 0)[1]?.held).toBeGreaterThan(8);
  });
});

describe('growthOf', () => {
  it('finds the direction of whole weeks, and none in a few', () => {
    const totals = Array.from({ length: 84 }, (_, day) => (day % 7 > 4 ? 0.1 : 1) * Math.exp(0.01 * day));
    expect(growthOf(totals).perDay).toBeGreaterThan(0.008);
    expect(growthOf(totals).perDay).toBeLessThan(0.0105);
    expect(growthOf(totals.slice(0, 20))).toEqual({ perDay: 0, deviation: 0.005 });
    expect(growthOf(Array.from({ length: 84 }, () => 0)).perDay).toBe(0);
  });
});
