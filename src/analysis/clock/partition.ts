import type { TimeRange } from '../../model/range.ts';
import type { Interval } from './cluster-clock.ts';

/** A fact about a stretch of time. Of facts that overlap, the one of higher rank counts; of equal ones, the one that began last. */
export type Mark<State extends string> = Interval<State> & { readonly rank: number };

type Draft<State extends string> = { -readonly [Key in keyof Interval<State>]: Interval<State>[Key] };

/**
 * Cuts a life into intervals that touch each other, do not overlap, and cover all of it.
 *
 * Takes time by the number of marks, and of those that hold at once. Called for each task and node: allocates little.
 *
 * @param rest The state of time that no mark covers.
 */
export function partition<State extends string>(
  life: TimeRange,
  marks: readonly Mark<State>[],
  rest: State,
): readonly Interval<State>[] {
  const { fromMicros: begin, toMicros: end } = life;
  const inside = marks.filter(
    (mark) => mark.fromMicros < end && mark.toMicros > begin && mark.fromMicros < mark.toMicros,
  );
  inside.sort((a, b) => a.fromMicros - b.fromMicros);
  const cuts = [begin, end];
  for (const { fromMicros, toMicros } of inside) {
    if (fromMicros > begin) cuts.push(fromMicros);
    if (toMicros < end) cuts.push(toMicros);
  }
  cuts.sort((a, b) => a - b);
  const intervals: Draft<State>[] = [];
  let running: Mark<State>[] = [];
  let next = 0;
  for (let index = 1; index < cuts.length; index++) {
    const fromMicros = cuts[index - 1] ?? begin;
    const toMicros = cuts[index] ?? end;
    if (toMicros === fromMicros) continue;
    if (running.some((mark) => mark.toMicros <= fromMicros))
      running = running.filter((mark) => mark.toMicros > fromMicros);
    for (let mark = inside[next]; mark !== undefined && mark.fromMicros <= fromMicros; mark = inside[++next]) {
      if (mark.toMicros > fromMicros) running.push(mark);
    }
    const mark = strongest(running);
    const state = mark?.state ?? rest;
    const last = intervals.at(-1);
    if (last?.state === state && last.nodeId === mark?.nodeId && last.concluded === (mark?.concluded ?? false)) {
      last.toMicros = toMicros;
    } else {
      intervals.push({ fromMicros, toMicros, state, nodeId: mark?.nodeId, concluded: mark?.concluded ?? false });
    }
  }
  return intervals;
}

/** Of marks in the order in which they began. */
function strongest<State extends string>(running: readonly Mark<State>[]): Mark<State> | undefined {
  let best: Mark<State> | undefined;
  for (const mark of running) if (best === undefined || mark.rank >= best.rank) best = mark;
  return best;
}
