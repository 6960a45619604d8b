import type { SeededRandom } from '../../model/seeded-random.ts';
import { type Growth, growthOf } from './growth.ts';
import type { CutDay } from './spend-days.ts';

/** Days after which a day counts half. */
const HALF_LIFE_DAYS = 28;
/** What a day of another weekday counts for one, within working days and within weekends. */
const NEIGHBOUR_WEIGHT = 0.3;
/** How many days' worth of its whole class a weekday's own level is mixed with. */
const LEVEL_SHRINKAGE = 1;
/** How likely the day after is like the day after its model was: bursts and lulls last for days. */
const CONTINUES = 0.6;
/** How alike mornings have to be, in logarithms, and what a day counts whose morning was not alike at all. */
const MORNING_WIDTH = 0.7;
const LEAST_LIKENESS = 0.05;
/** How much of the difference to its model's morning the rest of the day keeps. */
const MORNING_CARRIES = 0.5;
/** How far the level wanders from day to day, in logarithms: what no past day tells. */
const WANDERS = 0.06;
/** As if it had wandered for so many days before: how high it is today is not known well either. */
const UNSURE_DAYS = 9;
/** A day is scaled to another's level by at most this. */
const MAX_SCALE = 4;

/** How many paths are drawn: for each of some weightings of the past (what may be usual) some courses of days. */
export type Draws = { readonly worlds: number; readonly paths: number };

/**
 * What may be used in the rest of today and the days that follow, drawn from the past.
 *
 * The past is weighted at random (the Bayesian bootstrap of Rubin 1981: what is usual is itself uncertain), recent days
 * more. A path begins with a past day of the same kind whose use up to this hour was like today's, and takes its rest;
 * then goes from day to day, now and then continuing with what came next there (the stationary bootstrap of Politis and
 * Romano 1994, so that bursts last), else with another day of the same weekday, scaled by what weekdays usually take.
 *
 * @param past Complete days, oldest first; at least one.
 * @param horizons How many further days each sum includes, ascending; 0 is the rest of today alone.
 * @returns For each horizon the sums of all paths, ascending.
 */
export function spendPaths(
  past: readonly CutDay[],
  today: { readonly weekday: number; readonly before: number },
  horizons: readonly number[],
  draws: Draws,
  random: SeededRandom,
): number[][] {
  const model = modelOf(past, today);
  const last = horizons.at(-1) ?? 0;
  const sums = horizons.map(() => new Float64Array(draws.worlds * draws.paths));
  for (let world = 0; world < draws.worlds; world++) {
    const pools = weighted(model, random);
    const growth = model.growth.perDay + model.growth.deviation * random.normal();
    const grown = past.map((_, day) => Math.exp(growth * (past.length - day)));
    for (let path = 0; path < draws.paths; path++) {
      let day = pickFrom(pools.today, random);
      let sum = model.rests[day] ?? 0;
      const wandering = WANDERS * random.normal();
      let next = 0;
      for (let ahead = 0; ; ahead++) {
        for (; horizons[next] === ahead; next++) (sums[next] ?? [])[world * draws.paths + path] = sum;
        if (ahead === last) break;
        const weekday = weekdayAfter(today.weekday, ahead + 1);
        const continues = random.chance(CONTINUES) && isWeekend(model.weekdays[day + 1]) === isWeekend(weekday);
        day = continues && day + 1 < past.length ? day + 1 : pickFrom(pools.weekdays[weekday - 1] ?? EMPTY, random);
        const level = (grown[day] ?? 1) * Math.exp(growth * (ahead + 1) + wandering * Math.sqrt(UNSURE_DAYS + ahead));
        sum += (model.totals[day] ?? 0) * scaleBetween(model, weekday, day) * level;
      }
    }
  }
  return sums.map((ofHorizon) => Array.from(ofHorizon.sort()));
}

type Model = {
  readonly weekdays: readonly number[];
  readonly totals: readonly number[];
  /** What a day's age counts. */
  readonly recency: readonly number[];
  /** What each weekday usually takes, Monday first. */
  readonly levels: readonly number[];
  /** How alike each day's morning was, and the rest of each scaled to today. */
  readonly likeness: readonly number[];
  readonly rests: readonly number[];
  readonly today: number;
  readonly growth: Growth;
};

