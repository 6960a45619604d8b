import type { SeededRandom } from '../../model/seeded-random.ts';
import { ascending } from '../statistics/quantiles.ts';
import { type Forecast, forecastOf } from './bands.ts';

/** Tasks that have ended, without which nobody can say how long one takes. */
export const MIN_ENDED = 8;
const DRAWS = 400;
/** Looked ahead: what takes longer counts as not clearing. */
export const MAX_HOURS = 7 * 24;
/** Steps of one draw; so many tasks in a week are more than nodes can take. */
const MAX_STEPS = 20_000;

/** A cluster's queue now and what flows through it. */
export type Flow = {
  readonly waiting: number;
  /** How long each node that works has been at its task, in hours. */
  readonly atWorkHours: readonly number[];
  /** Nodes that are present and take tasks, those at work included. */
  readonly nodes: number;
  /** Tasks that came, in so many hours. */
  readonly arrivals: { readonly count: number; readonly hours: number };
  /** How long each of the last ended tasks kept a node, in hours. */
  readonly workHours: readonly number[];
};

/** When nothing waits any more. */
export type BacklogForecast =
  | { readonly state: 'clear' }
  | { readonly state: 'no_nodes' }
  | { readonly state: 'learning'; readonly ended: number; readonly needed: number }
  | {
      readonly state: 'clears' | 'does_not_clear';
      /** In hours from now. An edge beyond `MAX_HOURS` is infinite. */
      readonly hours: Forecast;
      /** Part of the draws in which the backlog clears at all. */
      readonly clears: number;
      /** Nodes that what arrives keeps busy; with fewer it grows. */
      readonly busyNodes: number;
    };

/**
 * How long until nothing waits, if tasks keep coming and taking as long as of late: the queue played forward many times,
 * each time with another arrival rate (its Gamma posterior under Jeffreys' prior) and another sample of the tasks that
 * ended, so that what is not known well widens the bands.
 */
export function forecastBacklog(flow: Flow, random: SeededRandom): BacklogForecast {
  if (flow.waiting === 0) return { state: 'clear' };
  if (flow.nodes === 0) return { state: 'no_nodes' };
  if (flow.workHours.length < MIN_ENDED) {
    return { state: 'learning', ended: flow.workHours.length, needed: MIN_ENDED };
  }
  const drawn = ascending(Array.from({ length: DRAWS }, () => play(flow, random)));
  const clears = drawn.filter(Number.isFinite).length / DRAWS;
  const mean = flow.workHours.reduce((sum, hours) => sum + hours, 0) / flow.workHours.length;
  return {
    state: clears >= 0.5 ? 'clears' : 'does_not_clear',
    hours: withInfinity(drawn),
    clears,
    busyNodes: (flow.arrivals.count / flow.arrivals.hours) * mean,
  };
}

/** Between a finite and an infinite value there is no middle: edges are values that were drawn. */
function withInfinity(sorted: readonly number[]): Forecast {
  const bounded = forecastOf(sorted.map((hours) => (Number.isFinite(hours) ? hours : Number.MAX_VALUE / 4)));
  const open = (hours: number): number => (hours > MAX_HOURS ? Number.POSITIVE_INFINITY : hours);
  return {
    middle: open(bounded.middle),
    bands: bounded.bands.map(({ level, low, high }) => ({ level, low: open(low), high: open(high) })),
  };
}

/** One course of events: hours until nothing waits. */
function play(flow: Flow, random: SeededRandom): number {
  const sample = flow.workHours.map(() => random.pick(flow.workHours));
  const betweenArrivals = 1 / (gamma(flow.arrivals.count + 0.5, random) / flow.arrivals.hours);
  // When each node is free; those at work after what is left of their task.
  const freeAt = Array.from({ length: flow.nodes }, (_, node) => {
    const at = flow.atWorkHours[node];
    return at === undefined ? 0 : remaining(at, sample, random);
  });
  let waiting = flow.waiting;
  let nextArrival = random.exponential(betweenArrivals);
  for (let step = 0; step < MAX_STEPS; step++) {
    const node = freeAt.indexOf(Math.min(...freeAt));
    const at = freeAt[node] ?? Number.POSITIVE_INFINITY;
    if (Math.min(at, nextArrival) > MAX_HOURS) break;
    if (nextArrival < at) {
      waiting++;
      nextArrival += random.exponential(betweenArrivals);
      continue;
    }
    waiting--;
    if (waiting === 0) return at;
    freeAt[node] = at + random.pick(sample);
  }
  return Number.POSITIVE_INFINITY;
}

/** What is left of a task that has run for a while: as of those that took longer, or as much again. */
function remaining(soFar: number, sample: readonly number[], random: SeededRandom): number {
  const longer = sample.filter((hours) => hours > soFar);
  return longer.length === 0 ? random.exponential(soFar) : random.pick(longer) - soFar;
}

/** From the gamma distribution with scale 1, by the method of Marsaglia and Tsang (2000). */
function gamma(shape: number, random: SeededRandom): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
