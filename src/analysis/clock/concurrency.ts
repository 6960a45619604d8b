import type { ClusterClock } from './cluster-clock.ts';

/** How many nodes worked at once in a stretch of time. */
export type ConcurrencyPoint = {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Over the stretch, by time. */
  readonly mean: number;
  readonly max: number;
};

export type Concurrency = {
  /** Stretches of equal length that cover the span; the last may be shorter. */
  readonly points: readonly ConcurrencyPoint[];
  /** Over the whole span; absent for an empty one. */
  readonly mean: number | undefined;
  readonly max: number;
};

/** How many nodes worked at once over time. A node counts once, however many tasks it holds. */
export function concurrency(clock: ClusterClock, stretchMicros: number): Concurrency {
  const { fromMicros, toMicros } = clock;
  const steps = clock.nodes.flatMap(({ intervals }) =>
    intervals
      .filter(({ state }) => state === 'working')
      .flatMap((interval) => [
        { atMicros: interval.fromMicros, by: 1 },
        { atMicros: interval.toMicros, by: -1 },
      ]),
  );
  // Of one moment, ends come before begins: two that touch are not at once.
  steps.sort((a, b) => a.atMicros - b.atMicros || a.by - b.by);
  const points: ConcurrencyPoint[] = [];
  let count = 0;
  let next = 0;
  let whole = 0;
  for (let from = fromMicros; from < toMicros; from += stretchMicros) {
    const to = Math.min(from + stretchMicros, toMicros);
    let max = 0;
    let area = 0;
    let since = from;
    for (let step = steps[next]; step !== undefined && step.atMicros < to; step = steps[++next]) {
      // Only what lasts counts: ends and begins of one moment pass through numbers that never were.
      if (step.atMicros > since) max = Math.max(max, count);
      area += count * (step.atMicros - since);
      since = step.atMicros;
      count += step.by;
    }
    if (to > since) max = Math.max(max, count);
    area += count * (to - since);
    whole += area;
    points.push({ fromMicros: from, toMicros: to, mean: area / (to - from), max });
  }
  return {
    points,
    mean: toMicros === fromMicros ? undefined : whole / (toMicros - fromMicros),
    max: points.reduce((most, point) => Math.max(most, point.max), 0),
  };
}
