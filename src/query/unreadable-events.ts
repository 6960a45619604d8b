import { MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import type { Plan, UnreadableSpan } from './question.ts';

/** Ranges of stored time as answers tell them. */
export const toSpans = (ranges: readonly TimeRange[]): NonNullable<Plan['damaged']> =>
  ranges.map(({ fromMicros, toMicros }) => ({
    from: fromMicros / MICROS_PER_SECOND,
    to: toMicros / MICROS_PER_SECOND,
  }));

/** Events that questions needed and that cannot be read, because the file is damaged: each span once. */
export class UnreadableEvents {
  readonly #spans = new Map<string, UnreadableSpan>();

  add(metric: string, damaged: Plan['damaged'] = []): void {
    for (const { from, to } of damaged) this.#spans.set(`${metric} ${from} ${to}`, { metric, from, to });
  }

  /** In order of time. */
  list(): readonly UnreadableSpan[] {
    return [...this.#spans.values()].sort((a, b) => a.from - b.from || (a.metric < b.metric ? -1 : 1));
  }
}
