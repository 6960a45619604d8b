import { isSameModel } from '../../pricing/index.ts';
import type { ReportSpan } from '../reports/answerer.ts';
import { type Attribution, isConcluded } from './attribution.ts';
import { chooseFeeds } from './best-feed.ts';
import type { Conclusions } from './conclusions.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { type Figures, sumFigures } from './figures.ts';
import { readUsage } from './read-usage.ts';
import type { UsageLine } from './usage-line.ts';
import { FULL_DETAIL, type UsageDetail } from './usage-reader.ts';

/** Some of the ledger's lines summed, and what they have in common. */
export type LedgerSum = {
  readonly key: Readonly<Record<string, string | undefined>>;
  readonly figures: Figures;
  /** The same without what sub-agents used. */
  readonly own: Figures;
  /** The part of the cost whose node or task was concluded rather than told. */
  readonly concludedNanos: bigint;
};

/** How usage came to its nodes or tasks. Of each way one sum; together they are the total. */
export type Ways = readonly LedgerSum[];

/** How what clients report compares with what the price book makes of the same events. */
export type Reconciliation = {
  readonly client: string | undefined;
  readonly model: string | undefined;
  readonly events: number;
  readonly reportedNanos: bigint;
  readonly computedNanos: bigint;
  /** True when they differ by more than 1 % of what was reported: prices are wrong, or usage was read wrongly. */
  readonly differs: boolean;
};

/** The usage of a span, each request once, with what is and what is not known of its cost. */
export type Ledger = {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly detailFromMicros: number | undefined;
  readonly lines: readonly UsageLine[];
  readonly total: LedgerSum;
  /** Told again by other feeds of the same sessions; not counted. By client and feed. */
  readonly setAside: readonly LedgerSum[];
  /** Models, or none, of which no cost is known. By client and model. */
  readonly unpriced: readonly LedgerSum[];
  /** Priced as another model than the client named. By model and priced_model. */
  readonly stretched: readonly LedgerSum[];
  readonly reconciliations: readonly Reconciliation[];
  /** By way, where the detail asks for nodes and tasks. */
  readonly ways: { readonly node: Ways; readonly task: Ways };
  /** Price books the computed costs come from. By price_version. */
  readonly priceVersions: readonly LedgerSum[];
};

/**
 * Opens the ledger of a span.
 *
 * @param detail What its lines are told apart by. The sums that every ledger has need none of it.
 * @param plans Clients on a flat plan: their cost is what the same usage would cost through the API, and billed 0.
 * @param conclusions Claims and sessions of all time, read once where several ledgers are opened.
 */
export async function openLedger(
  ask: EventAnswerer,
  span: ReportSpan,
  detail: UsageDetail = FULL_DETAIL,
  plans: readonly string[] = [],
  conclusions?: Conclusions,
): Promise<Ledger> {
  const { lines, corrections, counts, ...read } = await readUsage(ask, span, detail, plans, conclusions);
  const { counted, setAside } = chooseFeeds([...lines, ...corrections], counts);
  return {
    ...read,
    lines: counted,
    total: sumLines({}, counted),
    setAside: sumBy(setAside, ['client', 'feed']),
    unpriced: sumBy(counted, ['client', 'model']).filter(({ figures }) => figures.unpricedEvents > 0),
    stretched: sumBy(counted.filter(isStretched), ['model', 'priced_model']),
    ways: {
      node: detail.fields.includes('node_id') ? waysOf(counted, 'node') : [],
      task: detail.fields.includes('task_id') ? waysOf(counted, 'task') : [],
    },
    reconciliations: sumBy(counted, ['client', 'model']).flatMap(reconcile),
    priceVersions: sumBy(
      counted.filter(({ fields }) => fields.price_version !== undefined),
      ['price_version'],
    ),
  };
}

/** Lines summed by some of their fields, the dearest first. */
export function sumBy(lines: readonly UsageLine[], fields: readonly (keyof UsageLine['fields'])[]): LedgerSum[] {
  return sumByKey(lines, (line) => Object.fromEntries(fields.map((field) => [field, line.fields[field]])));
}

/** Lines summed by a key made of each, the dearest first. Every line is in exactly one sum. */
export function sumByKey(lines: readonly UsageLine[], keyOf: (line: UsageLine) => LedgerSum['key']): LedgerSum[] {
  const keys = new Map<string, LedgerSum['key']>();
  const groups = Map.groupBy(lines, (line) => {
    const key = keyOf(line);
    const text = JSON.stringify(Object.values(key).map((value) => value ?? null));
    keys.set(text, key);
    return text;
  });
  const sums = [...groups].map(([text, group]) => sumLines(keys.get(text) ?? {}, group));
  return sums.sort((a, b) => compare(b.figures.costNanos, a.figures.costNanos) || b.figures.events - a.figures.events);
}

/** Lines by how they came to their node or task: `told`, `session`, `claim`, `expired` with single events, or none. */
export function waysOf(lines: readonly UsageLine[], of: keyof Attribution): Ways {
  return sumByKey(lines, ({ attribution, detailed }) => ({
    way: attribution[of] ?? (of === 'task' && !detailed ? 'expired' : undefined),
  }));
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The sum of lines, with and without what sub-agents used. */
export function sumLines(key: LedgerSum['key'], lines: readonly UsageLine[]): LedgerSum {
  const own = lines.filter(({ fields }) => fields.agent_id === undefined);
  return {
    key,
    figures: sumFigures(lines.map(({ figures }) => figures)),
    own: sumFigures(own.map(({ figures }) => figures)),
    concludedNanos: lines.reduce((sum, line) => (isConcluded(line) ? sum + line.figures.costNanos : sum), 0n),
  };
}

function isStretched({ fields: { model, priced_model: pricedModel } }: UsageLine): boolean {
  return model !== undefined && pricedModel !== undefined && !isSameModel(model, pricedModel);
}

const PERCENT = 100n;

function reconcile({ key, figures }: LedgerSum): Reconciliation[] {
  const {
    comparedEvents: events,
    comparedReportedNanos: reportedNanos,
    comparedComputedNanos: computedNanos,
  } = figures;
  if (events === 0) return [];
  const difference = reportedNanos > computedNanos ? reportedNanos - computedNanos : computedNanos - reportedNanos;
  const differs = difference * PERCENT > reportedNanos;
  return [{ client: key['client'], model: key['model'], events, reportedNanos, computedNanos, differs }];
}
