import type { EventAnswerer } from '../../analysis/ledger/event-answerer.ts';
import type { Figures } from '../../analysis/ledger/figures.ts';
import { openLedger, sumBy } from '../../analysis/ledger/ledger.ts';
import { MICROS_PER_DAY } from '../../model/range.ts';
import { usdOfNanos } from '../../pricing/index.ts';
import { printable } from '../cli/terminal/printable.ts';
import { add } from './catalogue-totals.ts';
import { closedWith, type Totals, withClosed } from './closed-days.ts';
import type { Counted, CounterBook } from './counter-book.ts';
import type { Family, Labels } from './family.ts';
import { OWN_FAMILIES, type OwnFamily } from './own-families.ts';

const TOKEN_PARTS: readonly (readonly [string, (figures: Figures) => number])[] = [
  ['input', ({ inputTokens }) => inputTokens],
  ['cached', ({ cachedTokens }) => cachedTokens],
  ['cache_write', ({ cacheWrite5mTokens, cacheWrite1hTokens }) => cacheWrite5mTokens + cacheWrite1hTokens],
  ['output', ({ outputTokens }) => outputTokens],
];
const FIGURES: readonly (readonly [OwnFamily, (figures: Figures) => number])[] = [
  [OWN_FAMILIES.usageRequests, ({ requests }) => requests],
  [OWN_FAMILIES.usageCost, ({ costNanos }) => usdOfNanos(costNanos)],
  [OWN_FAMILIES.usagePlan, ({ planNanos }) => usdOfNanos(planNanos)],
  [OWN_FAMILIES.usageUnpriced, ({ unpricedEvents }) => unpricedEvents],
];
const USAGE = [OWN_FAMILIES.usageTokens, ...FIGURES.map(([family]) => family)];

/**
 * Usage since the day before the book was begun, as the ledger counts it. Two days are asked for anew each time, since
 * clients tell late; what was before is added up in the book. A computation accepted later changes days that are still
 * open, and never makes a counter fall: `costs` is the figure to pay by.
 */
export async function readUsageTotals(
  ask: EventAnswerer,
  book: CounterBook,
  plans: readonly string[],
  nowMicros: number,
): Promise<Totals> {
  const yesterday = (Math.floor(nowMicros / MICROS_PER_DAY) - 1) * MICROS_PER_DAY;
  let days = book.closed.usage ?? { untilMicros: yesterday, numbers: {} };
  if (days.untilMicros < yesterday) {
    const ended = await usageOf(ask, days.untilMicros, yesterday, plans);
    days = closedWith(days, yesterday, ended, USAGE, book);
  }
  const totals = await usageOf(ask, days.untilMicros, nowMicros + 1, plans);
  book.closed.usage = days;
  return withClosed(totals, days, USAGE);
}

async function usageOf(
  ask: EventAnswerer,
  fromMicros: number,
  untilMicros: number,
  plans: readonly string[],
): Promise<Map<string, Map<string, Counted>>> {
  const totals = new Map(USAGE.map(({ name }) => [name, new Map<string, Counted>()]));
  if (fromMicros >= untilMicros) return totals;
  const span = { since: fromMicros / 1e6, until: untilMicros / 1e6 };
  const { lines } = await openLedger(ask, span, { fields: [], byDay: false }, plans);
  for (const { key, figures } of sumBy(lines, ['client', 'model'])) {
    const labels = namesIn(key);
    const put = (family: OwnFamily, own: Labels, value: number): void => {
      const sets = totals.get(family.name);
      // A correction can take away more than the span has: nothing then.
      if (sets !== undefined) add(sets, family.labels, own, [Math.max(0, value)]);
    };
    for (const [type, of] of TOKEN_PARTS) put(OWN_FAMILIES.usageTokens, { ...labels, type }, of(figures));
    for (const [family, of] of FIGURES) {
      // Clients that do not tell how many requests there were have no such series.
      if (family !== OWN_FAMILIES.usageRequests || figures.requests > 0) put(family, labels, of(figures));
    }
  }
  return totals;
}

function namesIn(key: Readonly<Record<string, string | undefined>>): Labels {
  return Object.fromEntries(
    Object.entries(key).flatMap(([name, value]) => (value === undefined ? [] : [[name, printable(value)]])),
  );
}

/** The families of usage as they are told. */
export function usageFamilies(
  totals: Totals,
  book: CounterBook,
): { readonly families: readonly Family[]; readonly overflowed: ReadonlyMap<string, number> } {
  const overflows = new Map<string, number>();
  const families = USAGE.map(({ name, dotted, labels, help, unit }): Family => {
    const { sets, overflowed } = book.tell(name, labels, totals.get(name) ?? new Map<string, Counted>());
    if (overflowed > 0) overflows.set(name, overflowed);
    const points = sets.map(({ labels: own, numbers: [value = 0] }) => ({ labels: own, value }));
    return { kind: 'counter', name, dotted, unit, help, points };
  });
  return { families, overflowed: overflows };
}
