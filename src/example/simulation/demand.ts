import type { SeededRandom } from '../../model/seeded-random.ts';
import { drawsFor, logNormal } from './draws.ts';

export const SECONDS_PER_DAY = 86_400;

/** Arrivals by hour of a working day, in parts of the busiest hour: two peaks, a lunch, hardly anything at night. */
const HOURS = [2, 2, 1, 1, 2, 3, 8, 25, 60, 90, 100, 95, 65, 70, 95, 100, 90, 70, 45, 30, 20, 12, 6, 3];
const SUM_OF_HOURS = HOURS.reduce((sum, part) => sum + part, 0);
/** A day at the weekend brings so many of a working day's tasks. */
const WEEKEND_PART = 0.15;
/** 1 January 1970 was a Thursday. */
const WEEKDAY_OF_EPOCH = 4;
/** How much days differ, beyond chance. */
const DAY_SIGMA = 0.15;
/** Tasks often come as a plan of several; so many at once, on average. */
const BATCH_CHANCE = 0.25;
const LARGEST_BATCH = 5;
const MEAN_BATCH = 1 + (BATCH_CHANCE * LARGEST_BATCH) / 2;

/** The calendar of a simulation. */
export class Calendar {
  readonly #fromSeconds: number;
  readonly #seed: number;

  constructor(fromMicros: number, seed: number) {
    this.#fromSeconds = fromMicros / 1e6;
    this.#seed = seed;
  }

  isWeekend(seconds: number): boolean {
    const weekday = (Math.floor((this.#fromSeconds + seconds) / SECONDS_PER_DAY) + WEEKDAY_OF_EPOCH) % 7;
    return weekday === 0 || weekday === 6;
  }

  /** Hour of the day with its fraction, from 0 to below 24. */
  hour(seconds: number): number {
    return ((((this.#fromSeconds + seconds) % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY) / 3_600;
  }

  /** Tasks an hour, as expected at a moment. */
  rate(seconds: number, tasksPerDay: number): number {
    const day = Math.floor((this.#fromSeconds + seconds) / SECONDS_PER_DAY);
    const mood = logNormal(drawsFor(this.#seed, 11, day), 1, DAY_SIGMA);
    const part = (HOURS[Math.floor(this.hour(seconds))] ?? 0) / SUM_OF_HOURS;
    return tasksPerDay * part * (this.isWeekend(seconds) ? WEEKEND_PART : 1) * mood;
  }
}

/** How many seconds until the next arrival. Found by thinning: Lewis and Shedler (1979). */
export function secondsToArrival(
  random: SeededRandom,
  calendar: Calendar,
  fromSeconds: number,
  tasksPerDay: number,
): number {
  // The busiest hour of the best of days.
  const most = (tasksPerDay * 100 * Math.exp(4 * DAY_SIGMA)) / SUM_OF_HOURS / MEAN_BATCH;
  let seconds = fromSeconds;
  do seconds += random.exponential(3_600 / most);
  while (random.next() * most * MEAN_BATCH > calendar.rate(seconds, tasksPerDay));
  return seconds - fromSeconds;
}

/** How many tasks arrive together. */
export function batchSize(random: SeededRandom): number {
  return random.chance(BATCH_CHANCE) ? 1 + random.whole(1, LARGEST_BATCH - 1) : 1;
}

/** What a task is, which nobody outside can see; and its priority, which everybody can. */
export type SimulatedTask = {
  readonly taskId: string;
  readonly number: number;
  readonly kind: 'design' | 'urgent' | 'feature' | 'chore';
  readonly priority: 'high' | 'medium' | 'low';
  /** Minutes of work, without waiting. */
  readonly workMinutes: number;
  readonly createdMicros: number;
  readonly queuedSeconds: number;
  readonly tries: number;
};

const KINDS = {
  design: { share: 0.1, priority: 'high', minutes: 32 },
  urgent: { share: 0.15, priority: 'high', minutes: 18 },
  feature: { share: 0.5, priority: 'medium', minutes: 24 },
  chore: { share: 0.25, priority: 'low', minutes: 14 },
} as const;
const SIZE_SIGMA = 0.62;

export function drawTask(
  random: SeededRandom,
  number: number,
  taskId: string,
  at: Pick<SimulatedTask, 'createdMicros' | 'queuedSeconds'>,
): SimulatedTask {
  const draw = random.next();
  const { design, urgent, feature } = KINDS;
  const kind =
    draw < design.share
      ? 'design'
      : draw < design.share + urgent.share
        ? 'urgent'
        : draw < design.share + urgent.share + feature.share
          ? 'feature'
          : 'chore';
  const { priority, minutes } = KINDS[kind];
  return { taskId, number, kind, priority, workMinutes: logNormal(random, minutes, SIZE_SIGMA), ...at, tries: 0 };
}
