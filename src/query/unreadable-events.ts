import { AsyncLocalStorage } from 'node:async_hooks';
import { joinedRanges, MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import type { Plan, UnreadableSpan } from './question.ts';

type Span = NonNullable<Plan['damaged']>[number];

/** Ranges of stored time as answers tell them. */
export const toSpans = (ranges: readonly TimeRange[]): readonly Span[] =>
  ranges.map(({ fromMicros, toMicros }) => ({
    from: fromMicros / MICROS_PER_SECOND,
    to: toMicros / MICROS_PER_SECOND,
  }));

const toRange = ({ from, to }: Span): TimeRange => ({
  fromMicros: Math.round(from * MICROS_PER_SECOND),
  toMicros: Math.round(to * MICROS_PER_SECOND),
});

/** Where the work that runs now also takes down what its questions lack. */
const ofThisWork = new AsyncLocalStorage<UnreadableEvents>();

/** Events that questions needed and that cannot be read, because the file is damaged. */
export class UnreadableEvents {
  /**
   * Of each metric, in order of time. Where two meet, events of both cannot be told apart, so they are one: there are no
   * more than damaged blocks, however long it lives.
   */
  readonly #ranges = new Map<string, readonly TimeRange[]>();

  add(metric: string, damaged: Plan['damaged'] = []): void {
    if (damaged.length === 0) return;
    this.#ranges.set(metric, joinedRanges([...(this.#ranges.get(metric) ?? []), ...damaged.map(toRange)]));
    const mine = ofThisWork.getStore();
    if (mine !== this) mine?.add(metric, damaged);
  }

  /**
   * Work, and what the questions lack that are asked within it, whichever collector is asked. What others ask at the
   * same time is not taken down.
   */
  during<Result>(work: () => Promise<Result>): Promise<Result> {
    return ofThisWork.run(this, work);
  }

  /** In order of time. */
  list(): readonly UnreadableSpan[] {
    return [...this.#ranges]
      .flatMap(([metric, ranges]) => toSpans(ranges).map(({ from, to }) => ({ metric, from, to })))
      .sort((a, b) => a.from - b.from || (a.metric < b.metric ? -1 : 1));
  }
}
