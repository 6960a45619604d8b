import { AsyncLocalStorage } from 'node:async_hooks';
import { MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import type { Plan, UnreadableSpan } from './question.ts';

type Span = NonNullable<Plan['damaged']>[number];

/** Ranges of stored time as answers tell them. */
export const toSpans = (ranges: readonly TimeRange[]): readonly Span[] =>
  ranges.map(({ fromMicros, toMicros }) => ({
    from: fromMicros / MICROS_PER_SECOND,
    to: toMicros / MICROS_PER_SECOND,
  }));

/** Where the work that runs now also takes down what its questions lack. */
const ofThisWork = new AsyncLocalStorage<UnreadableEvents>();

/** Events that questions needed and that cannot be read, because the file is damaged. */
export class UnreadableEvents {
  /** Of each metric, in order of time, none meeting another: so no more than there are damaged blocks, however long it lives. */
  readonly #spans = new Map<string, readonly Span[]>();

  add(metric: string, damaged: Plan['damaged'] = []): void {
    if (damaged.length === 0) return;
    this.#spans.set(metric, joined([...(this.#spans.get(metric) ?? []), ...damaged]));
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
    return [...this.#spans]
      .flatMap(([metric, spans]) => spans.map((span) => ({ metric, ...span })))
      .sort((a, b) => a.from - b.from || (a.metric < b.metric ? -1 : 1));
  }
}

/** Spans of several questions about one metric: where two meet, events of both cannot be told apart. */
function joined(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last === undefined || from > last.to) apart.push({ from, to });
    else apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return apart;
}
