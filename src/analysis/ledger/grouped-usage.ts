import type { AggregateRow, FilterBook } from '../../query/question.ts';
import type { EventAnswerer } from './event-answerer.ts';
import { LINE_AGGREGATIONS, type LineField, ROLLED_UP_FIELDS } from './usage-line.ts';

/** Told apart in every answer: feeds are chosen, and prices explained, by them. */
export const BASE_FIELDS = [
  'client',
  'feed',
  'model',
  'priced_model',
  'price_version',
] as const satisfies readonly LineField[];

export type GroupedQuestion = {
  readonly since: number;
  readonly until: number;
  readonly timeZone: string | undefined;
  /** One row for each day of the zone; else one for the span. */
  readonly byDay: boolean;
  readonly filters: FilterBook;
  /** Told apart besides those that always are, and sub-agents. */
  readonly fields: readonly LineField[];
};

/** A row, and whether it is to be added or taken away. */
export type SignedRow = { readonly row: AggregateRow; readonly sign: 1 | -1 };

/**
 * Usage summed by the store. Of fields that rollups keep, rollups give the sums, and what sub-agents used is taken out
 * of them and told beside them, so that only the events of sub-agents are looked at. Every row's events have a reported
 * cost or none, and a computed cost or none, so that its figures are exactly the sum of those of its events.
 */
export async function groupedUsage(ask: EventAnswerer, question: GroupedQuestion): Promise<readonly SignedRow[]> {
  const groupBy: readonly LineField[] = [...new Set([...BASE_FIELDS, ...question.fields])];
  const added = (row: AggregateRow): SignedRow => ({ row, sign: 1 });
  const rolledUp = groupBy.every((field) => (ROLLED_UP_FIELDS as readonly LineField[]).includes(field));
  if (!rolledUp) return (await pureRows(ask, question, [...groupBy, 'agent_id'])).map(added);
  const rows = await pureRows(ask, question, groupBy);
  const filters: FilterBook = { ...question.filters, agent_id: { present: true } };
  const agents = await pureRows(ask, { ...question, filters }, [...groupBy, 'agent_id']);
  return [...rows.map(added), ...agents.flatMap(moved)];
}

/** From the main agent, among whose figures it is, to the sub-agent. */
function moved(row: AggregateRow): SignedRow[] {
  const { agent_id: _agent, ...group } = row.group;
  return [
    { row, sign: 1 },
    { row: { ...row, group }, sign: -1 },
  ];
}

async function pureRows(
  ask: EventAnswerer,
  question: GroupedQuestion,
  groupBy: readonly LineField[],
): Promise<readonly AggregateRow[]> {
  const rows = await rowsOf(ask, question, groupBy);
  if (rows.every(isPure)) return rows;
  // Who has which cost, only the events themselves tell: once for each of the four kinds there are.
  const parts: AggregateRow[] = [];
  for (const reported of [true, false]) {
    for (const computed of [true, false]) {
      const filters: FilterBook = {
        ...question.filters,
        reported_cost_usd: { present: reported },
        estimated_cost_usd: { present: computed },
      };
      parts.push(...(await rowsOf(ask, { ...question, filters }, groupBy)));
    }
  }
  return parts;
}

async function rowsOf(
  ask: EventAnswerer,
  { since, until, timeZone, byDay, filters }: GroupedQuestion,
  groupBy: readonly LineField[],
): Promise<readonly AggregateRow[]> {
  const { rows } = await ask.aggregate({
    metric: 'tokens.consumed',
    since,
    until,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(byDay ? { bucket: '1d' } : {}),
    filters,
    groupBy,
    aggregations: LINE_AGGREGATIONS,
  });
  return rows;
}

function isPure({ values }: AggregateRow): boolean {
  const allOrNone = (count: unknown): boolean => count === 0 || count === values['count'];
  return allOrNone(values['count(reported_cost_usd)']) && allOrNone(values['count(estimated_cost_usd)']);
}
