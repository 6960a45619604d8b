import { MICROS_PER_DAY } from '../../model/range.ts';
import type { TotalsAnswer, TotalsQuestion } from '../../query/question.ts';
import { printable } from '../cli/terminal/printable.ts';
import { type ClosedDays, closedWith, type Totals, withClosed } from './closed-days.ts';
import { type Counted, type CounterBook, type CountedSets, plus, setKey } from './counter-book.ts';
import type { Labels } from './family.ts';
import type { PlannedFamily } from './planned-families.ts';

/** What totals are asked of. A collector is one. */
export interface TotalsAnswerer {
  totals(questions: readonly TotalsQuestion[]): Promise<readonly TotalsAnswer[]>;
  storedMetrics(): Promise<readonly { readonly name: string }[]>;
}

/** How long what is past is believed: late events of it are told after so long. */
const PAST_MILLIS = 300_000;

/** What happened just now is asked for each time. */
const RECENT_MICROS = 60_000_000;
/** So long before the store forgets a day, the book takes over what it was. */
const AHEAD_DAYS = 2;

/**
 * Totals of the whole history. What is past is asked for every five minutes, and what came since each time, so that a
 * page costs some minutes and not a year, also while the running hour is large and not rolled up yet. Days that the store is about to forget are closed in the book.
 */
export class CatalogueTotals {
  readonly #plan: readonly PlannedFamily[];
  readonly #book: CounterBook;
  #past: { readonly untilMicros: number; readonly readMillis: number; readonly totals: Totals } | undefined;

  constructor(plan: readonly PlannedFamily[], book: CounterBook) {
    this.#plan = plan;
    this.#book = book;
  }

  /** @param keptDays How long the store keeps hourly figures. */
  async read(
    ask: TotalsAnswerer,
    {
      nowMicros,
      nowMillis,
      keptDays,
    }: { readonly nowMicros: number; readonly nowMillis: number; readonly keptDays: number },
  ): Promise<Totals> {
    const stored = new Set((await ask.storedMetrics()).map(({ name }) => name));
    const plan = this.#plan.filter(({ metric }) => stored.has(metric));
    const today = Math.floor(nowMicros / MICROS_PER_DAY);
    const closing = (today - Math.max(keptDays, AHEAD_DAYS + 1) + AHEAD_DAYS) * MICROS_PER_DAY;
    const closed = await this.#close(ask, plan, closing);
    const age = nowMillis - (this.#past?.readMillis ?? Number.NEGATIVE_INFINITY);
    // The clock may have been set back.
    if (this.#past === undefined || age >= PAST_MILLIS || this.#past.untilMicros > nowMicros) {
      const untilMicros = Math.max(nowMicros - RECENT_MICROS, closed.untilMicros);
      const totals = await readTotals(ask, plan, { fromMicros: closed.untilMicros, untilMicros });
      this.#past = { untilMicros, readMillis: nowMillis, totals: withClosed(totals, closed, this.#plan) };
    }
    const { untilMicros: fromMicros, totals } = this.#past;
    return joined(totals, await readTotals(ask, plan, { fromMicros }));
  }

  async #close(ask: TotalsAnswerer, plan: readonly PlannedFamily[], untilMicros: number): Promise<ClosedDays> {
    const before = this.#book.closed.catalogue ?? { untilMicros: 0, numbers: {} };
    if (before.untilMicros >= untilMicros) return before;
    const ended = await readTotals(ask, plan, { fromMicros: before.untilMicros, untilMicros });
    const closed = closedWith(before, untilMicros, ended, this.#plan, this.#book);
    this.#book.closed.catalogue = closed;
    this.#past = undefined;
    return closed;
  }
}

async function readTotals(
  ask: TotalsAnswerer,
  plan: readonly PlannedFamily[],
  span: { readonly fromMicros?: number; readonly untilMicros?: number },
): Promise<Totals> {
  const asked = [...Map.groupBy(plan, (family) => family.metric)].map(([metric, families]) => {
    const counters = families.filter(({ kind }) => kind === 'counter');
    const distributions = families.flatMap(({ kind, field }) =>
      kind === 'histogram' && field !== undefined ? [field] : [],
    );
    const groupBy = counters[0]?.labels ?? [];
    const sums = counters.flatMap(({ field }) => field ?? []);
    return { families, question: { metric, ...span, groupBy, sums, distributions } };
  });
  const answers = await ask.totals(asked.map(({ question }) => question));
  const all = new Map<string, CountedSets>();
  for (const [i, { families, question }] of asked.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    for (const family of families) all.set(family.name, toSets(family, answer, question.sums));
  }
  return all;
}

/** The numbers of one family. */
export function toSets(family: PlannedFamily, answer: TotalsAnswer, sums: readonly string[]): CountedSets {
  if (family.kind === 'histogram') return histogramSets(family, answer);
  const sets = new Map<string, Counted>();
  const position = family.field === undefined ? undefined : sums.indexOf(family.field);
  for (const { group, count, sums: found } of answer.groups) {
    const labels = toLabels(family.labels, group);
    const value = position === undefined ? count : found[position];
    if (value !== undefined) add(sets, family.labels, labels, [value / family.divisor]);
  }
  return sets;
}

function histogramSets({ field = '', bounds, divisor }: PlannedFamily, answer: TotalsAnswer): CountedSets {
  const found = answer.distributions[field];
  if (found === undefined) return new Map();
  const numbers = Array.from({ length: bounds.length + 2 }, () => 0);
  for (const { value, count } of found.values) {
    const above = bounds.findIndex((bound) => value / divisor <= bound);
    const bucket = above < 0 ? bounds.length : above;
    numbers[bucket] = (numbers[bucket] ?? 0) + count;
  }
  numbers[bounds.length + 1] = found.sum / divisor;
  return new Map([[setKey({}, []), { labels: {}, numbers }]]);
}

/** Names from data, made fit to be shown; two that then look the same are told as one. */
function toLabels(names: readonly string[], values: readonly unknown[]): Labels {
  const entries = names
    .map((name, i) => [name, values[i]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries.map(([name, value]) => [name, printable(String(value))]));
}

/** Adds numbers to those of the same label set. */
export function add(
  sets: Map<string, Counted>,
  names: readonly string[],
  labels: Labels,
  numbers: readonly number[],
): void {
  const key = setKey(labels, names);
  sets.set(key, { labels, numbers: plus(sets.get(key)?.numbers, numbers) });
}

function joined(past: Totals, fresh: Totals): Totals {
  const all = new Map(past);
  for (const [family, sets] of fresh) {
    const merged = new Map(all.get(family));
    for (const [key, { labels, numbers }] of sets)
      merged.set(key, { labels, numbers: plus(merged.get(key)?.numbers, numbers) });
    all.set(family, merged);
  }
  return all;
}
