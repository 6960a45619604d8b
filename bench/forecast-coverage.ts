import { BAND_LEVELS, type Forecast } from '../src/analysis/forecast/bands.ts';
import { cutDay } from '../src/analysis/forecast/spend-days.ts';
import { forecastSpend } from '../src/analysis/forecast/spend-forecast.ts';
import { normalQuantile } from '../src/analysis/statistics/distributions.ts';
import { SeededRandom } from '../src/model/seeded-random.ts';
import { spendWorld } from './spend-world.ts';

const HORIZONS = ['day', 'week', 'month'] as const;
/** Days of a simulated month at which a forecast is made, and at what time. */
const ASKED_AT = [2, 9, 16, 23, 29];
const MONTH_DAYS = 30;
const HISTORY_DAYS = 84;

export type CoverageRow = {
  readonly method: 'ours' | 'linear';
  readonly horizon: (typeof HORIZONS)[number];
  readonly forecasts: number;
  /** Part of the outcomes within the bands of 50, 80 and 95 %. */
  readonly held: readonly number[];
  /** Mean width of the 80 % band, in parts of the world's usual spend for as many days. */
  readonly width: number;
  /** Mean pinball loss over the edges of all bands, in the same parts. */
  readonly loss: number;
};

/** Forecasts in each of the worlds, against what came: how often each band held. */
export function forecastCoverage(seeds: readonly number[], historyDays = HISTORY_DAYS): CoverageRow[] {
  const book = new Map<string, { held: number[]; width: number; loss: number; count: number }>();
  for (const seed of seeds) {
    const world = spendWorld(seed);
    const random = new SeededRandom(seed + 1);
    const draws = new SeededRandom(seed + 2);
    for (const asked of ASKED_AT) {
      const day = HISTORY_DAYS + asked;
      const today = world[day];
      if (today === undefined) continue;
      const elapsedHours = random.between(7, 20);
      const days = world.slice(Math.max(0, day - historyDays), day);
      const cut = cutDay(today, elapsedHours);
      const daysAhead = [0, 7 - today.weekday, MONTH_DAYS - asked];
      const ordered = [...new Set(daysAhead)].sort((a, b) => a - b);
      const found = forecastSpend(
        { days, today: { weekday: today.weekday, used: cut.before }, elapsedHours },
        ordered,
        draws,
      );
      HORIZONS.forEach((horizon, place) => {
        const ahead = daysAhead[place] ?? 0;
        const came = world
          .slice(day + 1, day + 1 + ahead)
          .reduce((sum, { hours }) => sum + hours.reduce((a, b) => a + b, 0), cut.after);
        const totals = days.map(({ hours }) => hours.reduce((a, b) => a + b, 0));
        const usual = (totals.reduce((a, b) => a + b, 0) / totals.length) * (ahead + 0.5);
        note(`ours ${horizon}`, found?.[ordered.indexOf(ahead)]?.forecast, came, usual);
        note(`linear ${horizon}`, linear(totals, ahead + (24 - elapsedHours) / 24), came, usual);
      });
    }
  }
  return [...book].map(([key, { held, width, loss, count }]) => {
    const [method = '', horizon = ''] = key.split(' ');
    return {
      method: method as CoverageRow['method'],
      horizon: horizon as CoverageRow['horizon'],
      forecasts: count,
      held: held.map((times) => times / count),
      width: width / count,
      loss: loss / count,
    };
  });

  function note(key: string, forecast: Forecast | undefined, came: number, usual: number): void {
    if (forecast === undefined || usual <= 0) return;
    const row = book.get(key) ?? { held: BAND_LEVELS.map(() => 0), width: 0, loss: 0, count: 0 };
    row.count++;
    forecast.bands.forEach(({ level, low, high }, place) => {
      if (low <= came && came <= high) row.held[place] = (row.held[place] ?? 0) + 1;
      if (level === 0.8) row.width += (high - low) / usual;
      row.loss += (pinball(low, came, (1 - level) / 2) + pinball(high, came, (1 + level) / 2)) / usual / 6;
    });
    book.set(key, row);
  }
}

const pinball = (edge: number, came: number, part: number): number =>
  came >= edge ? part * (came - edge) : (1 - part) * (edge - came);

/** What a plain straight line says: the mean of the days, as many times as days are left, and a normal band. */
function linear(totals: readonly number[], daysLeft: number): Forecast {
  const recent = totals.slice(-28);
  const mean = recent.reduce((a, b) => a + b, 0) / recent.length;
  const deviation = Math.sqrt(recent.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (recent.length - 1));
  return {
    middle: mean * daysLeft,
    bands: BAND_LEVELS.map((level) => {
      const reach = normalQuantile((1 + level) / 2) * deviation * Math.sqrt(daysLeft);
      return { level, low: Math.max(0, mean * daysLeft - reach), high: mean * daysLeft + reach };
    }),
  };
}
