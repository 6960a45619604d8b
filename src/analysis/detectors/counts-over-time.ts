import type { TimeRange } from '../../model/range.ts';

/** From a moment on, until the next one, there are so many. Before the first there is none. */
export type CountStep = { readonly atMicros: number; readonly count: number };

/** How many of some stretches cover each moment, in order of time. */
export function countsOver(stretches: readonly TimeRange[]): readonly CountStep[] {
  const changes = stretches
    .filter(({ fromMicros, toMicros }) => fromMicros < toMicros)
    .flatMap(({ fromMicros, toMicros }) => [
      { atMicros: fromMicros, by: 1 },
      { atMicros: toMicros, by: -1 },
    ])
    .sort((a, b) => a.atMicros - b.atMicros);
  const steps: CountStep[] = [];
  let count = 0;
  for (const { atMicros, by } of changes) {
    count += by;
    const last = steps.at(-1);
    if (last?.atMicros === atMicros) steps[steps.length - 1] = { atMicros, count };
    else steps.push({ atMicros, count });
  }
  return steps;
}

/** The sum over a span of something made of two counts, in seconds: of `Math.min`, how long both were there together. */
export function secondsOf(
  a: readonly CountStep[],
  b: readonly CountStep[],
  combine: (countA: number, countB: number) => number,
  { fromMicros, toMicros }: TimeRange,
): number {
  let [nextA, nextB, countA, countB, sum] = [0, 0, 0, 0, 0];
  for (let at = fromMicros; at < toMicros;) {
    for (let step = a[nextA]; step !== undefined && step.atMicros <= at; step = a[++nextA]) countA = step.count;
    for (let step = b[nextB]; step !== undefined && step.atMicros <= at; step = b[++nextB]) countB = step.count;
    const until = Math.min(a[nextA]?.atMicros ?? toMicros, b[nextB]?.atMicros ?? toMicros, toMicros);
    sum += (combine(countA, countB) * (until - at)) / 1e6;
    at = until;
  }
  return sum;
}
