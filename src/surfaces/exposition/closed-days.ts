import { type Counted, type CounterBook, labelsOf, plus } from './counter-book.ts';

/** Days that are counted to their end: their numbers by family and label set, and until when they go. */
export type ClosedDays = {
  readonly untilMicros: number;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
};

/** A family, as far as its label sets go. */
export type SetFamily = { readonly name: string; readonly labels: readonly string[] };
/** Numbers of each family, by family and label set. */
export type Totals = ReadonlyMap<string, ReadonlyMap<string, Counted>>;

/** The same with further days in it. What has no series of its own goes under `other`, so that it stays small. */
export function closedWith(
  days: ClosedDays,
  untilMicros: number,
  ended: Totals,
  families: readonly SetFamily[],
  book: CounterBook,
): ClosedDays {
  const numbers = { ...days.numbers };
  for (const { name, labels } of families) {
    for (const [key, set] of ended.get(name) ?? []) {
      const place = `${name} ${book.placeOf(name, labels, key)}`;
      numbers[place] = plus(numbers[place], set.numbers);
    }
  }
  return { untilMicros, numbers };
}

/** Totals and what closed days had before them. */
export function withClosed(totals: Totals, { numbers }: ClosedDays, families: readonly SetFamily[]): Totals {
  const all = new Map<string, Map<string, Counted>>([...totals].map(([name, sets]) => [name, new Map(sets)]));
  const namesOf = new Map(families.map(({ name, labels }) => [name, labels]));
  for (const [place, closed] of Object.entries(numbers)) {
    const [name = ''] = place.split(' ', 1);
    const names = namesOf.get(name);
    if (names === undefined) continue;
    const key = place.slice(name.length + 1);
    const sets = all.get(name) ?? new Map<string, Counted>();
    all.set(name, sets);
    // A later version may have other buckets: what was counted by the old ones has no place in them.
    const before = sets.get(key)?.numbers;
    if (before === undefined || before.length === closed.length) {
      sets.set(key, { labels: labelsOf(key, names), numbers: plus(before, closed) });
    }
  }
  return all;
}