/** Running sums of weights: a day is drawn by where a random part of the last falls. */
type Pool = Float64Array;
const EMPTY: Pool = new Float64Array([1]);

const isWeekend = (weekday: number | undefined): boolean => (weekday ?? 0) > 5;
const weekdayAfter = (weekday: number, days: number): number => ((weekday - 1 + days) % 7) + 1;

function modelOf(past: readonly CutDay[], today: { readonly weekday: number; readonly before: number }): Model {
  const weekdays = past.map(({ weekday }) => weekday);
  const totals = past.map(({ before, after }) => before + after);
  const recency = past.map((_, day) => 0.5 ** ((past.length - day) / HALF_LIFE_DAYS));
  const levels = levelsOf(weekdays, totals, recency);
  const draft = { weekdays, totals, recency, levels, growth: growthOf(totals), today: today.weekday };
  const mornings = past.map(({ before }, day) => before * scaleBetween(draft, today.weekday, day));
  const usual = mornings.reduce((sum, value) => sum + value, 0) / past.length;
  // Keeps logarithms of empty mornings in sight of the others.
  const least = usual * 0.1 + Number.MIN_VALUE;
  const distance = (day: number): number => Math.log((today.before + least) / ((mornings[day] ?? 0) + least));
  return {
    ...draft,
    likeness: past.map((_, day) => LEAST_LIKENESS + Math.exp(-0.5 * (distance(day) / MORNING_WIDTH) ** 2)),
    rests: past.map(({ after }, day) => {
      const carried = Math.exp(MORNING_CARRIES * distance(day));
      return after * scaleBetween(draft, today.weekday, day) * bounded(carried);
    }),
  };
}

function levelsOf(weekdays: readonly number[], totals: readonly number[], recency: readonly number[]): number[] {
  const mean = (counts: (weekday: number) => boolean, mixed: number): number => {
    let weight = LEVEL_SHRINKAGE;
    let sum = LEVEL_SHRINKAGE * mixed;
    weekdays.forEach((weekday, day) => {
      if (!counts(weekday)) return;
      weight += recency[day] ?? 0;
      sum += (recency[day] ?? 0) * (totals[day] ?? 0);
    });
    return sum / weight;
  };
  const all = totals.reduce((sum, total) => sum + total, 0) / Math.max(1, totals.length);
  const classes = [false, true].map((weekend) => mean((weekday) => isWeekend(weekday) === weekend, all));
  return [1, 2, 3, 4, 5, 6, 7].map((own) => mean((weekday) => weekday === own, classes[isWeekend(own) ? 1 : 0] ?? all));
}

/** What to multiply a past day by to stand for a weekday. */
function scaleBetween({ weekdays, levels }: Pick<Model, 'weekdays' | 'levels'>, weekday: number, day: number): number {
  const from = levels[(weekdays[day] ?? 1) - 1] ?? 0;
  const to = levels[weekday - 1] ?? 0;
  return from <= 0 ? 1 : bounded(to / from);
}

const bounded = (scale: number): number => Math.min(MAX_SCALE, Math.max(1 / MAX_SCALE, scale));

/** One weighting of the past, ready to draw from. */
function weighted(model: Model, random: SeededRandom): { readonly today: Pool; readonly weekdays: readonly Pool[] } {
  const weights = model.recency.map((recency) => recency * random.exponential(1));
  const pool = (weekday: number, likeness?: readonly number[]): Pool => {
    const sums = new Float64Array(weights.length);
    let sum = 0;
    weights.forEach((weight, day) => {
      const own = model.weekdays[day] ?? 0;
      const kin = own === weekday ? 1 : isWeekend(own) === isWeekend(weekday) ? NEIGHBOUR_WEIGHT : 0;
      sum += weight * kin * (likeness?.[day] ?? 1);
      sums[day] = sum;
    });
    return sums;
  };
  return { today: pool(model.today, model.likeness), weekdays: [1, 2, 3, 4, 5, 6, 7].map((weekday) => pool(weekday)) };
}

function pickFrom(pool: Pool, random: SeededRandom): number {
  const wanted = random.next() * (pool.at(-1) ?? 0);
  let low = 0;
  let high = pool.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pool[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
