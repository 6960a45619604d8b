import type { FieldValue } from '../model/event.ts';
import { QueryError } from '../model/errors.ts';
import { MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import { bucketBoundaries } from '../model/time-buckets.ts';
import type { FoldRow } from '../store/store.ts';
import { askAgain } from './ask-again.ts';
import { type Asking, foldPeriod, knownNow, type PeriodFigures, rangeOf } from './fold-period.ts';
import { GroupBook } from './group-book.ts';
import type { FigureReader } from './measures.ts';
import { compareGroups, compareValues, pairedRows, type RowPair } from './merge-rows.ts';
import { type ParsedAggregateQuestion, type ParsedFold, parseAggregateQuestion } from './parse-question.ts';
import type { AggregateAnswer, AggregateQuestion, AggregateRow, Plan, Value } from './question.ts';

type Group = FoldRow['group'];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Figures of a span: by group, by time bucket, beside the period before.
 *
 * Groups and buckets without events have no row, except that one row answers a question without groups and buckets.
 * With `compare`, what only the period before has gets a row too. With buckets, `order` and `limit` rank groups by
 * their figure of the whole span.
 *
 * @throws QueryError when the question cannot be understood; StoreError when the store cannot be read.
 */
export async function aggregate(asking: Asking, question: AggregateQuestion): Promise<AggregateAnswer> {
  return askAgain(asking.store, () => figuresOf(asking, question));
}

async function figuresOf(asking: Asking, question: AggregateQuestion): Promise<AggregateAnswer> {
  const fold = await parseAggregateQuestion(question, await knownNow(asking));
  const range = await rangeOf(asking.store, fold.metric, fold.span);
  const boundaries = fold.width === undefined ? undefined : bucketBoundaries(fold.width, range, fold.span.zone);
  const current = await foldPeriod(asking.store, fold, range, boundaries);
  const previous = fold.compare ? await foldBefore(asking, fold, range, boundaries) : undefined;

  const recordOf = groupRecords(fold.groupBy);
  const rowOf = (now: FoldRow | undefined, before: FoldRow | undefined, { bucket, group }: FoldRow): AggregateRow => {
    const values = valuesIn(fold, current.readers, now, bucket);
    const start = boundaries?.[bucket];
    const end = boundaries?.[bucket + 1];
    // At once: an object that gains properties takes half as much again, and there may be thousands.
    const row: Mutable<AggregateRow> =
      start === undefined || end === undefined
        ? { group: recordOf(group), values }
        : {
            group: recordOf(group),
            values,
            bucketStart: start / MICROS_PER_SECOND,
            bucketEnd: end / MICROS_PER_SECOND,
          };
    const unknownBefore = before === undefined && fold.groupBy.length > 0;
    if (previous !== undefined && !unknownBefore) row.previous = valuesIn(fold, previous.readers, before, bucket);
    return row;
  };
  const isPlain = previous === undefined && fold.order === undefined && fold.limit === undefined;
  const rows =
    isPlain && current.rows.length > 0
      ? current.rows.map((row) => rowOf(row, undefined, row))
      : (await inAskedOrder(asking, fold, range, current, pairsOf(fold, current, previous))).map(([now, before]) =>
          rowOf(now, before, now ?? before),
        );
  const plan = previous === undefined ? current.plan : joinedPlan(current.plan, previous.plan);
  asking.unreadable.add(plan.metric, plan.damaged);
  return { rows, plan };
}

/**
 * The span of equal length just before, cut into the same buckets, each earlier by that length.
 */
export async function foldBefore(
  { store }: Asking,
  fold: ParsedFold,
  range: TimeRange,
  boundaries: readonly number[] | undefined,
): Promise<PeriodFigures> {
  const length = range.toMicros - range.fromMicros;
  if (range.fromMicros < length) {
    throw new QueryError('BAD_QUESTION', 'The period before would begin before 1970.', {
      hint: 'Compare a shorter span.',
    });
  }
  const before = { fromMicros: range.fromMicros - length, toMicros: range.fromMicros };
  return foldPeriod(
    store,
    fold,
    before,
    boundaries?.map((boundary) => boundary - length),
  );
}

/** One plan for an answer from two periods: what is said of the first, exact only where both are. */
export function joinedPlan(current: Plan, previous: Plan): Plan {
  const relativeError = current.relativeError ?? previous.relativeError;
  const missingBefore = current.missingBefore ?? previous.missingBefore;
  const damaged = [...(previous.damaged ?? []), ...(current.damaged ?? [])];
  return {
    ...current,
    exact: current.exact && previous.exact,
    ...(relativeError === undefined ? {} : { relativeError }),
    ...(missingBefore === undefined ? {} : { missingBefore }),
    ...(damaged.length === 0 ? {} : { damaged }),
  };
}

/** A group, by the fields it is of. */
export function groupRecord(groupBy: readonly string[], group: Group): Readonly<Record<string, Value>> {
  const record: Record<string, Value> = {};
  for (let i = 0; i < groupBy.length; i++) record[groupBy[i] ?? ''] = group[i] as Value;
  return record;
}

/** The same for the rows of an answer, which have their groups in common: each record is made once. */
function groupRecords(groupBy: readonly string[]): (group: Group) => Readonly<Record<string, Value>> {
  const records = new Map<Group, Readonly<Record<string, Value>>>();
  return (group) => {
    let record = records.get(group);
    if (record === undefined) records.set(group, (record = groupRecord(groupBy, group)));
    return record;
  };
}

function valuesIn(
  { aggregations }: ParsedFold,
  readers: readonly FigureReader[],
  row: FoldRow | undefined,
  bucket: number,
): Readonly<Record<string, Value>> {
  const figures = row?.figures ?? [];
  const record: Record<string, Value> = {};
  for (let i = 0; i < aggregations.length; i++) record[aggregations[i]?.asked ?? ''] = readers[i]?.(figures, bucket);
  return record;
}

/** Which rows there will be, each once. */
function pairsOf(fold: ParsedFold, current: PeriodFigures, previous: PeriodFigures | undefined): readonly RowPair[] {
  const pairs = pairedRows(current.rows, previous?.rows ?? []);
  if (pairs.length > 0 || fold.width !== undefined || fold.groupBy.length > 0) return pairs;
  return [[{ bucket: 0, group: [], figures: [] }, undefined]];
}

/** The rows of the groups that were asked for, those of one bucket in the order that was asked for. */
async function inAskedOrder(
  { store }: Asking,
  fold: ParsedAggregateQuestion,
  range: TimeRange,
  current: PeriodFigures,
  pairs: readonly RowPair[],
): Promise<readonly RowPair[]> {
  const { order, limit } = fold;
  if (order === undefined && limit === undefined) return pairs;
  const book = new GroupBook();
  const placed = pairs.map((pair) => {
    const { bucket, group } = pair[0] ?? pair[1];
    return { pair, bucket, number: book.numberOf(group) };
  });
  const groups = [...book.groups.entries()].sort(([, a], [, b]) => compareGroups(a, b));
  if (order !== undefined) {
    const ranks = order.of === 'group' ? fieldValues(order.by) : await spanFigures(order.by);
    groups.sort(([a], [b]) => compareRanks(ranks[a], ranks[b], order.descending));
  }
  const places = new Map(groups.slice(0, limit).map(([number], place) => [number, place]));
  const placeOf = (row: { readonly number: number }): number => places.get(row.number) ?? Infinity;
  return placed
    .filter((row) => places.has(row.number))
    .sort((a, b) => a.bucket - b.bucket || placeOf(a) - placeOf(b))
    .map(({ pair }) => pair);

  function fieldValues(field: string): readonly (FieldValue | undefined)[] {
    const index = fold.groupBy.indexOf(field);
    return book.groups.map((group) => group[index]);
  }

  /** By number of the group: its figure of the whole span. */
  async function spanFigures(asked: string): Promise<readonly Value[]> {
    const index = fold.aggregations.findIndex((one) => one.asked === asked);
    const aggregations = fold.aggregations.slice(index, index + 1);
    // Figures of buckets do not add up to those of the span (percentiles, distinct): ask again without buckets.
    const isWhole = fold.width === undefined;
    const whole = isWhole ? current : await foldPeriod(store, { ...fold, aggregations }, range, undefined);
    const read = whole.readers[isWhole ? index : 0];
    const ranks: Value[] = book.groups.map(() => read?.([], 0));
    for (const { group, figures } of whole.rows) ranks[book.numberOf(group)] = read?.(figures, 0);
    return ranks;
  }
}

/** Absent figures come last, whichever way. */
function compareRanks(a: FieldValue | undefined, b: FieldValue | undefined, descending: boolean): number {
  const order = compareValues(a, b);
  return descending && a !== undefined && b !== undefined ? -order : order;
}
