import type { Answerer } from '../../analysis/reports/answerer.ts';
import { numberField, textField } from '../../analysis/reports/answerer.ts';
import { printable } from '../cli/terminal/printable.ts';
import type { TotalsAnswerer } from './catalogue-totals.ts';
import type { Totals } from './closed-days.ts';
import { type Counted, type CounterBook, type CountedSets, setKey } from './counter-book.ts';
import type { Exemplar, Family, HistogramPoint } from './family.ts';
import type { PlannedFamily } from './planned-families.ts';

/** Newest events that exemplars are chosen from: of each bucket the newest. */
const MAX_LOOKED_AT = 100;
/** What a format lets an exemplar's names and values have together. */
const MAX_EXEMPLAR_CHARACTERS = 128;

/** Exemplars by the bucket they lie in. */
export type ExemplarBook = ReadonlyMap<string, readonly (Exemplar | undefined)[]>;

/**
 * The newest task of each bucket. Only here may an id stand: an exemplar is one line beside a series and makes no new one.
 */
export async function readExemplars(
  ask: Answerer & Pick<TotalsAnswerer, 'storedMetrics'>,
  plan: readonly PlannedFamily[],
): Promise<ExemplarBook> {
  const book = new Map<string, (Exemplar | undefined)[]>();
  const stored = new Set((await ask.storedMetrics()).map(({ name }) => name));
  const wanted = plan.filter(({ kind, hasTask, metric }) => kind === 'histogram' && hasTask && stored.has(metric));
  for (const [metric, families] of Map.groupBy(wanted, (family) => family.metric)) {
    const { events } = await ask.query({ metric, order: 'newest_first', limit: MAX_LOOKED_AT });
    for (const { name, field = '', bounds, divisor } of families) {
      const byBucket: (Exemplar | undefined)[] = Array.from({ length: bounds.length + 1 });
      for (const event of events) {
        const [kept, taskId] = [numberField(event, field), textField(event, 'task_id')];
        if (kept === undefined || taskId === undefined) continue;
        const value = kept / divisor;
        const labels = { task_id: printable(taskId) };
        if (labels.task_id.length + 'task_id'.length > MAX_EXEMPLAR_CHARACTERS) continue;
        const above = bounds.findIndex((bound) => value <= bound);
        byBucket[above < 0 ? bounds.length : above] ??= { labels, value, atMicros: event.atMicros };
      }
      book.set(name, byBucket);
    }
  }
  return book;
}

/** The catalogue's families as they are told: never less than before. */
export function catalogueFamilies(
  plan: readonly PlannedFamily[],
  totals: Totals,
  exemplars: ExemplarBook,
  book: CounterBook,
): { readonly families: readonly Family[]; readonly overflowed: ReadonlyMap<string, number> } {
  const overflows = new Map<string, number>();
  const families = plan.flatMap((planned): Family[] => {
    const { name, dotted, unit, help, labels, bounds } = planned;
    const { sets, overflowed } = book.tell(name, labels, begun(planned, totals.get(name)));
    if (overflowed > 0) overflows.set(name, overflowed);
    if (sets.length === 0) return [];
    if (planned.kind === 'counter') {
      const points = sets.map(({ labels: own, numbers: [value = 0] }) => ({ labels: own, value }));
      return [{ kind: 'counter', name, dotted, unit, help, points }];
    }
    const points = sets.map((set) => toPoint(set, bounds, exemplars.get(name) ?? []));
    return [{ kind: 'histogram', name, dotted, unit, help, bounds, points }];
  });
  return { families, overflowed: overflows };
}

function toPoint(
  { labels, numbers }: Counted,
  bounds: readonly number[],
  exemplars: HistogramPoint['exemplars'],
): HistogramPoint {
  const counts = numbers.slice(0, bounds.length + 1);
  // What a sketch has put into the next bucket has no place here.
  const fitting = counts.map((count, i) => (count > 0 ? exemplars[i] : undefined));
  return { labels, counts, sum: numbers[bounds.length + 1] ?? 0, exemplars: fitting };
}

/** With the series of closed lists from 0 on: the first event of one is then seen as an increase. */
function begun({ kind, labels, words, field }: PlannedFamily, found: CountedSets = new Map()): CountedSets {
  if (kind !== 'counter' || words === undefined || field !== undefined) return found;
  const sets = new Map(found);
  const combinations = words.reduce<readonly (readonly string[])[]>(
    (all, list) => all.flatMap((before) => list.map((word) => [...before, word])),
    [[]],
  );
  for (const values of combinations) {
    const own = Object.fromEntries(labels.map((label, i) => [label, values[i] ?? '']));
    const key = setKey(own, labels);
    if (!sets.has(key)) sets.set(key, { labels: own, numbers: [0] });
  }
  return sets;
}
