import type { SeededRandom } from '../../model/seeded-random.ts';
import { wilsonInterval } from '../statistics/intervals.ts';
import { BAND_LEVELS, type Forecast, forecastOf, stretched } from './bands.ts';
import { type Coverage, type Replay, runningCoverage, stretchFactors } from './replays.ts';
import { type CutDay, cutDay, type SpendDay } from './spend-days.ts';
import { type Draws, spendPaths } from './spend-paths.ts';

/** Complete days without which nothing is said: each weekday three times. */
export const MIN_DAYS = 21;
/** Days that a replay starts from. */
const MIN_REPLAY_DAYS = 14;
/** Days looked back at: a quarter. What was before says little about now. */
export const MAX_DAYS = 84;
/** Days with use among them: fewer are no pattern. */
export const MIN_ACTIVE_DAYS = 5;
/** Past ends at which the method is tried, one a day. */
const MAX_REPLAYS = 28;
const DRAWS: Draws = { worlds: 100, paths: 20 };
const REPLAY_DRAWS: Draws = { worlds: 30, paths: 10 };
/**
 * What few days do not show of how far days can be off, as a part of the bands: this by the square of their number. 2 %
 * at a quarter, a third at three weeks. Found by simulation.
 */
const UNSEEN = 150;
/** Where the 80 % band stands among the levels: what the others are judged by. */
const MIDDLE_BAND = 1;
/** A band that is stretched by more than this is said to be. */
const WIDENED = 1.1;

/** What a forecast of spend starts from: days of the reader's calendar, and the time of the day that it is now. */
export type SpendSoFar = {
  /** Complete days, oldest first, without gaps. */
  readonly days: readonly SpendDay[];
  readonly today: { readonly weekday: number; readonly used: number };
  /** From 0 to 24. */
  readonly elapsedHours: number;
};

/** What will be used in the rest of today and some further days. */
export type SpendForecast = {
  readonly forecast: Forecast;
  /** Draws that the forecast comes from, ascending: how likely a limit is passed. */
  readonly draws: readonly number[];
  /** How the bands did on the same task in the past. */
  readonly coverage: readonly Coverage[];
  /**
   * `checked`: they held about as often as they say. `widened`: too seldom at first, and were stretched since.
   * `unchecked`: too few past ends to tell. `failing`: even stretched they held too seldom; not to be relied on.
   */
  readonly trust: 'checked' | 'widened' | 'unchecked' | 'failing';
};

/**
 * Forecasts what will be used until the ends of today and of later days.
 *
 * @param daysAhead For each forecast how many days it goes beyond today, ascending.
 * @returns In the order of `daysAhead`; `undefined` when the history is too short.
 */
export function forecastSpend(
  { days, today, elapsedHours }: SpendSoFar,
  daysAhead: readonly number[],
  random: SeededRandom,
): readonly SpendForecast[] | undefined {
  const past = days.slice(-MAX_DAYS).map((day) => cutDay(day, elapsedHours));
  if (past.length < MIN_DAYS || past.filter(isActive).length < MIN_ACTIVE_DAYS) return undefined;
  const now = { weekday: today.weekday, before: today.used };
  const sums = spendPaths(past, now, daysAhead, DRAWS, random);
  let hasFailed = false;
  return daysAhead.map((ahead, place): SpendForecast => {
    const draws = sums[place] ?? [];
    const replays = replay(past, ahead, random);
    const factors = stretchFactors(replays, ahead);
    const plain = widerFor(past.length, forecastOf(draws));
    const factor = factors[MIDDLE_BAND] ?? 1;
    const spread = factor * unseenBy(past.length);
    const coverage = runningCoverage(replays, ahead);
    const trust = trustIn(coverage[MIDDLE_BAND], ahead, factor);
    // What cannot tell the end of a day cannot tell that of a month, of which the past says less.
    hasFailed ||= trust === 'failing';
    return {
      forecast: stretched(plain, factors, 0),
      draws: draws.map((draw) => Math.max(0, plain.middle + (draw - plain.middle) * spread)),
      coverage,
      trust: hasFailed ? 'failing' : trust,
    };
  });
}

const isActive = ({ before, after }: CutDay): boolean => before + after > 0;

const unseenBy = (days: number): number => 1 + UNSEEN / days ** 2;

const widerFor = (days: number, forecast: Forecast): Forecast =>
  stretched(
    forecast,
    BAND_LEVELS.map(() => unseenBy(days)),
    0,
  );

/** Neighbouring replays share days, so that fewer count: only what cannot be chance is held against the method. */
function trustIn(coverage: Coverage | undefined, ahead: number, factor: number): SpendForecast['trust'] {
  const independent = (coverage?.tried ?? 0) / (ahead + 1);
  if (coverage === undefined || independent < 4) return 'unchecked';
  const held = wilsonInterval((coverage.held / coverage.tried) * independent, independent);
  if (held !== undefined && held.high < coverage.level) return 'failing';
  return factor > WIDENED ? 'widened' : 'checked';
}

/** Forecasts as they would have been made on past days at this time of the day, with what came. The newest first. */
function replay(past: readonly CutDay[], ahead: number, random: SeededRandom): Replay[] {
  const replays: Replay[] = [];
  for (let day = past.length - 1 - ahead; day >= MIN_REPLAY_DAYS && replays.length < MAX_REPLAYS; day--) {
    const then = past[day];
    const known = past.slice(0, day);
    if (then === undefined || !known.some(isActive)) continue;
    const [sums = []] = spendPaths(known, then, [ahead], REPLAY_DRAWS, random);
    const came = past
      .slice(day + 1, day + 1 + ahead)
      .reduce((sum, { before, after }) => sum + before + after, then.after);
    replays.push({ forecast: widerFor(known.length, forecastOf(sums)), came });
  }
  return replays;
}
