import { MICROS_PER_DAY, type TimeRange } from '../../model/range.ts';
import type { AggregateRow, Aggregation } from '../../query/question.ts';
import type { EventAnswerer } from '../ledger/event-answerer.ts';
import type { MetricRule } from './alert-rule.ts';
import { type Items, slide, valueOf, windowFold } from './window-fold.ts';

/** The figures of a rule at one evaluation, by group; `undefined` is the one group of a rule without `group_by`. */
export type FigureMoment = {
  readonly atMicros: number;
  /** Groups that had events in the last day (or window, if that is longer). A figure is absent where there was nothing. */
  readonly groups: ReadonlyMap<string | undefined, number | undefined>;
};

/** Steps read with one question; more are read one part after the other. */
const MAX_STEPS = 40_000;
const STEP_TEXTS: Readonly<Record<number, string>> = { 10: '10s', 60: '1m', 300: '5m', 3_600: '1h' };

type Group = string | undefined;
type Grouped<Part> = Map<Group, { readonly atMicros: number; readonly part: Part }[]>;

/** The last evaluation of a rule at or before a moment. */
export function lastEvaluation({ stepMicros }: Pick<MetricRule, 'stepMicros'>, atMicros: number): number {
  return Math.floor(atMicros / stepMicros) * stepMicros;
}

/**
 * The figures of a rule at each of its evaluations from one to another, both included. One evaluation now and a month of
 * them are computed alike, so that a rule fires in a test when it would have fired.
 *
 * @throws QueryError where the rule asks for something that the metric does not have.
 */
export async function readFigures(
  ask: EventAnswerer,
  rule: MetricRule,
  first: number,
  last: number,
): Promise<FigureMoment[]> {
  const ends: number[] = [];
  for (let end = first; end <= last; end += rule.stepMicros) ends.push(end);
  const figures = await slidingFigures(ask, rule, ends, { fromMicros: first - rule.windowMicros, toMicros: last });
  const ofNothing = windowFold(rule.aggregation)?.fold([], rule.windowMicros / 1e6);
  const present = rule.groupBy === undefined ? undefined : await presentGroups(ask, rule, ends);
  let before: FigureMoment['groups'] = new Map();
  return ends.map((atMicros, i) => {
    const groups = present === undefined ? [undefined] : [...present].filter(([, at]) => at[i]).map(([group]) => group);
    const figureOf = (group: Group): number | undefined => figures.get(group)?.[i] ?? ofNothing;
    // The same map where nothing changed, so that a month of short steps costs what changes in it.
    const isSame =
      groups.length === before.size &&
      groups.every((group) => before.has(group) && before.get(group) === figureOf(group));
    if (!isSame) before = new Map(groups.map((group) => [group, figureOf(group)]));
    return { atMicros, groups: before };
  });
}

async function slidingFigures(
  ask: EventAnswerer,
  rule: MetricRule,
  ends: readonly number[],
  range: TimeRange,
): Promise<Map<Group, (number | undefined)[]>> {
  const fold = windowFold(rule.aggregation);
  const slideAll = <Part>(
    grouped: Grouped<Part>,
    join: (parts: readonly Part[], seconds: number) => number | undefined,
  ): Map<Group, (number | undefined)[]> =>
    new Map([...grouped].map(([group, items]) => [group, slide(items, ends, rule.windowMicros, join)]));
  if (fold === undefined || fold.from === 'events') {
    // Asked for its refusal alone: of a second in which nothing can be, it costs nothing.
    await ask.aggregate({ ...questionOf(rule), aggregations: [rule.aggregation], since: 1, until: 2 });
  }
  if (fold === undefined) return new Map();
  if (fold.from === 'steps') return slideAll(await readSteps(ask, rule, fold.parts, range), fold.fold);
  return slideAll(await readEvents(ask, rule, fold.field, range), fold.fold);
}

const questionOf = ({ metric, where, groupBy }: MetricRule) => ({
  metric,
  filters: where,
  ...(groupBy === undefined ? {} : { groupBy: [groupBy] }),
});

const groupIn = ({ groupBy }: MetricRule, row: AggregateRow): Group => {
  const value = groupBy === undefined ? undefined : row.group[groupBy];
  return value === undefined ? undefined : String(value);
};

async function readSteps(
  ask: EventAnswerer,
  rule: MetricRule,
  aggregations: readonly Aggregation[],
  range: TimeRange,
): Promise<Grouped<AggregateRow['values']>> {
  const grouped: Grouped<AggregateRow['values']> = new Map();
  const bucket = STEP_TEXTS[rule.stepMicros / 1e6] ?? '1h';
  for (let from = range.fromMicros; from < range.toMicros; from += MAX_STEPS * rule.stepMicros) {
    const to = Math.min(range.toMicros, from + MAX_STEPS * rule.stepMicros);
    const { rows } = await ask.aggregate({
      ...questionOf(rule),
      aggregations,
      bucket,
      since: from / 1e6,
      until: to / 1e6,
      timeZone: 'UTC',
    });
    for (const row of rows) {
      const item = { atMicros: Math.round((row.bucketStart ?? 0) * 1e6), part: row.values };
      add(grouped, groupIn(rule, row), item);
    }
  }
  return grouped;
}

async function readEvents(
  ask: EventAnswerer,
  rule: MetricRule,
  field: string,
  { fromMicros, toMicros }: TimeRange,
): Promise<Grouped<ReturnType<typeof valueOf>>> {
  const grouped: Grouped<ReturnType<typeof valueOf>> = new Map();
  const { metric, where: filters } = rule;
  const question = { metric, filters, since: fromMicros / 1e6, until: toMicros / 1e6 };
  for await (const batch of ask.events(question)) {
    for (const event of batch) {
      const group = rule.groupBy === undefined ? undefined : valueOf(event, rule.groupBy);
      const item = { atMicros: event.atMicros, part: valueOf(event, field) };
      add(grouped, group === undefined ? undefined : String(group), item);
    }
  }
  return grouped;
}

function add<Part>(grouped: Grouped<Part>, group: Group, item: Items<Part>[number]): void {
  const items = grouped.get(group);
  if (items === undefined) grouped.set(group, [item]);
  else items.push(item);
}

/** For each group, at which of the evaluations it had events in the last day, or window. */
async function presentGroups(
  ask: EventAnswerer,
  rule: MetricRule,
  ends: readonly number[],
): Promise<Map<Group, boolean[]>> {
  const reach = Math.max(rule.windowMicros, MICROS_PER_DAY);
  const [first = 0, last = 0] = [ends[0], ends.at(-1)];
  const range = { fromMicros: first - reach, toMicros: last };
  if (ends.length === 1) {
    // Without buckets, so that whole hours come from rollups.
    const { rows } = await ask.aggregate({
      ...questionOf(rule),
      aggregations: ['count'],
      since: range.fromMicros / 1e6,
      until: range.toMicros / 1e6,
    });
    return new Map(rows.map((row) => [groupIn(rule, row), [true]]));
  }
  const steps = await readSteps(ask, rule, ['count'], range);
  const isAny = (parts: readonly unknown[]): number => parts.length;
  return new Map(
    [...steps].map(([group, items]) => [group, slide(items, ends, reach, isAny).map((count) => (count ?? 0) > 0)]),
  );
}
