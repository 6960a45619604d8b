import { MICROS_PER_DAY, type TimeRange } from '../../model/range.ts';
import type { ClusterClock } from '../clock/cluster-clock.ts';
import { poissonRateInterval } from '../statistics/intervals.ts';
import { ascending, median, quantile } from '../statistics/quantiles.ts';
import type { Figure, Severity } from './finding.ts';
import { settledUntil } from './settled-history.ts';

/** Lost time as a part of all time of the cluster's nodes from which on it is grave, and below which it is a remark. */
const CRITICAL_SHARE = 0.25;
const INFO_SHARE = 0.01;

/** How grave lost time is: by what part of the time of all nodes it is. */
export function severityOf(lostSeconds: number, clock: ClusterClock): Severity {
  const lived = clock.nodes.reduce((sum, node) => sum + (node.toMicros - node.fromMicros) / 1e6, 0);
  if (lived === 0) return 'warning';
  const share = lostSeconds / lived;
  return share >= CRITICAL_SHARE ? 'critical' : share < INFO_SHARE ? 'info' : 'warning';
}

/** The length of a span in days: what turns its sums into what is lost a day. */
export function daysOf({ fromMicros, toMicros }: TimeRange): number {
  return (toMicros - fromMicros) / MICROS_PER_DAY;
}

export const secondsIn = ({ fromMicros, toMicros }: TimeRange): number => (toMicros - fromMicros) / 1e6;

const MIN_OCCASIONS = 3;

/**
 * What occasions of some length take a day, with an interval from their number: as if they came at random. How much
 * their lengths differ is not in it, so that it is rather too narrow. One or two have no interval worth telling.
 */
export function lostPerDay(seconds: readonly number[], span: TimeRange): Figure {
  const days = daysOf(span);
  const sum = seconds.reduce((total, one) => total + one, 0);
  const mean = seconds.length === 0 ? 0 : sum / seconds.length;
  const rate = seconds.length < MIN_OCCASIONS ? undefined : poissonRateInterval(seconds.length, days);
  return {
    value: sum / days,
    unit: 'seconds',
    samples: seconds.length,
    low: rate === undefined ? undefined : rate.low * mean,
    high: rate === undefined ? undefined : rate.high * mean,
  };
}

/** Fewer days do not show what a usual one is: a week has five of one kind and two of another. */
const MIN_DAYS = 7;
/** A usual day may be as bad as nine of ten were. */
const USUAL_PART = 0.9;

/** When somebody was first seen. */
export function beginOf({ nodes, tasks }: ClusterClock): number {
  return [...nodes, ...tasks].reduce((first, { fromMicros }) => Math.min(first, fromMicros), Infinity);
}

export type UsualDay = { readonly typical: number; readonly high: number; readonly days: number };

/**
 * What a day of the settled history had of something: days of 24 hours, counted back from its end, on which somebody was
 * there.
 *
 * @returns `undefined` while there are too few.
 */
export function usualDay(before: ClusterClock, valueOf: (day: TimeRange) => number): UsualDay | undefined {
  const begin = Math.max(before.fromMicros, beginOf(before));
  const values: number[] = [];
  for (let to = settledUntil(begin, before.toMicros); to - MICROS_PER_DAY >= begin; to -= MICROS_PER_DAY) {
    values.push(valueOf({ fromMicros: to - MICROS_PER_DAY, toMicros: to }));
  }
  const typical = median(values);
  const high = quantile(ascending(values), USUAL_PART);
  if (values.length < MIN_DAYS || typical === undefined || high === undefined) return undefined;
  return { typical, high, days: values.length };
}
