import type { TimeRange } from '../../model/range.ts';
import type { Interval } from './cluster-clock.ts';

/** A fact about a stretch of time. Of facts that overlap, the one of higher rank counts; of equal ones, the one that began last. */
export type Mark<State extends string> = Interval<State> & { readonly rank: number };

/**
 * Cuts a life into intervals that touch each other, do not overlap, and cover all of it.
 *
 * @param rest The state of time that no mark covers.
 */
export function partition<State extends string>(
  life: TimeRange,
  marks: readonly Mark<State>[],
  rest: State,
): readonly Interval<State>[] {
  const inside = marks
    .map((mark) => ({
      ...mark,
      fromMicros: Math.max(mark.fromMicros, life.fromMicros),
      toMicros: Math.min(mark.toMicros, life.toMicros),
    }))
    .filter(({ fromMicros, toMicros }) => fromMicros < toMicros)
    .sort((a, b) => a.fromMicros - b.fromMicros);
  const cuts = [
    life.fromMicros,
    life.toMicros,
    ...inside.flatMap(({ fromMicros, toMicros }) => [fromMicros, toMicros]),
  ];
  cuts.sort((a, b) => a - b);
  const running = new RunningMarks<State>();
  const intervals: Interval<State>[] = [];
  let next = 0;
  for (const [index, fromMicros] of cuts.entries()) {
    const toMicros = cuts[index + 1] ?? fromMicros;
    for (let mark = inside[next]; mark !== undefined && mark.fromMicros <= fromMicros; mark = inside[++next]) {
      running.begin(mark);
    }
    if (toMicros === fromMicros) continue;
    const { state, nodeId, concluded } = running.at(fromMicros) ?? { state: rest, nodeId: undefined, concluded: false };
    const last = intervals.at(-1);
    if (last?.state === state && last.nodeId === nodeId && last.concluded === concluded) {
      intervals[intervals.length - 1] = { ...last, toMicros };
    } else {
      intervals.push({ fromMicros, toMicros, state, nodeId, concluded });
    }
  }
  return intervals;
}

/** The marks of a moment that moves on, by rank. Those that have ended are dropped when they come to the top. */
class RunningMarks<State extends string> {
  readonly #byRank = new Map<number, Mark<State>[]>();
  #ranks: number[] = [];

  begin(mark: Mark<State>): void {
    const stack = this.#byRank.get(mark.rank);
    if (stack !== undefined) {
      stack.push(mark);
      return;
    }
    this.#byRank.set(mark.rank, [mark]);
    this.#ranks = [...this.#byRank.keys()].sort((a, b) => b - a);
  }

  at(moment: number): Mark<State> | undefined {
    for (const rank of this.#ranks) {
      const stack = this.#byRank.get(rank) ?? [];
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        if (top.toMicros > moment) return top;
        stack.pop();
      }
    }
    return undefined;
  }
}
