import type { FieldValue } from '../model/event.ts';
import { QueryError } from '../model/errors.ts';
import { MICROS_PER_SECOND, type TimeRange } from '../model/range.ts';
import { bucketBoundaries } from '../model/time-buckets.ts';
import type { FoldRow } from '../store/store.ts';
import { type Asking, foldPeriod, knownNow, type PeriodFigures, rangeOf } from './fold-period.ts';
import { compareGroups, compareValues, groupKey } from './merge-rows.ts';
import {
  type GroupOrder,
  type ParsedAggregateQuestion,
  type ParsedFold,
  parseAggregateQuestion,
} from './parse-question.ts';
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
  const fold = await parseAggregateQuestion(question, await knownNow(asking));
  const range = await rangeOf(asking.store, fold.metric, fold.span);
  const boundaries = fold.width === undefined ? undefined : bucketBoundaries(fold.width, range, fold.span.zone);
  const current = await foldPeriod(asking.store, fold, range, boundaries);
  const previous = fold.compare ? await foldBefore(asking, fold, range, boundaries) : undefined;

  const keys = rowKeys(fold, boundaries, current.rows, previous?.rows ?? []);
  const wanted = await wantedGroups(asking, fold, range, current, keys);
  const now = byKey(current.rows);
  const earlier = byKey(previous?.rows ?? []);
  const rows = keys
    .flatMap((key) => {
      const place = wanted.get(key.groupKey);
      return place === undefined ? [] : [{ ...key, place }];
    })
    .toSorted((a, b) => a.bucket - b.bucket || a.place - b.place)
    .map(({ bucket, group, key }) => {
      const row: Mutable<AggregateRow> = {
        group: groupRecord(fold.groupBy, group),
        values: valuesIn(fold, current, now.get(key), bucket),
      };
      const [start, end] = [boundaries?.[bucket], boundaries?.[bucket + 1]];
      if (start !== undefined) row.bucketStart = start / MICROS_PER_SECOND;
      if (end !== undefined) row.bucketEnd = end / MICROS_PER_SECOND;
      const before = earlier.get(key);
      const unknownBefore = before === undefined && fold.groupBy.length > 0;
      if (previous !== undefined && !unknownBefore) row.previous = valuesIn(fold, previous, before, bucket);
      return row;
    });
  return { rows, plan: previous === undefined ? current.plan : joinedPlan(current.plan, previous.plan) };
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
  return {
    ...current,
    exact: current.exact && previous.exact,
    ...(relativeError === undefined ? {} : { relativeError }),
    ...(missingBefore === undefined ? {} : { missingBefore }),
  };
}

/** A group, by the fields it is of. */
export function groupRecord(groupBy: readonly string[], group: Group): Readonly<Record<string, Value>> {
  return Object.fromEntries(groupBy.map((field, i) => [field, group[i] as Value]));
}

/** A row to come, with the texts that tell it and its group: made once, since they cost more than all else here. */
type RowKey = { readonly bucket: number; readonly group: Group; readonly groupKey: string; readonly key: string };

const keyOf = (bucket: number, group: Group): string => `${bucket} ${groupKey(group)}`;

function byKey(rows: readonly FoldRow[]): ReadonlyMap<string, FoldRow> {
  return new Map(rows.map((row) => [keyOf(row.bucket, row.group), row]));
}

/** Which rows there will be, each once. */
function rowKeys(
  fold: ParsedFold,
  boundaries: readonly number[] | undefined,
  current: readonly FoldRow[],
  previous: readonly FoldRow[],
): readonly RowKey[] {
  const keys = new Map<string, RowKey>();
  const add = (bucket: number, group: Group): void => {
    const ofGroup = groupKey(group);
    const key = `${bucket} ${ofGroup}`;
    keys.set(key, { bucket, group, groupKey: ofGroup, key });
  };
  for (const { bucket, group } of current) add(bucket, group);
  for (const { bucket, group } of previous) add(bucket, group);
  if (keys.size === 0 && boundaries === undefined && fold.groupBy.length === 0) add(0, []);
  return [...keys.values()];
}

/** The groups that are in the answer, each with its place. */
async function wantedGroups(
  { store }: Asking,
  fold: ParsedAggregateQuestion,
  range: TimeRange,
  current: PeriodFigures,
  keys: readonly RowKey[],
): Promise<ReadonlyMap<string, number>> {
  const groups = [...new Map(keys.map((key) => [key.groupKey, key.group])).values()].sort(compareGroups);
  const ranked = fold.order === undefined ? groups : await inOrder(fold.order, groups);
  return new Map(ranked.slice(0, fold.limit).map((group, place) => [groupKey(group), place]));

  async function inOrder(order: GroupOrder, unordered: readonly Group[]): Promise<readonly Group[]> {
    const ranking = order.of === 'group' ? await fieldValues(order.by) : await spanFigures(order.by);
    return unordered.toSorted((a, b) => compareRanks(ranking(a), ranking(b), order.descending));
  }

  async function fieldValues(field: string): Promise<(group: Group) => FieldValue | undefined> {
    const place = fold.groupBy.indexOf(field);
    return (group) => group[place];
  }

  async function spanFigures(asked: string): Promise<(group: Group) => Value> {
    const aggregation = fold.aggregations.find((one) => one.asked === asked);
    if (aggregation === undefined) return () => undefined;
    // Figures of buckets do not add up to those of the span (percentiles, distinct): ask again without buckets.
    const whole =
      fold.width === undefined
        ? current
        : await foldPeriod(store, { ...fold, aggregations: [aggregation] }, range, undefined);
    const rows = byKey(whole.rows);
    return (group) => whole.valueIn(rows.get(keyOf(0, group)), aggregation, 0);
  }
}

/** Absent figures come last, whichever way. */
function compareRanks(a: FieldValue | undefined, b: FieldValue | undefined, descending: boolean): number {
  const order = compareValues(a, b);
  return descending && a !== undefined && b !== undefined ? -order : order;
}

function valuesIn(
  fold: ParsedFold,
  period: PeriodFigures,
  row: FoldRow | undefined,
  bucket: number,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    fold.aggregations.map((aggregation) => [aggregation.asked, period.valueIn(row, aggregation, bucket)]),
  );
}
