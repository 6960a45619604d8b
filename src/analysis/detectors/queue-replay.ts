import { ascending, median, quantile } from '../statistics/quantiles.ts';
import type { CountStep } from './counts-over-time.ts';
import type { Turn } from './queue-demand.ts';

/** Work that wants a worker from a moment on, for so long. */
export type Job = { readonly readyMicros: number; readonly seconds: number };

/** What has come, as jobs. One that nobody has taken yet will take as long as others typically do. */
export function jobsOf(turns: readonly Turn[]): readonly Job[] {
  const taken = turns.filter(({ takenMicros }) => takenMicros !== undefined);
  const typical = median(taken.map(({ heldSeconds }) => heldSeconds)) ?? 0;
  return turns.map(({ readyMicros, takenMicros, heldSeconds }) => ({
    readyMicros,
    seconds: takenMicros === undefined ? typical : heldSeconds,
  }));
}

/** What nine of ten stay below; 0 of none. */
export function nineOfTen(waits: readonly number[]): number {
  return quantile(ascending(waits), 0.9) ?? 0;
}

/** The same fleet with another number of workers when all are there, and as many more or fewer at other times. */
export function scaledTo(fleet: readonly CountStep[], workers: number): readonly CountStep[] {
  const most = mostOf(fleet);
  if (most === 0) return fleet;
  return fleet.map(({ atMicros, count }) => ({
    atMicros,
    count: count === 0 ? 0 : Math.max(1, Math.round((count * workers) / most)),
  }));
}

/** A number of workers that is there for less of the time than this is two shifts that overlap. */
const PASSING_PART = 0.05;

/** How many workers there are when all are there. */
export function mostOf(fleet: readonly CountStep[]): number {
  const lasting = fleet
    .map(({ atMicros, count }, index) => ({ count, micros: (fleet[index + 1]?.atMicros ?? atMicros) - atMicros }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const needed = PASSING_PART * lasting.reduce((sum, { micros }) => sum + micros, 0);
  let micros = 0;
  for (const step of lasting) {
    micros += step.micros;
    if (micros >= needed) return step.count;
  }
  return 0;
}

/**
 * How long each job waits if all that came comes again, in the order in which it was ready, to another number of
 * workers. The real queue played anew says more than a formula: arrivals by batches and days are in it.
 *
 * More workers, or shorter jobs, never make a job wait longer: so needs that are found with it are in order too.
 *
 * @param jobs In order of `readyMicros`.
 * @param fleet Workers over time, in order.
 * @param endMicros Jobs that nobody has taken by then have waited until then.
 * @returns Seconds, in the order of the jobs.
 */
export function replayWaits(jobs: readonly Job[], fleet: readonly CountStep[], endMicros: number): readonly number[] {
  const ends = new Ends();
  const waits: number[] = [];
  let step = 0;
  let workers = 0;
  let now = fleet[0]?.atMicros ?? endMicros;
  for (const { readyMicros, seconds } of jobs) {
    now = Math.max(now, readyMicros);
    for (;;) {
      for (let next = fleet[step]; next !== undefined && next.atMicros <= now; next = fleet[++step]) {
        workers = next.count;
      }
      ends.dropUpTo(now);
      if (ends.size < workers || now >= endMicros) break;
      // Nobody is free: the next moment at which that can change.
      now = Math.min(ends.first ?? Infinity, fleet[step]?.atMicros ?? Infinity, endMicros);
    }
    if (now < endMicros) ends.add(now + seconds * 1e6);
    waits.push(Math.max(0, Math.min(now, endMicros) - readyMicros) / 1e6);
  }
  return waits;
}

/** When those end that are busy; few, so that a sorted list does. */
class Ends {
  readonly #moments: number[] = [];

  get size(): number {
    return this.#moments.length;
  }

  get first(): number | undefined {
    return this.#moments[0];
  }

  add(moment: number): void {
    const at = this.#moments.findIndex((other) => other > moment);
    this.#moments.splice(at === -1 ? this.#moments.length : at, 0, moment);
  }

  dropUpTo(moment: number): void {
    while ((this.#moments[0] ?? Infinity) <= moment) this.#moments.shift();
  }
}
